import * as fc from 'fast-check';
import type {Digest, Hash} from '../../src/cache/digest.ts';
import type {
  Action,
  ActionResult,
  Command,
  Directory,
  NodeProperties,
  Tree,
} from '../../src/cache/remote-api/messages.ts';

/** Any text but halves of surrogate pairs: short, of all characters, and of lengths around those where an encoded length takes more bytes. */
const text = fc.oneof(
  fc.string({unit: 'grapheme-ascii'}),
  fc.string({unit: 'binary'}),
  fc.string({unit: 'grapheme', maxLength: 200, size: 'max'}),
  fc
    .tuple(fc.constantFrom('a', 'é', '\ufeff', '\ufffd', '😀'), fc.constantFrom(30, 31, 32, 33, 63, 127, 128, 16_384))
    .map(([unit, length]) => unit.repeat(length)),
);

const digest: fc.Arbitrary<Digest> = fc.record({
  hash: fc.stringMatching(/^[0-9a-f]{64}$/).map((hash) => hash as Hash),
  size: fc.oneof(
    fc.nat(300),
    fc.maxSafeNat(),
    fc.integer({min: 0, max: 52}).map((power) => 2 ** power),
  ),
});

const nodeProperties: fc.Arbitrary<{nodeProperties?: NodeProperties}> = fc.record(
  {nodeProperties: fc.record({unixMode: fc.integer({min: 0, max: 0xffff_ffff})}, {requiredKeys: []})},
  {requiredKeys: []},
);

function bytewise(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Lists with each key once, in order of the keys' bytes. */
function keyed<Key extends string, T extends {readonly [K in Key]: string}>(key: Key, item: fc.Arbitrary<T>) {
  return fc
    .uniqueArray(item, {selector: (value) => value[key], maxLength: 12})
    .map((list) => list.toSorted((one, other) => bytewise(one[key], other[key])));
}

function withProperties<T>(node: fc.Arbitrary<T>): fc.Arbitrary<T & {nodeProperties?: NodeProperties}> {
  return fc.tuple(node, nodeProperties).map(([one, other]) => ({...one, ...other}));
}

const pairs = keyed('name', fc.record({name: text, value: text}));

export const anyDirectory: fc.Arbitrary<Directory> = fc.record({
  files: keyed('name', withProperties(fc.record({name: text, digest, isExecutable: fc.boolean()}))),
  directories: keyed('name', fc.record({name: text, digest})),
  symlinks: keyed('name', fc.record({name: text, target: text})),
});

export const anyTree: fc.Arbitrary<Tree> = fc.record({
  root: anyDirectory,
  children: fc.array(anyDirectory, {maxLength: 4}),
});

export const anyCommand: fc.Arbitrary<Command> = fc.record({
  arguments: fc.array(text),
  environmentVariables: pairs,
  workingDirectory: text,
  outputPaths: fc.array(text),
});

export const anyAction: fc.Arbitrary<Action> = fc.record({
  commandDigest: digest,
  inputRootDigest: digest,
  doNotCache: fc.boolean(),
  salt: text,
  platform: pairs,
});

export const anyActionResult: fc.Arbitrary<ActionResult> = fc.record({
  outputFiles: keyed('path', withProperties(fc.record({path: text, digest, isExecutable: fc.boolean()}))),
  outputDirectories: keyed('path', fc.record({path: text, treeDigest: digest})),
  outputSymlinks: keyed('path', fc.record({path: text, target: text})),
  exitCode: fc.oneof(fc.nat(255), fc.integer()),
  stdoutDigest: digest,
  executionMs: fc.oneof(
    fc.nat(),
    fc.nat().map((thousandths) => thousandths / 1000),
  ),
  completedAt: fc.oneof(
    fc.integer({min: -1e6, max: 1e6}),
    fc.integer({min: 0, max: 4e12}),
    fc.integer({min: 1e12, max: 4e12}).map((ms) => ms + 0.25),
  ),
});
