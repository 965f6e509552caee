import type {Digest} from '../digest.ts';

// The messages of build.bazel.remote.execution.v2 that paceline makes and reads, as plain values. Field names are the API's in camel case.
// Source: github.com/bazelbuild/remote-apis, build/bazel/remote/execution/v2/remote_execution.proto

export interface NodeProperties {
  /** The nine permission bits and the three above, when they are not what the API's defaults say. */
  readonly unixMode?: number;
}

export interface FileNode {
  readonly name: string;
  readonly digest: Digest;
  readonly isExecutable: boolean;
  readonly nodeProperties?: NodeProperties;
}

export interface DirectoryNode {
  readonly name: string;
  readonly digest: Digest;
}

export interface SymlinkNode {
  readonly name: string;
  readonly target: string;
}

/** Each list in order of the names' UTF-8 bytes, each name once. */
export interface Directory {
  readonly files: readonly FileNode[];
  readonly directories: readonly DirectoryNode[];
  readonly symlinks: readonly SymlinkNode[];
}

export interface Tree {
  readonly root: Directory;
  readonly children: readonly Directory[];
}

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface Command {
  readonly arguments: readonly string[];
  /** In order of the names. */
  readonly environmentVariables: readonly NameValue[];
  /** Relative to the input root, '' for the root. */
  readonly workingDirectory: string;
  /** Relative to the working directory, in order. */
  readonly outputPaths: readonly string[];
}

export interface Action {
  readonly commandDigest: Digest;
  readonly inputRootDigest: Digest;
  readonly doNotCache: boolean;
  /** Makes otherwise equal actions different. */
  readonly salt: string;
  /** In order of the names. */
  readonly platform: readonly NameValue[];
}

export interface OutputFile {
  readonly path: string;
  readonly digest: Digest;
  readonly isExecutable: boolean;
  readonly nodeProperties?: NodeProperties;
}

export interface OutputDirectory {
  readonly path: string;
  readonly treeDigest: Digest;
}

export interface OutputSymlink {
  readonly path: string;
  readonly target: string;
}

/** Paths are relative to the working directory; each list in order of its paths. */
export interface ActionResult {
  readonly outputFiles: readonly OutputFile[];
  readonly outputDirectories: readonly OutputDirectory[];
  readonly outputSymlinks: readonly OutputSymlink[];
  readonly exitCode: number;
  /** What the command wrote, both streams in one. */
  readonly stdoutDigest: Digest;
  /** How long the execution took, ms (`execution_metadata`, worker start to completed). */
  readonly executionMs: number;
  /** When it ended, Unix time, ms. */
  readonly completedAt: number;
}
