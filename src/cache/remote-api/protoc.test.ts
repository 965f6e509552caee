import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {needs} from '../../../test/rig/needs.ts';
import {
  anyAction,
  anyActionResult,
  anyCommand,
  anyDirectory,
  anyTree,
} from '../../../test/support/remote-api-messages.ts';
import {
  actionResultVectors,
  actionVectors,
  commandVectors,
  directoryVectors,
  foreignActionResult,
  foreignDirectory,
  treeVectors,
  type Vector,
} from '../../../test/support/remote-api-vectors.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {encodeAction, encodeActionResult, encodeCommand, encodeDirectory, encodeTree} from './encode.ts';

/** The fields of the API that the tests use, by their numbers; `Many` holds a list of messages of each kind. */
const DEFINITION = `
syntax = "proto3";
message Digest { string hash = 1; int64 size_bytes = 2; }
message Pair { string name = 1; string value = 2; }
message Time { int64 seconds = 1; int32 nanos = 2; }
message UInt32Value { uint32 value = 1; }
message NodeProperties { repeated Pair properties = 1; Time mtime = 2; UInt32Value unix_mode = 3; }
message FileNode { string name = 1; Digest digest = 2; bool is_executable = 4; NodeProperties node_properties = 6; }
message DirectoryNode { string name = 1; Digest digest = 2; }
message SymlinkNode { string name = 1; string target = 2; NodeProperties node_properties = 4; }
message Directory {
  repeated FileNode files = 1; repeated DirectoryNode directories = 2; repeated SymlinkNode symlinks = 3;
  NodeProperties node_properties = 5;
}
message Tree { Directory root = 1; repeated Directory children = 2; }
message Command {
  repeated string arguments = 1; repeated Pair environment_variables = 2; string working_directory = 6;
  repeated string output_paths = 7;
}
message Platform { repeated Pair properties = 1; }
message Action {
  Digest command_digest = 1; Digest input_root_digest = 2; bool do_not_cache = 7; bytes salt = 9; Platform platform = 10;
}
message OutputFile {
  string path = 1; Digest digest = 2; bool is_executable = 4; bytes contents = 5; NodeProperties node_properties = 7;
}
message OutputDirectory {
  string path = 1; Digest tree_digest = 3; bool is_topologically_sorted = 4; Digest root_directory_digest = 5;
}
message OutputSymlink { string path = 1; string target = 2; }
message Execution {
  string worker = 1; Time queued_timestamp = 2; Time worker_start_timestamp = 3; Time worker_completed_timestamp = 4;
  Time input_fetch_start_timestamp = 5; Time virtual_execution_duration = 12;
}
message ActionResult {
  repeated OutputFile output_files = 2; repeated OutputDirectory output_directories = 3; int32 exit_code = 4;
  bytes stdout_raw = 5; Digest stdout_digest = 6; bytes stderr_raw = 7; Digest stderr_digest = 8;
  Execution execution_metadata = 9; repeated OutputSymlink output_file_symlinks = 10;
  repeated OutputSymlink output_directory_symlinks = 11; repeated OutputSymlink output_symlinks = 12;
}
message Many {
  repeated Directory directories = 1; repeated Tree trees = 2; repeated Command commands = 3; repeated Action actions = 4;
  repeated ActionResult results = 5;
}`;

type Kind = 'Directory' | 'Tree' | 'Command' | 'Action' | 'ActionResult';

function protoc(direction: 'encode' | 'decode', kind: Kind | 'Many', input: string | Uint8Array): Buffer {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'messages.proto'), DEFINITION);
  const ending = spawnSync('protoc', [`--proto_path=${folder}`, `--${direction}=${kind}`, 'messages.proto'], {
    input,
    maxBuffer: 1 << 30,
  });
  expect(ending.stderr.toString()).toBe('');
  expect(ending.status).toBe(0);
  return ending.stdout;
}

/** The messages as a list in a field of `Many`. */
function many(field: number, messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => [Uint8Array.of((field << 3) | 2, ...varint(message.length)), message]),
  );
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe('protoc reads random messages, and writes what it read in the same bytes', () => {
  function testKind<T>(kind: Kind, field: number, message: fc.Arbitrary<T>, encode: (value: T) => Uint8Array): void {
    test(kind, (context) => {
      needs(context, 'protoc');
      const messages = fc.array(message, {minLength: 50, maxLength: 50, size: 'max'});
      fc.assert(
        fc.property(messages, (values) => {
          const written = many(field, values.map(encode));
          const text = protoc('decode', 'Many', written);
          // a field without a name is one that the definition does not know
          expect(text.toString('latin1')).not.toMatch(/^ *\d/m);
          expect(protoc('encode', 'Many', text).equals(written)).toBe(true);
        }),
        {numRuns: 3, endOnFailure: true},
      );
    });
  }

  testKind('Directory', 1, anyDirectory, encodeDirectory);
  testKind('Tree', 2, anyTree, encodeTree);
  testKind('Command', 3, anyCommand, encodeCommand);
  testKind('Action', 4, anyAction, encodeAction);
  testKind('ActionResult', 5, anyActionResult, encodeActionResult);
});

describe('protoc makes the bytes of the fixed messages from their text', () => {
  function testVectors(kind: Kind, vectors: readonly Vector<unknown>[]): void {
    test(kind, (context) => {
      needs(context, 'protoc');
      for (const {text, hex} of vectors) expect(protoc('encode', kind, text).toString('hex')).toBe(hex);
    });
  }

  testVectors('Directory', [...directoryVectors, foreignDirectory]);
  testVectors('Tree', treeVectors);
  testVectors('Command', commandVectors);
  testVectors('Action', actionVectors);
  testVectors('ActionResult', [...actionResultVectors, foreignActionResult]);
});
