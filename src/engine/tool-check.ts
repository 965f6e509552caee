import {execFile} from 'node:child_process';
import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, isAbsolute, join} from 'node:path';
import {PacelineError} from '../base/error.ts';
import type {Diagnostic} from '../base/source.ts';
import type {OwnCommand, Task} from '../plan/task.ts';
import type {Project, ToolRequirement} from '../project/project.ts';
import type {KnownVersions} from './known-versions.ts';

/** Interpreters and package managers: a line that begins with one of them cannot work without it. */
const KNOWN_TOOLS: Readonly<Record<string, string>> = {
  node: 'apt-get install nodejs',
  npm: 'apt-get install npm',
  npx: 'apt-get install npm',
  pnpm: 'npm install --global pnpm',
  yarn: 'npm install --global yarn',
  bun: 'npm install --global bun',
  python: 'apt-get install python-is-python3',
  python3: 'apt-get install python3',
  pip: 'apt-get install python3-pip',
  pip3: 'apt-get install python3-pip',
  uv: 'see docs.astral.sh/uv',
  poetry: 'pip install poetry',
  ruby: 'apt-get install ruby',
  bundle: 'apt-get install ruby-bundler',
  perl: 'apt-get install perl',
  php: 'apt-get install php',
  composer: 'apt-get install composer',
  cargo: 'see rustup.rs',
  rustc: 'see rustup.rs',
  go: 'apt-get install golang',
  java: 'apt-get install default-jre',
  mvn: 'apt-get install maven',
  gradle: 'apt-get install gradle',
  make: 'apt-get install make',
  bash: 'apt-get install bash',
  zsh: 'apt-get install zsh',
  deno: 'see deno.com',
  dotnet: 'see dot.net',
  docker: 'apt-get install docker.io',
};

/** There are packages of these names: a prefetch stage that installs from the lockfile may bring them. */
const PACKAGES = new Set(['node', 'npm', 'npx', 'pnpm', 'yarn', 'bun', 'deno']);

/**
 * Looks, before the first task, whether the tools are there: what the config requires with its versions, and the interpreters and package
 * managers that the planned commands begin with. Returns warnings, and what the tools of the config say of their versions.
 * @throws PacelineError E_TOOL_MISSING, E_TOOL_VERSION with every missing tool and the phase that needs it
 */
export async function checkTools(
  project: Project,
  tasks: readonly Task[],
  env: Readonly<Record<string, string | undefined>>,
  known: KnownVersions,
): Promise<{readonly problems: readonly Diagnostic[]; readonly versions: Readonly<Record<string, string>>}> {
  const versions: Record<string, string> = {};
  const wanted = new Map<string, ToolRequirement>();
  for (const tool of [...project.tools, ...tasks.flatMap((task) => task.phase.tools)])
    wanted.set(`${tool.name} ${tool.range ?? ''}`, tool);
  const declared = await Promise.all(
    [...wanted.values()].map((tool) => checkDeclared(tool, project, env, versions, known)),
  );
  known.save();
  const problems = [...declared.flat(), ...missingPrograms(project, tasks, env)];
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0];
  if (first !== undefined)
    throw new PacelineError(first.code, first.message, {diagnostics: errors, origin: first.origin});
  return {problems, versions};
}

async function checkDeclared(
  tool: ToolRequirement,
  project: Project,
  env: Readonly<Record<string, string | undefined>>,
  versions: Record<string, string>,
  known: KnownVersions,
): Promise<readonly Diagnostic[]> {
  const severity = tool.required ? 'error' : 'warning';
  const install = tool.install === undefined ? {} : {hint: `Install it: ${tool.install}`};
  const [program = tool.name, ...args] = tool.probe;
  const output = await known.output(program, args, env.PATH ?? '', () => probe(program, args, project.root, env));
  if (output === undefined)
    return [
      {
        severity,
        code: 'E_TOOL_MISSING',
        message: `"${tool.name}" is required and does not start (${tool.probe.join(' ')}).`,
        ...install,
        origin: tool.origin,
      },
    ];
  versions[tool.name] = output.trim().slice(0, 200);
  if (tool.range === undefined) return [];
  const {coerce, satisfies, validRange} = await import('semver');
  if (validRange(tool.range) === null) {
    return [
      {
        severity: 'warning',
        code: 'W_TOOL_RANGE',
        message: `"${tool.range}" is no version range; the version of "${tool.name}" is not checked.`,
        origin: tool.origin,
      },
    ];
  }
  const version = coerce(output);
  if (version !== null && satisfies(version, tool.range)) return [];
  const found = version === null ? 'says no version' : `is ${version.version}`;
  return [
    {
      severity,
      code: 'E_TOOL_VERSION',
      message: `"${tool.name}" ${found}; ${tool.range} is required.`,
      ...install,
      origin: tool.origin,
    },
  ];
}

function probe(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...args], {cwd, env: {...env}, timeout: 20_000}, (error, stdout, stderr) =>
      resolve(error === null ? `${stdout}\n${stderr}` : undefined),
    );
  });
}

function missingPrograms(
  project: Project,
  tasks: readonly Task[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Diagnostic[] {
  const isFetching = tasks.some((task) => task.stage === 'prefetch');
  const found = new Map<string, boolean>();
  const reported = new Set<string>();
  return tasks.flatMap((task) =>
    task.commands.flatMap((command): Diagnostic[] => {
      const name = firstProgram(command);
      if (name === undefined || reported.has(name) || mayCome(task, name, isFetching)) return [];
      const folders = [
        join(project.root, task.workspace.directory, 'node_modules/.bin'),
        join(project.root, 'node_modules/.bin'),
        ...(env.PATH ?? '').split(delimiter),
      ];
      const key = `${task.workspace.directory}\0${name}`;
      const there = found.get(key) ?? folders.some((folder) => isProgram(join(folder, name)));
      found.set(key, there);
      if (there) return [];
      reported.add(name);
      return [
        {
          severity: isOptional(task) ? 'warning' : 'error',
          code: 'E_TOOL_MISSING',
          message: `"${name}" is not installed; ${task.id} needs it.`,
          hint: `Install it: ${KNOWN_TOOLS[name] ?? name}`,
          origin: command.origin,
        },
      ];
    }),
  );
}

/** Whether the tool may be there by the time when the task starts, although it cannot be found now. */
function mayCome({phase, stage}: Task, name: string, isFetching: boolean): boolean {
  if (phase.env.some((entry) => entry.name === 'PATH')) return true;
  return isFetching && stage !== 'prefetch' && phase.needsPrefetch !== false && PACKAGES.has(name);
}

/** Nothing is lost when such a task cannot run. */
function isOptional({phase}: Task): boolean {
  return phase.onFailure !== 'stop' || phase.condition !== undefined;
}

/** The interpreter or package manager that a command cannot do without; undefined when there is none, or the line has an alternative. */
function firstProgram(command: OwnCommand): string | undefined {
  const name =
    command.kind === 'program'
      ? command.program
      : command.kind === 'script'
        ? command.interpreter[0]
        : /^\s*([\w.-]+)(?=\s|$)/.exec(command.line)?.[1];
  if (command.kind === 'shell' && command.line.includes('||')) return undefined;
  return name !== undefined && !isAbsolute(name) && Object.hasOwn(KNOWN_TOOLS, name) ? name : undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
