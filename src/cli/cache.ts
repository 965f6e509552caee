import {plural} from '../base/figures.ts';
import {clearStore} from '../cache/store/clear-store.ts';
import {collect} from '../cache/store/collection.ts';
import {StoreFolder} from '../cache/store/store-folder.ts';
import {storeStats} from '../cache/store/store-stats.ts';
import {verifyStore} from '../cache/store/verify-store.ts';
import {type Screen, screenOf} from '../ui/style.ts';
import {ageText, sizeText} from './cache/amounts.ts';
import {ageOption, sizeOption} from './cache/limit-options.ts';
import {type StorePlace, storePlaceHere} from './cache/store-place.ts';
import {EXIT} from './exit-codes.ts';

interface CacheOptions {
  readonly root?: string;
  readonly json?: boolean;
}

/** `paceline cache stats`: what is kept, and where. */
export function stats(options: CacheOptions): number {
  const {directory, limits} = storePlaceHere(options);
  const found = storeStats(new StoreFolder(directory));
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) writeJson(screen, {...found, limits});
  else {
    const now = Date.now();
    const used =
      found.newest === undefined || found.oldest === undefined
        ? 'never'
        : `${ageText(now - found.newest)} ago, the oldest ${ageText(now - found.oldest)} ago`;
    screen.write(`${directory}\n`);
    screen.write(`  results      ${found.entries}\n`);
    screen.write(`  large files  ${found.blobs}\n`);
    screen.write(`  size         ${sizeText(found.bytes)} (kept up to ${sizeText(limits.maxBytes)})\n`);
    screen.write(`  last used    ${used} (kept for ${ageText(limits.maxAgeMs)})\n`);
  }
  return EXIT.ok;
}

/** `paceline cache verify`: reads everything; exit code 1 when something was broken. */
export function verify(options: CacheOptions): number {
  const {directory} = storePlaceHere(options);
  const check = verifyStore(directory);
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) writeJson(screen, {directory, ...check});
  else {
    for (const {message} of check.problems) screen.write(`${message}\n`);
    screen.write(`Sound: ${amount(check)} (${sizeText(check.bytes)}).\n`);
    if (check.incomplete > 0) screen.write(`${plural(check.incomplete, 'result')} lacked a large file and went too.\n`);
    if (check.newer > 0) screen.write(`${plural(check.newer, 'result')} of a newer paceline stayed unread.\n`);
  }
  return check.problems.length > 0 ? EXIT.taskFailed : EXIT.ok;
}

/** `paceline cache gc`: removes what is over the limits. */
export function gc(options: CacheOptions & {readonly maxSize?: string; readonly maxAge?: string}): number {
  const place = storePlaceHere(options);
  const collected = collect(new StoreFolder(place.directory), limitsOf(place, options));
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) writeJson(screen, {directory: place.directory, collected: collected ?? null});
  else if (collected === undefined) screen.write('Another process is collecting; nothing was done.\n');
  else
    screen.write(
      `Removed ${amount(collected)} (${sizeText(collected.bytes)}); ${sizeText(collected.keptBytes)} remain in ${place.directory}.\n`,
    );
  return EXIT.ok;
}

/** `paceline cache clear`: removes everything, without asking. */
export function clear(options: CacheOptions): number {
  const {directory} = storePlaceHere(options);
  const removed = clearStore(new StoreFolder(directory));
  screenOf(process.stdout, process.env).write(
    `Removed ${amount(removed)} (${sizeText(removed.bytes)}) from ${directory}.\n`,
  );
  return EXIT.ok;
}

function limitsOf(
  {limits}: StorePlace,
  options: {readonly maxSize?: string; readonly maxAge?: string},
): StorePlace['limits'] {
  const {maxSize, maxAge} = options;
  return {
    maxBytes: maxSize === undefined ? limits.maxBytes : sizeOption('--max-size', maxSize),
    maxAgeMs: maxAge === undefined ? limits.maxAgeMs : ageOption('--max-age', maxAge),
  };
}

function amount({entries, blobs}: {readonly entries: number; readonly blobs: number}): string {
  return `${plural(entries, 'result')}${blobs === 0 ? '' : ` and ${plural(blobs, 'large file')}`}`;
}

function writeJson(screen: Screen, value: object): void {
  screen.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
