import type {Diagnostic} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import type {TomlDocument} from '../toml/document.ts';
import {cargoMakeKeys} from '../vocabulary/cargo-make-keys.ts';
import {checkKeys, type KeyUses} from '../vocabulary/check.ts';
import type {TableSpec} from '../vocabulary/key-spec.ts';
import {lifecycleKeys} from '../vocabulary/lifecycle-keys.ts';
import {phasesKeys} from '../vocabulary/phases-keys.ts';
import {readCargoMake} from './cargo-make.ts';
import {readLifecycle} from './lifecycle.ts';
import {readPhasesFile} from './phases.ts';

export type MakeDialect = 'lifecycle' | 'phases' | 'cargo-make';

type Report = (diagnostic: Diagnostic) => void;

interface MakeReader {
  readonly keys: TableSpec;
  readonly read: (document: TomlDocument, report: Report) => Declared;
}

/** The dialects of make.toml: what they may say, and how they are read. */
export const makeReaders: Readonly<Record<MakeDialect, MakeReader>> = {
  lifecycle: {keys: lifecycleKeys, read: readLifecycle},
  phases: {keys: phasesKeys, read: readPhasesFile},
  'cargo-make': {keys: cargoMakeKeys, read: readCargoMake},
};

/** By the tables of the file, not by its name: all three are called make.toml. */
function makeDialect({top}: TomlDocument): MakeDialect {
  if (top.section('tasks') !== undefined) return 'cargo-make';
  return top.section('phases') !== undefined ? 'phases' : 'lifecycle';
}

/** A make.toml held against the keys of its dialect, and read. */
export function readMakeDocument(
  document: TomlDocument,
  report: Report,
): {readonly declared: Declared; readonly uses: KeyUses} {
  const {keys, read} = makeReaders[makeDialect(document)];
  const uses = checkKeys(document.top, keys, report);
  return {declared: read(document, report), uses};
}
