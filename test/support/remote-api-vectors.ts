import {EMPTY_DIGEST, type Hash} from '../../src/cache/digest.ts';
import type {Action, ActionResult, Command, Directory, Tree} from '../../src/cache/remote-api/messages.ts';

/** A message as a value, in protobuf's text form, and in the bytes that `protoc --encode` made of the text with the API's own .proto. */
export interface Vector<T> {
  readonly value: T;
  readonly text: string;
  readonly hex: string;
}

const AB = 'ab'.repeat(32) as Hash;
const NONE = EMPTY_DIGEST.hash;
/** The hashes as they stand in the bytes. */
const AB_HEX = Buffer.from(AB).toString('hex');
const NONE_HEX = Buffer.from(NONE).toString('hex');

const nothing: Directory = {files: [], directories: [], symlinks: []};

export const directoryVectors: readonly Vector<Directory>[] = [
  {value: nothing, text: '', hex: ''},
  {
    value: {
      files: [
        {name: 'bar', digest: {hash: AB, size: 65534}, isExecutable: false},
        {name: 'run.sh', digest: EMPTY_DIGEST, isExecutable: true, nodeProperties: {unixMode: 0o755}},
        {
          name: 'secret',
          digest: {hash: AB, size: Number.MAX_SAFE_INTEGER},
          isExecutable: false,
          nodeProperties: {unixMode: 0},
        },
        {name: '\ufffd', digest: EMPTY_DIGEST, isExecutable: false},
        {name: '😀', digest: EMPTY_DIGEST, isExecutable: false, nodeProperties: {}},
      ],
      directories: [{name: 'foo', digest: {hash: AB, size: 43}}],
      symlinks: [{name: 'latest', target: '../foo'}],
    },
    text: String.raw`
      files { name: "bar" digest { hash: "${AB}" size_bytes: 65534 } }
      files { name: "run.sh" digest { hash: "${NONE}" } is_executable: true node_properties { unix_mode { value: 493 } } }
      files { name: "secret" digest { hash: "${AB}" size_bytes: 9007199254740991 } node_properties { unix_mode { } } }
      files { name: "\357\277\275" digest { hash: "${NONE}" } }
      files { name: "\360\237\230\200" digest { hash: "${NONE}" } node_properties { } }
      directories { name: "foo" digest { hash: "${AB}" size_bytes: 43 } }
      symlinks { name: "latest" target: "../foo" }`,
    hex:
      `0a4d0a0362617212460a40${AB_HEX}10feff030a550a0672756e2e736812420a40${NONE_HEX}200132051a0308ed03` +
      `0a590a06736563726574124b0a40${AB_HEX}10ffffffffffffff0f32021a000a490a03efbfbd12420a40${NONE_HEX}` +
      `0a4c0a04f09f988012420a40${NONE_HEX}3200124b0a03666f6f12440a40${AB_HEX}102b` +
      '1a100a066c617465737412062e2e2f666f6f',
  },
];

export const treeVectors: readonly Vector<Tree>[] = [
  {
    value: {
      root: {files: [], directories: [{name: 'foo', digest: {hash: AB, size: 83}}], symlinks: []},
      children: [
        {files: [{name: 'baz', digest: {hash: AB, size: 1294}, isExecutable: true}], directories: [], symlinks: []},
        nothing,
      ],
    },
    text: `
      root { directories { name: "foo" digest { hash: "${AB}" size_bytes: 83 } } }
      children { files { name: "baz" digest { hash: "${AB}" size_bytes: 1294 } is_executable: true } }
      children { }`,
    hex: `0a4d124b0a03666f6f12440a40${AB_HEX}105312500a4e0a0362617a12450a40${AB_HEX}108e0a20011200`,
  },
];

export const commandVectors: readonly Vector<Command>[] = [
  {
    value: {
      arguments: ['sh', '-c', ''],
      environmentVariables: [
        {name: 'EMPTY', value: ''},
        {name: 'PATH', value: '/usr/bin:/bin'},
      ],
      workingDirectory: 'packages/shop',
      outputPaths: ['coverage', 'dist'],
    },
    text: `
      arguments: "sh" arguments: "-c" arguments: ""
      environment_variables { name: "EMPTY" } environment_variables { name: "PATH" value: "/usr/bin:/bin" }
      working_directory: "packages/shop" output_paths: "coverage" output_paths: "dist"`,
    hex:
      '0a0273680a022d630a0012070a05454d50545912150a0450415448120d2f7573722f62696e3a2f62696e' +
      '320d7061636b616765732f73686f703a08636f7665726167653a0464697374',
  },
];

export const actionVectors: readonly Vector<Action>[] = [
  {
    value: {
      commandDigest: {hash: AB, size: 142},
      inputRootDigest: EMPTY_DIGEST,
      doNotCache: true,
      salt: 'sél',
      platform: [
        {name: 'OSFamily', value: 'linux'},
        {name: 'node', value: ''},
      ],
    },
    text: String.raw`
      command_digest { hash: "${AB}" size_bytes: 142 } input_root_digest { hash: "${NONE}" }
      do_not_cache: true salt: "s\303\251l"
      platform { properties { name: "OSFamily" value: "linux" } properties { name: "node" } }`,
    hex:
      `0a450a40${AB_HEX}108e0112420a40${NONE_HEX}38014a0473c3a96c` +
      '521b0a110a084f5346616d696c7912056c696e75780a060a046e6f6465',
  },
];

