import type {Digest} from '../digest.ts';
import type {
  Action,
  ActionResult,
  Command,
  Directory,
  DirectoryNode,
  FileNode,
  NameValue,
  NodeProperties,
  OutputDirectory,
  OutputFile,
  OutputSymlink,
  SymlinkNode,
  Tree,
} from './messages.ts';
import {inOrder} from './order.ts';
import {Writer} from './writer.ts';

// The canonical encoding: what two clients encode of equal values is equal, so that its digest is. Fields are in order of their
// numbers, defaults are left out, lists are in the order given. Field numbers are those of
// github.com/bazelbuild/remote-apis, build/bazel/remote/execution/v2/remote_execution.proto

/** Bytes that a file with a name of usual length takes, a guess. */
const ENTRY_BYTES = 128;

/** Puts the entries in order of their names first, where they are not. */
export function encodeDirectory(directory: Directory): Uint8Array {
  const writer = new Writer(directoryBytes(directory));
  writeDirectory(writer, directory);
  return writer.finish();
}

export function encodeTree(tree: Tree): Uint8Array {
  const writer = new Writer(
    tree.children.reduce((sum, child) => sum + directoryBytes(child), directoryBytes(tree.root)),
  );
  within(writer, 1, writeDirectory, tree.root);
  each(writer, 2, writeDirectory, tree.children);
  return writer.finish();
}

export function encodeCommand(command: Command): Uint8Array {
  const writer = new Writer(1024);
  for (const word of command.arguments) writer.element(1, word);
  each(writer, 2, writeNameValue, command.environmentVariables);
  writer.string(6, command.workingDirectory);
  for (const path of command.outputPaths) writer.element(7, path);
  return writer.finish();
}

export function encodeAction(action: Action): Uint8Array {
  const writer = new Writer(512);
  within(writer, 1, writeDigest, action.commandDigest);
  within(writer, 2, writeDigest, action.inputRootDigest);
  writer.bool(7, action.doNotCache);
  writer.string(9, action.salt);
  if (action.platform.length > 0) within(writer, 10, writePlatform, action.platform);
  return writer.finish();
}

/** Times are kept to the nanosecond. */
export function encodeActionResult(result: ActionResult): Uint8Array {
  const {outputFiles, outputDirectories, outputSymlinks} = result;
  const entries = 2 + outputFiles.length + outputDirectories.length + outputSymlinks.length;
  const writer = new Writer(entries * ENTRY_BYTES);
  each(writer, 2, writeOutputFile, outputFiles);
  each(writer, 3, writeOutputDirectory, outputDirectories);
  writer.integer(4, result.exitCode);
  within(writer, 6, writeDigest, result.stdoutDigest);
  within(writer, 9, writeExecution, result);
  each(writer, 12, writeOutputSymlink, outputSymlinks);
  return writer.finish();
}

type Write<T> = (writer: Writer, value: T) => void;

function within<T>(writer: Writer, field: number, write: Write<T>, value: T): void {
  const start = writer.open(field);
  write(writer, value);
  writer.close(start);
}

function each<T>(writer: Writer, field: number, write: Write<T>, values: readonly T[]): void {
  for (const value of values) within(writer, field, write, value);
}

function directoryBytes(directory: Directory): number {
  return (directory.files.length + directory.directories.length + directory.symlinks.length) * ENTRY_BYTES;
}

function writeDirectory(writer: Writer, directory: Directory): void {
  each(writer, 1, writeFileNode, inOrder(directory.files, nameOf));
  each(writer, 2, writeDirectoryNode, inOrder(directory.directories, nameOf));
  each(writer, 3, writeSymlinkNode, inOrder(directory.symlinks, nameOf));
}

function nameOf(node: {readonly name: string}): string {
  return node.name;
}

function writeFileNode(writer: Writer, node: FileNode): void {
  writer.string(1, node.name);
  within(writer, 2, writeDigest, node.digest);
  writer.bool(4, node.isExecutable);
  if (node.nodeProperties !== undefined) within(writer, 6, writeNodeProperties, node.nodeProperties);
}

function writeDirectoryNode(writer: Writer, node: DirectoryNode): void {
  writer.string(1, node.name);
  within(writer, 2, writeDigest, node.digest);
}

function writeSymlinkNode(writer: Writer, node: SymlinkNode): void {
  writer.string(1, node.name);
  writer.string(2, node.target);
}

function writeDigest(writer: Writer, digest: Digest): void {
  writer.string(1, digest.hash);
  writer.integer(2, digest.size);
}

function writeNodeProperties(writer: Writer, properties: NodeProperties): void {
  if (properties.unixMode !== undefined) within(writer, 3, writeUInt32Value, properties.unixMode);
}

/** `google.protobuf.UInt32Value`, which tells 0 from nothing. */
function writeUInt32Value(writer: Writer, value: number): void {
  writer.integer(1, value);
}

function writeNameValue(writer: Writer, {name, value}: NameValue): void {
  writer.string(1, name);
  writer.string(2, value);
}

function writePlatform(writer: Writer, properties: readonly NameValue[]): void {
  each(writer, 1, writeNameValue, properties);
}

function writeOutputFile(writer: Writer, file: OutputFile): void {
  writer.string(1, file.path);
  within(writer, 2, writeDigest, file.digest);
  writer.bool(4, file.isExecutable);
  if (file.nodeProperties !== undefined) within(writer, 7, writeNodeProperties, file.nodeProperties);
}

function writeOutputDirectory(writer: Writer, directory: OutputDirectory): void {
  writer.string(1, directory.path);
  within(writer, 3, writeDigest, directory.treeDigest);
}

function writeOutputSymlink(writer: Writer, symlink: OutputSymlink): void {
  writer.string(1, symlink.path);
  writer.string(2, symlink.target);
}

/** `ExecutedActionMetadata`: when the worker started, and when it had completed. */
function writeExecution(writer: Writer, {executionMs, completedAt}: ActionResult): void {
  const seconds = Math.floor(completedAt / 1000);
  const nanos = Math.round((completedAt - seconds * 1000) * 1e6);
  within(writer, 3, writeTimestamp, timestamp(seconds, nanos - Math.round(executionMs * 1e6)));
  within(writer, 4, writeTimestamp, timestamp(seconds, nanos));
}

interface Timestamp {
  /** Unix time. */
  readonly seconds: number;
  /** From 0 to 999,999,999, also before 1970. */
  readonly nanos: number;
}

function timestamp(seconds: number, nanos: number): Timestamp {
  const carried = Math.floor(nanos / 1e9);
  return {seconds: seconds + carried, nanos: nanos - carried * 1e9};
}

function writeTimestamp(writer: Writer, {seconds, nanos}: Timestamp): void {
  writer.integer(1, seconds);
  writer.integer(2, nanos);
}
