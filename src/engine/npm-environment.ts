import {join} from 'node:path';
import type {Project, Workspace} from '../project/project.ts';

/** What npm sets for a script that it runs; docs.npmjs.com/cli/using-npm/scripts, "Environment". */
export function npmVariables(
  project: Project,
  workspace: Workspace,
  script: string,
  line: string,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const {manifest} = workspace;
  const node = process.execPath;
  const manager = project.packageManager ?? 'npm';
  return {
    npm_lifecycle_event: script,
    npm_lifecycle_script: line,
    npm_command: 'run-script',
    npm_node_execpath: node,
    NODE: node,
    npm_config_user_agent:
      inherited.npm_config_user_agent ?? `${manager}/? node/${process.version} ${process.platform} ${process.arch}`,
    npm_package_json: join(project.root, workspace.directory, 'package.json'),
    npm_package_name: manifest?.name ?? '',
    npm_package_version: manifest?.version ?? '',
    INIT_CWD: inherited.INIT_CWD ?? process.cwd(),
    ...flattened('npm_package_config', manifest?.config),
    ...flattened('npm_package_engines', manifest?.engines),
    ...(typeof manifest?.bin === 'string'
      ? {[`npm_package_bin_${manifest.name ?? ''}`]: manifest.bin}
      : flattened('npm_package_bin', manifest?.bin)),
  };
}

function flattened(prefix: string, value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') return {[prefix]: String(value)};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, inner]) =>
      flattened(`${prefix}_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`, inner),
    ),
  );
}