export const actionResultVectors: readonly Vector<ActionResult>[] = [
  {
    value: {
      outputFiles: [
        {
          path: 'dist/index.js',
          digest: {hash: AB, size: 300},
          isExecutable: true,
          nodeProperties: {unixMode: 0o700},
        },
      ],
      outputDirectories: [{path: 'coverage', treeDigest: {hash: AB, size: 2097152}}],
      outputSymlinks: [{path: 'latest', target: 'dist/index.js'}],
      exitCode: -1,
      stdoutDigest: EMPTY_DIGEST,
      executionMs: 1234.5,
      completedAt: 1790000000123,
    },
    text: `
      output_files {
        path: "dist/index.js" digest { hash: "${AB}" size_bytes: 300 } is_executable: true
        node_properties { unix_mode { value: 448 } }
      }
      output_directories { path: "coverage" tree_digest { hash: "${AB}" size_bytes: 2097152 } }
      exit_code: -1 stdout_digest { hash: "${NONE}" }
      execution_metadata {
        worker_start_timestamp { seconds: 1789999998 nanos: 888500000 }
        worker_completed_timestamp { seconds: 1790000000 nanos: 123000000 }
      }
      output_symlinks { path: "latest" target: "dist/index.js" }`,
    hex:
      `125f0a0d646973742f696e6465782e6a7312450a40${AB_HEX}10ac0220013a051a0308c003` +
      `1a530a08636f7665726167651a470a40${AB_HEX}108080800120ffffffffffffffffff0132420a40${NONE_HEX}` +
      '4a1b1a0c08fef6c4d50610a0ded5a703220b0880f7c4d50610c0a9d33a' +
      '62170a066c6174657374120d646973742f696e6465782e6a73',
  },
];

/** What others may write: entries in no order, and fields that paceline does not know. The value is what is read of them. */
export const foreignDirectory: Vector<Directory> = {
  value: {
    files: [
      {name: 'a', digest: {hash: AB, size: 4}, isExecutable: false},
      {name: 'b', digest: {hash: AB, size: 3}, isExecutable: false},
    ],
    directories: [{name: 'd', digest: {hash: AB, size: 9}}],
    symlinks: [{name: 's', target: 'a'}],
  },
  text: `
    files { name: "b" digest { hash: "${AB}" size_bytes: 3 } } files { name: "a" digest { hash: "${AB}" size_bytes: 4 } }
    directories { name: "d" digest { hash: "${AB}" size_bytes: 9 } }
    symlinks { name: "s" target: "a" node_properties { unix_mode { value: 511 } } }
    node_properties { mtime { seconds: -5 nanos: 1 } }`,
  hex:
    `0a490a016212440a40${AB_HEX}10030a490a016112440a40${AB_HEX}100412490a016412440a40${AB_HEX}1009` +
    '1a0d0a017312016122051a0308ff032a0f120d08fbffffffffffffffff011001',
};

/** As a server of the API before 2.1 may answer: symlinks in the older fields, no digest of the output. */
export const foreignActionResult: Vector<ActionResult> = {
  value: {
    outputFiles: [
      {path: 'a', digest: {hash: AB, size: 3}, isExecutable: false},
      {path: 'b', digest: {hash: AB, size: 3}, isExecutable: false, nodeProperties: {unixMode: 0o644}},
    ],
    outputDirectories: [{path: 'd', treeDigest: {hash: AB, size: 9}}],
    outputSymlinks: [
      {path: 'old', target: 'b'},
      {path: 'older', target: 'd'},
    ],
    exitCode: 0,
    stdoutDigest: EMPTY_DIGEST,
    executionMs: 1500,
    completedAt: 4000,
  },
  text: `
    output_files {
      path: "b" digest { hash: "${AB}" size_bytes: 3 } contents: "abc"
      node_properties { properties { name: "owner" value: "me" } mtime { seconds: 5 } unix_mode { value: 420 } }
    }
    output_files { path: "a" digest { hash: "${AB}" size_bytes: 3 } }
    output_directories {
      path: "d" tree_digest { hash: "${AB}" size_bytes: 9 } is_topologically_sorted: true
      root_directory_digest { hash: "${AB}" size_bytes: 7 }
    }
    stdout_raw: "out" stderr_digest { hash: "${AB}" size_bytes: 2 } stderr_raw: "er"
    execution_metadata {
      worker: "w1" queued_timestamp { seconds: 1 }
      worker_start_timestamp { seconds: 2 nanos: 500000000 } worker_completed_timestamp { seconds: 4 }
      input_fetch_start_timestamp { seconds: 3 } virtual_execution_duration { nanos: 7 }
    }
    output_file_symlinks { path: "old" target: "b" }
    output_directory_symlinks { path: "older" target: "d" }`,
  hex:
    `12660a016212440a40${AB_HEX}10032a036162633a160a0b0a056f776e657212026d65120208051a0308a403` +
    `12490a016112440a40${AB_HEX}10031a91010a01641a440a40${AB_HEX}100920012a440a40${AB_HEX}1007` +
    `2a036f75743a02657242440a40${AB_HEX}10024a1e0a027731120208011a0808021080cab5ee01220208042a02080362021007` +
    '52080a036f6c641201625a0a0a056f6c646572120164',
};
