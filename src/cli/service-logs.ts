import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {plural} from '../base/figures.ts';
import {nearestName} from '../base/nearest-name.ts';
import type {PluginName, Service} from '../project/service.ts';
import type {Status} from '../services/broker/protocol.ts';
import {ServicesClient} from '../services/client/services-client.ts';
import {openHome} from '../services/home.ts';
import type {ServerState} from '../services/plugin.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {ageText} from './cache/amounts.ts';
import {EXIT} from './exit-codes.ts';
import {FollowedLog} from './followed-log.ts';
import {openProject, type ProjectOptions} from './open-project.ts';

interface LogsOptions extends ProjectOptions {
  /** Only the last ones of each. */
  readonly lines?: number;
  /** Until it is stopped. */
  readonly follow?: boolean;
}

/** The log of a server that is gone. */
interface KeptLog {
  readonly id: string;
  readonly path: string;
  /** Unix time when it was last written to, ms. */
  readonly at: number;
}

const LOOK_MS = 100;

/** `paceline services logs <service>`: what its servers print, or printed before they ended. */
export async function logs(name: string, options: LogsOptions): Promise<number> {
  const client = new ServicesClient(process.env);
  const screen = screenOf(process.stdout, process.env);
  try {
    const status = await client.status();
    const servers = serversOf(name, status);
    const plugins = pluginsOf(name, status, options);
    const isFollowed = options.follow === true && servers !== undefined;
    if (!isFollowed && !servers?.length) printKept(screen, name, keptLogs(name, plugins), options.lines);
    else {
      const open = printSoFar(screen, servers ?? [], options.lines);
      if (isFollowed) await follow(screen, open, async () => serversOf(name, await client.status()));
      else for (const [id, log] of open) printLines(screen, id, log.last());
    }
  } finally {
    client.close();
  }
  return EXIT.ok;
}

/** @returns undefined when it is not warm */
function serversOf(name: string, status: Status | undefined): readonly ServerState[] | undefined {
  const pools = (status?.pools ?? []).filter(({service}) => service === name);
  return pools.length === 0 ? undefined : pools.flatMap(({servers}) => servers);
}

/**
 * What kinds of service have the name: of those that are warm, and in the make.toml.
 * @throws PacelineError E_UNKNOWN_SERVICE
 */
function pluginsOf(name: string, status: Status | undefined, options: ProjectOptions): readonly string[] {
  const pools = status?.pools ?? [];
  const declared = declaredServices(options);
  const plugin = declared.get(name)?.plugin;
  const warm = pools.filter(({service}) => service === name).map((pool) => pool.plugin);
  const found = [...warm, ...(plugin === undefined ? [] : [plugin])];
  if (found.length > 0 || keptLogs(name, []).length > 0) return found;
  const names = new Set([...pools.map(({service}) => service), ...declared.keys()]);
  const near = nearestName(name, names);
  throw new PacelineError('E_UNKNOWN_SERVICE', `There is no service ${name}`, {
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : names.size === 0
          ? 'None is warm, and none is written down as [service.X] in a make.toml here.'
          : `There are ${[...names].join(', ')}.`,
  });
}

/** None where there is no project: test code has services without. */
function declaredServices(options: ProjectOptions): ReadonlyMap<string, Service> {
  try {
    return openProject(options).services;
  } catch (error) {
    if (error instanceof PacelineError && error.code === 'E_NO_PROJECT') return new Map();
    throw error;
  }
}

/** All that they have printed so far. @returns the logs, to go on with */
function printSoFar(
  screen: Screen,
  servers: readonly ServerState[],
  lines: number | undefined,
): Map<string, FollowedLog> {
  const open = new Map<string, FollowedLog>();
  for (const {id, logFile} of servers) {
    const log = opened(logFile);
    if (log !== undefined) {
      open.set(id, log);
      const text = log.next();
      printLines(screen, id, lines === undefined ? text : text.slice(-lines));
    } else if (logFile === undefined)
      screen.write(`${painted(screen, 'dim', id)} has no log here: the engine of its container has it\n`);
  }
  return open;
}

/** What they print from now on, and others that are started, until the service is stopped. */
async function follow(
  screen: Screen,
  open: Map<string, FollowedLog>,
  servers: () => Promise<readonly ServerState[] | undefined>,
): Promise<void> {
  for (let living = await servers(); living !== undefined; living = await servers()) {
    for (const {id, logFile} of living) {
      const log = open.get(id) ?? opened(logFile);
      if (log === undefined) continue;
      open.set(id, log);
      printLines(screen, id, log.next());
    }
    for (const [id, log] of open) {
      if (living.some((one) => one.id === id)) continue;
      open.delete(id);
      printLines(screen, id, log.last());
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  for (const [id, log] of open) printLines(screen, id, log.last());
}

/** @returns undefined when there is none, or its server has just ended */
function opened(path: string | undefined): FollowedLog | undefined {
  try {
    return path === undefined ? undefined : new FollowedLog(path);
  } catch {
    return undefined;
  }
}

function printLines(screen: Screen, id: string, lines: readonly string[]): void {
  for (const line of lines) screen.write(`${painted(screen, 'dim', id)} ${line}\n`);
}

function printKept(screen: Screen, name: string, kept: readonly KeptLog[], lines: number | undefined): void {
  const [last, ...older] = kept;
  if (last === undefined) {
    screen.write(
      `No server of ${name} is warm, and no log of one is kept: only those are that failed, or ended by themselves.\n`,
    );
    return;
  }
  const {id, path, at} = last;
  screen.write(
    `${painted(screen, 'bold', `No server of ${name} is warm. The last one that failed or ended by itself, ${id}, printed until ${new Date(at).toISOString()} (${ageText(Date.now() - at)} ago):`)}\n`,
  );
  const text = new FollowedLog(path).last();
  printLines(screen, id, lines === undefined ? text : text.slice(-lines));
  if (older.length > 0)
    screen.write(`${plural(older.length, 'older log')}: ${older.map((one) => one.path).join(', ')}\n`);
}

/** Servers that are shared, or that have no name of their own, are named after their kind. */
const NAMES: Readonly<Partial<Record<PluginName, string>>> = {postgres: 'postgres(-lease)?', redis: 'redis'};

/** @returns the latest first */
function keptLogs(name: string, plugins: readonly string[]): readonly KeptLog[] {
  const {logs: folder} = openHome(process.env);
  const own = name.replaceAll(/[^\w.-]+/g, '_').replaceAll('.', '\\.');
  const names = [own, ...plugins.flatMap((plugin) => NAMES[plugin as PluginName] ?? [])];
  const pattern = new RegExp(`^(${names.join('|')})-\\d+(-\\d+)?\\.log$`);
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .map((file) => ({
      id: file.slice(0, -'.log'.length),
      path: join(folder, file),
      at: statSync(join(folder, file)).mtimeMs,
    }))
    .sort((one, other) => other.at - one.at);
}
