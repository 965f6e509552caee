import {type Digest, EMPTY_DIGEST, type Hash} from '../digest.ts';
import type {
  ActionResult,
  Directory,
  DirectoryNode,
  FileNode,
  NodeProperties,
  OutputDirectory,
  OutputFile,
  OutputSymlink,
  SymlinkNode,
  Tree,
} from './messages.ts';
import {inOrder} from './order.ts';
import {Reader} from './reader.ts';

// Reads what any client or server of the API may have written: unknown fields are passed over, lists are put in order, since the API
// does not promise one for outputs. All functions throw an Error for bytes that are no such message, and for a digest that is missing
// or no SHA-256, which makes a hash safe as a file name. Names, paths and targets are any text: who writes them to disk checks them.

export function decodeDirectory(bytes: Uint8Array): Directory {
  return readDirectory(new Reader(bytes));
}

export function decodeTree(bytes: Uint8Array): Tree {
  const reader = new Reader(bytes);
  let root: Directory = {files: [], directories: [], symlinks: []};
  const children: Directory[] = [];
  while (reader.next()) {
    if (reader.field === 1) root = reader.message(readDirectory);
    else if (reader.field === 2) children.push(reader.message(readDirectory));
    else reader.skip();
  }
  return {root, children};
}

/** Output that is only inline (`stdout_raw`), and what a command wrote apart as errors, is not read. */
export function decodeActionResult(bytes: Uint8Array): ActionResult {
  const reader = new Reader(bytes);
  const outputFiles: OutputFile[] = [];
  const outputDirectories: OutputDirectory[] = [];
  const outputSymlinks: OutputSymlink[] = [];
  /** From servers of the API before 2.1; newer ones repeat here what is in `output_symlinks`. */
  const olderSymlinks: OutputSymlink[] = [];
  let exitCode = 0;
  let stdoutDigest = EMPTY_DIGEST;
  let execution: Execution = {executionMs: 0, completedAt: 0};
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        outputFiles.push(reader.message(readOutputFile));
        break;
      case 3:
        outputDirectories.push(reader.message(readOutputDirectory));
        break;
      case 4:
        exitCode = reader.int32();
        break;
      case 6:
        stdoutDigest = reader.message(readDigest);
        break;
      case 9:
        execution = reader.message(readExecution);
        break;
      case 10:
      case 11:
        olderSymlinks.push(reader.message(readOutputSymlink));
        break;
      case 12:
        outputSymlinks.push(reader.message(readOutputSymlink));
        break;
      default:
        reader.skip();
    }
  }
  return {
    outputFiles: inOrder(outputFiles, pathOf),
    outputDirectories: inOrder(outputDirectories, pathOf),
    outputSymlinks: inOrder(outputSymlinks.length > 0 ? outputSymlinks : olderSymlinks, pathOf),
    exitCode,
    stdoutDigest,
    ...execution,
  };
}

function readDirectory(reader: Reader): Directory {
  const files: FileNode[] = [];
  const directories: DirectoryNode[] = [];
  const symlinks: SymlinkNode[] = [];
  while (reader.next()) {
    if (reader.field === 1) files.push(reader.message(readFileNode));
    else if (reader.field === 2) directories.push(reader.message(readDirectoryNode));
    else if (reader.field === 3) symlinks.push(reader.message(readSymlinkNode));
    else reader.skip();
  }
  return {
    files: inOrder(files, nameOf),
    directories: inOrder(directories, nameOf),
    symlinks: inOrder(symlinks, nameOf),
  };
}

function nameOf(node: {readonly name: string}): string {
  return node.name;
}

function pathOf(output: {readonly path: string}): string {
  return output.path;
}

function readFileNode(reader: Reader): FileNode {
  let name = '';
  let digest: Digest | undefined;
  let isExecutable = false;
  let nodeProperties: NodeProperties | undefined;
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) digest = reader.message(readDigest);
    else if (reader.field === 4) isExecutable = reader.bool();
    else if (reader.field === 6) nodeProperties = reader.message(readNodeProperties);
    else reader.skip();
  }
  const node = {name, digest: present(digest, name), isExecutable};
  return nodeProperties === undefined ? node : {...node, nodeProperties};
}

