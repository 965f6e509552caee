// A process that works on a store: `node store-worker.ts <work> <folder of the store> [words]`. What it prints is JSON.
import {closeSync, openSync, readdirSync, readFileSync} from 'node:fs';
import {PacelineError} from '../../src/base/error.ts';
import {type Digest, EMPTY_DIGEST} from '../../src/cache/digest.ts';
import {collectIfDue, storeLimits} from '../../src/cache/store/collection.ts';
import {DiskStore} from '../../src/cache/store/disk-store.ts';
import type {StoreProblem} from '../../src/cache/store/store-folder.ts';
import {actionOf, bytesLike, outputsLike, publish, resultOf} from './stored-result.ts';

const [work, directory = '', ...words] = process.argv.slice(2);
const problems: StoreProblem[] = [];
const store = new DiskStore(directory, (problem) => problems.push(problem));

const WORKS: Readonly<Record<string, () => unknown>> = {
  /** Publishes the same ten actions again and again; the ways in which that ended. */
  publish: () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < Number(words[0]); round++) {
      for (let seed = 0; seed < 10; seed++)
        outcomes.add(outcomeOf(() => publish(store, actionOf(`${seed}`), outputsLike(seed))));
    }
    return [...outcomes, ...problems.map(({message}) => message)];
  },
  /** The same until it is killed; says when it has begun. */
  publishForEver: () => {
    for (let seed = 0; ; seed = (seed + 1) % 10) {
      publish(store, actionOf(`${seed}`), outputsLike(seed));
      if (seed === 9) process.stdout.write('begun\n');
    }
  },
  /** Stores a large file and copies it out again; how much memory that took. */
  large: () => {
    const [path = '', size = '', copy = ''] = words;
    let seen = 0;
    const writer = store.write();
    const digest = writer.addFile(path, Number(size), (chunk) => {
      seen += chunk.length;
    });
    writer.seal(resultOf(new Map([['large', digest]]), EMPTY_DIGEST));
    writer.publish(actionOf('large'));
    const target = openSync(copy, 'w');
    const entry = store.read(actionOf('large'));
    const right = entry?.verify() === true && entry.copyTo(digest, target);
    closeSync(target);
    return {digest, seen, right, memory: largestMemory()};
  },
  /** One entry of very many blobs. */
  many: () => {
    const bytes = bytesLike(1, Number(words[1]));
    const writer = store.write();
    const digests = new Map<string, Digest>();
    for (let count = 0; count < Number(words[0]); count++) {
      bytes.writeUInt32BE(count);
      digests.set(`${count}`, writer.addBytes(bytes));
    }
    writer.seal(resultOf(digests, EMPTY_DIGEST));
    writer.publish(actionOf('many'));
    const entry = store.read(actionOf('many'));
    let right = entry?.verify() === true && entry.result.outputFiles.length === digests.size;
    for (const [count, digest] of digests) {
      bytes.writeUInt32BE(Number(count));
      right &&= bytes.equals(entry?.bytes(digest) ?? Buffer.alloc(0));
    }
    return {right, memory: largestMemory()};
  },
  /** Tries to write in every way; what became of each, and of what was there before. */
  write: () => {
    const [file = ''] = words;
    const size = readFileSync(file).length;
    const tries: Readonly<Record<string, () => void>> = {
      small: () =>
        publish(
          store,
          actionOf('new'),
          Array.from({length: 50}, (_, seed) => bytesLike(seed, 100_000)),
        ),
      large: () => publish(store, actionOf('new'), [bytesLike(1, size)]),
      file: () => store.putFile(file, size),
      blob: () => void store.putBlob(bytesLike(2, size)),
    };
    const outcomes = Object.entries(tries).map(([name, attempt]) => [name, outcomeOf(attempt)]);
    const left = readdirSync(store.folder.temporaries);
    return {...Object.fromEntries(outcomes), left, ...look()};
  },
  look,
};

function look(): object {
  store.touch(actionOf('0'));
  const due = collectIfDue(store.folder, storeLimits({maxBytes: 1}), 2 ** 40);
  return {
    right: store.read(actionOf('0'))?.verify() === true,
    broken: store.read(actionOf('broken'))?.verify() ?? null,
    collected: due ?? null,
    problems: problems.length,
  };
}

function outcomeOf(attempt: () => void): string {
  try {
    attempt();
    return 'written';
  } catch (error) {
    return error instanceof PacelineError ? error.code : String(error);
  }
}

/** Of this process, bytes; proc_pid_status(5). */
function largestMemory(): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

process.stdout.write(`${JSON.stringify(WORKS[work ?? '']?.())}\n`);
