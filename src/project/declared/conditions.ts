import type {Condition, ReadyCondition} from '../project.ts';
import type {Section} from '../toml/section.ts';
import {known} from './declared.ts';

/** `condition` of a phase or a variable: a table, or a shell line. */
export function readCondition(section: Section, key = 'condition'): Condition | undefined {
  const line = section.string(key);
  if (line !== undefined) return {script: [line]};
  const table = section.section(key);
  if (table === undefined) return undefined;
  const env = table.section('env');
  return known({
    filesExist: table.strings('files_exist'),
    filesNotExist: table.strings('files_not_exist'),
    envSet: table.strings('env_set'),
    envNotSet: table.strings('env_not_set'),
    envEquals: env === undefined ? undefined : scalars(env),
    envTrue: table.strings('env_true'),
    envFalse: table.strings('env_false'),
    platforms: table.strings('platforms'),
    profiles: table.strings('profiles'),
    script: table.strings('script'),
    failMessage: table.string('fail_message'),
  });
}

/** The values of a table as texts. */
function scalars(table: Section): Readonly<Record<string, string>> {
  const values = table.keys.map((name) => [name, table.value(name)] as const);
  return Object.fromEntries(
    values.filter(([, value]) => typeof value !== 'object').map(([name, value]) => [name, String(value)]),
  );
}

/** `ready_when`; the first of its kinds that is there. */
export function readReadyWhen(section: Section): ReadyCondition | undefined {
  const table = section.section('ready_when');
  const pattern = table?.string('log');
  if (pattern !== undefined) return {kind: 'log', pattern};
  const port = table?.number('port');
  if (port !== undefined) return {kind: 'port', port, host: table?.string('host') ?? '127.0.0.1'};
  const line = table?.string('command');
  return line === undefined ? undefined : {kind: 'command', line};
}
