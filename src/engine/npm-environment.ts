import {join, posix} from 'node:path';
import type {PackageManifest, Project, Workspace} from '../project/project.ts';

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
    INIT_CWD: inherited.INIT_CWD ?? process.cwd(),
    ...packageVariables(manifest),
  };
}

/** As @npmcli/run-script makes them; github.com/npm/rfcs/pull/183 says which fields. */
function packageVariables(manifest: PackageManifest | undefined): Record<string, string> {
  if (manifest === undefined) return {};
  const {name, version, config, engines} = manifest;
  const variables: Record<string, string> = {};
  flatten('npm_package', {name, version, config, engines, bin: programs(manifest)}, variables);
  return variables;
}

/** Names without their scope, paths without `./`: as npm-normalize-package-bin has them. */
function programs({name, bin}: PackageManifest): Record<string, string> | undefined {
  if (bin === undefined || (typeof bin === 'string' && name === undefined)) return undefined;
  const entries = typeof bin === 'string' ? [[name ?? '', bin] as const] : Object.entries(bin);
  return Object.fromEntries(
    entries.map(([program, path]) => [posix.basename(program), posix.join('/', path).slice(1)]),
  );
}

function flatten(prefix: string, value: unknown, variables: Record<string, string>): void {
  if (value === undefined) return;
  if (value === null || value === false) variables[prefix] = '';
  else if (typeof value !== 'object') variables[prefix] = String(value);
  else for (const [key, inner] of Object.entries(value)) flatten(`${prefix}_${key}`, inner, variables);
}
