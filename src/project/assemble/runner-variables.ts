import {posix} from 'node:path';
import type {Origin} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import type {EnvEntry} from '../project.ts';

/** The variables that the original runner of a dialect gave to every command, and PACELINE_ENV. `folder` is the workspace's. */
export function runnerVariables(
  top: Declared,
  profile: string | undefined,
  root: string,
  folder: string,
): readonly EnvEntry[] {
  const origin: Origin = {file: top.file, line: 1, column: 1};
  const values: Record<string, string> = {};
  if (profile !== undefined) {
    values.GGEN_ENV = profile;
    values.PACELINE_ENV = profile;
  }
  if (top.dialect === 'cargo-make') {
    values.CARGO_MAKE = 'true';
    values.CARGO_MAKE_PROFILE = profile ?? 'development';
    values.CARGO_MAKE_MAKEFILE_PATH = posix.join(root, top.file);
    values.CARGO_MAKE_WORKSPACE_WORKING_DIRECTORY = root;
    values.CARGO_MAKE_WORKING_DIRECTORY = folder === '' ? root : posix.join(root, folder);
  }
  return Object.entries(values).map(([name, value]) => ({name, source: {kind: 'value', value}, origin}));
}
