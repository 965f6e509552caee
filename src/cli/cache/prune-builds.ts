import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {plural} from '../../base/figures.ts';
import type {Project} from '../../project/project.ts';
import {type Screen, screenOf} from '../../ui/style.ts';
import {columnWidth, oneLine} from '../../ui/text.ts';
import {EXIT} from '../exit-codes.ts';
import {openProject} from '../open-project.ts';
import {ageText, sizeText} from './amounts.ts';
import {type BuildFolder, findBuildFolders, isUnchanged} from './build-folders.ts';
import {ageOption} from './limit-options.ts';
import {storePlace} from './store-place.ts';

interface PruneOptions {
  readonly root?: string;
  readonly olderThan: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What became of a folder: why it is still there, or nothing when it is gone. */
type Kept = string | undefined;

/** `paceline cache prune-builds`: lists build folders that nothing was written to for long, and removes them after a yes. */
export async function pruneBuilds(options: PruneOptions): Promise<number> {
  const age = ageOption('--older-than', options.olderThan);
  const project = openProject(options);
  const now = Date.now();
  const {directory} = storePlace(project.root, project.cache);
  const old = findBuildFolders(project, [directory]).filter(({newest}) => now - newest > age);
  const screen = screenOf(process.stdout, process.env);
  if (options.json !== true) list(screen, old, now);
  const wanted = old.length > 0 && (options.yes === true || (options.json !== true && (await confirmed(old))));
  const outcomes = old.map((folder) => ({folder, kept: wanted ? remove(project, folder) : 'not asked for'}));
  if (options.json === true) writeJson(screen, outcomes);
  else if (old.length > 0) sayOutcome(screen, outcomes, wanted);
  return wanted && outcomes.some(({kept}) => kept !== undefined) ? EXIT.taskFailed : EXIT.ok;
}

function list(screen: Screen, folders: readonly BuildFolder[], now: number): void {
  if (folders.length === 0) screen.write('No build folder is that old.\n');
  const width = columnWidth(
    folders.map(({path}) => oneLine(path)),
    8,
    48,
  );
  for (const {path, bytes, newest} of folders)
    screen.write(`${oneLine(path).padEnd(width)} ${sizeText(bytes).padStart(9)}  ${ageText(now - newest)}\n`);
}

/** Without a terminal it is a no. */
async function confirmed(folders: readonly BuildFolder[]): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return false;
  const {createInterface} = await import('node:readline/promises');
  const prompt = createInterface({input: process.stdin, output: process.stderr});
  // Ctrl-C and Ctrl-D are a no
  const answer = await prompt.question(`Remove ${plural(folders.length, 'folder')}? [y/N] `).catch(() => {
    process.stderr.write('\n');
    return '';
  });
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

function remove(project: Project, folder: BuildFolder): Kept {
  // a build may have begun while somebody thought about the question
  if (!isUnchanged(project, folder)) return 'something was written to it just now';
  try {
    rmSync(join(project.root, folder.path), {recursive: true});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function sayOutcome(
  screen: Screen,
  outcomes: readonly {readonly folder: BuildFolder; readonly kept: Kept}[],
  wanted: boolean,
): void {
  const gone = outcomes.filter(({kept}) => kept === undefined).map(({folder}) => folder);
  const bytes = gone.reduce((sum, folder) => sum + folder.bytes, 0);
  if (!wanted) screen.write('Nothing was removed; --yes removes them.\n');
  else {
    for (const {folder, kept} of outcomes)
      if (kept !== undefined) screen.write(`${oneLine(folder.path)} is still there: ${kept}\n`);
    screen.write(`Removed ${plural(gone.length, 'folder')} (${sizeText(bytes)}).\n`);
  }
}

function writeJson(screen: Screen, outcomes: readonly {readonly folder: BuildFolder; readonly kept: Kept}[]): void {
  const folders = outcomes.map(({folder, kept}) => ({...folder, removed: kept === undefined}));
  screen.write(`${JSON.stringify({folders}, undefined, 2)}\n`);
}