function readDirectoryNode(reader: Reader): DirectoryNode {
  let name = '';
  let digest: Digest | undefined;
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) digest = reader.message(readDigest);
    else reader.skip();
  }
  return {name, digest: present(digest, name)};
}

function readSymlinkNode(reader: Reader): SymlinkNode {
  let name = '';
  let target = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) target = reader.string();
    else reader.skip();
  }
  return {name, target};
}

function readOutputFile(reader: Reader): OutputFile {
  let path = '';
  let digest: Digest | undefined;
  let isExecutable = false;
  let nodeProperties: NodeProperties | undefined;
  while (reader.next()) {
    if (reader.field === 1) path = reader.string();
    else if (reader.field === 2) digest = reader.message(readDigest);
    else if (reader.field === 4) isExecutable = reader.bool();
    else if (reader.field === 7) nodeProperties = reader.message(readNodeProperties);
    else reader.skip();
  }
  const file = {path, digest: present(digest, path), isExecutable};
  return nodeProperties === undefined ? file : {...file, nodeProperties};
}

function readOutputDirectory(reader: Reader): OutputDirectory {
  let path = '';
  let treeDigest: Digest | undefined;
  while (reader.next()) {
    if (reader.field === 1) path = reader.string();
    else if (reader.field === 3) treeDigest = reader.message(readDigest);
    else reader.skip();
  }
  return {path, treeDigest: present(treeDigest, path)};
}

function readOutputSymlink(reader: Reader): OutputSymlink {
  const {name, target} = readSymlinkNode(reader);
  return {path: name, target};
}

function readNodeProperties(reader: Reader): NodeProperties {
  let unixMode: number | undefined;
  while (reader.next()) {
    if (reader.field === 3) unixMode = reader.message(readUInt32Value);
    else reader.skip();
  }
  return unixMode === undefined ? {} : {unixMode};
}

function readUInt32Value(reader: Reader): number {
  let value = 0;
  while (reader.next()) {
    if (reader.field === 1) value = reader.uint32();
    else reader.skip();
  }
  return value;
}

const SHA256 = /^[0-9a-f]{64}$/;

function readDigest(reader: Reader): Digest {
  let hash = '';
  let size = 0;
  while (reader.next()) {
    if (reader.field === 1) hash = reader.string();
    else if (reader.field === 2) size = reader.int64();
    else reader.skip();
  }
  if (!SHA256.test(hash)) throw new Error(`malformed digest: ${quoted(hash)} is no SHA-256`);
  if (size < 0) throw new Error(`malformed digest: a blob of ${size} bytes`);
  return {hash: hash as Hash, size};
}

function present(digest: Digest | undefined, name: string): Digest {
  if (digest === undefined) throw new Error(`malformed message: ${quoted(name)} has no digest`);
  return digest;
}

/** At most 100 characters: the text may be as long as the message. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

type Execution = Pick<ActionResult, 'executionMs' | 'completedAt'>;

interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** `ExecutedActionMetadata`. Without a start before its end the execution took no time that is known. */
function readExecution(reader: Reader): Execution {
  let start: Timestamp | undefined;
  let end: Timestamp | undefined;
  while (reader.next()) {
    if (reader.field === 3) start = reader.message(readTimestamp);
    else if (reader.field === 4) end = reader.message(readTimestamp);
    else reader.skip();
  }
  if (end === undefined) return {executionMs: 0, completedAt: 0};
  const {seconds, nanos} = start ?? end;
  return {
    executionMs: Math.max(0, (end.seconds - seconds) * 1e9 + (end.nanos - nanos)) / 1e6,
    completedAt: end.seconds * 1000 + end.nanos / 1e6,
  };
}

function readTimestamp(reader: Reader): Timestamp {
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.field === 1) seconds = reader.int64();
    else if (reader.field === 2) nanos = reader.int32();
    else reader.skip();
  }
  return {seconds, nanos};
}
