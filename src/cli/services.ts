import {PacelineError} from '../base/error.ts';
import {duration, plural} from '../base/figures.ts';
import {nearestName} from '../base/nearest-name.ts';
import {commandPath} from '../engine/environment.ts';
import type {Service} from '../project/service.ts';
import type {PoolStatus, Status} from '../services/broker/protocol.ts';
import {ServicesClient} from '../services/client/services-client.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {columnWidth} from '../ui/text.ts';
import {ageText, sizeText} from './cache/amounts.ts';
import {EXIT} from './exit-codes.ts';
import {openProject, type ProjectOptions} from './open-project.ts';

interface ServicesOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** `paceline services ps`: what is warm, who has what. */
export async function ps(options: ServicesOptions): Promise<number> {
  const client = new ServicesClient(process.env);
  const status = await client.status();
  client.close();
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) screen.write(`${JSON.stringify(status ?? null, undefined, 2)}\n`);
  else if (status === undefined || status.pools.length === 0) screen.write('No service is warm.\n');
  else printStatus(screen, status);
  return EXIT.ok;
}

function printStatus(screen: Screen, status: Status): void {
  const names = status.pools.map(({service}) => service);
  const width = columnWidth(names, 8, 30);
  for (const pool of status.pools) printPool(screen, pool, width);
  const where = status.inMemory ? `${status.folder} (in memory)` : status.folder;
  screen.write(`\nkept by process ${status.pid} for ${ageText(Date.now() - status.startedAt)} in ${where}\n`);
}

function printPool(
  screen: Screen,
  {service, plugin, gauges, servers, leases, quarantine}: PoolStatus,
  width: number,
): void {
  const {ready, making, leased, kept, waiting, max, handedOut, immediate, waitMs} = gauges;
  const waits = waitMs === undefined ? '' : `, waited ${duration(waitMs.p50)} (p99 ${duration(waitMs.p99)})`;
  screen.write(
    `${painted(screen, 'bold', service.padEnd(width))} ${plugin.padEnd(9)} ${ready} ready, ${leased} in use, ${making} in the making, ${waiting} waiting, at most ${max}${kept === 0 ? '' : `; ${kept} kept`}\n`,
  );
  const indent = ' '.repeat(width + 1);
  screen.write(`${indent}${handedOut} handed out, ${immediate} at once${waits}\n`);
  for (const {id, what, backend, memoryBytes, cpuMs, restarts, startedAt} of servers) {
    const used = [
      ...(memoryBytes === undefined ? [] : [sizeText(memoryBytes)]),
      ...(cpuMs === undefined ? [] : [`${duration(cpuMs)} of processor time`]),
      ...(restarts === 0 ? [] : [plural(restarts, 'restart')]),
    ];
    screen.write(
      `${indent}${id}  ${what}, ${backend}, up ${ageText(Date.now() - startedAt)}${used.map((one) => `, ${one}`).join('')}\n`,
    );
  }
  for (const {resource, owner, since, url} of leases) {
    const user = `${owner.label} (process ${owner.pid})`;
    const age = duration(Date.now() - since);
    const use = url === undefined ? `in use by ${user} for ${age}` : `kept of ${user}, leased ${age} ago: ${url}`;
    screen.write(`${indent}${resource}  ${use}\n`);
  }
  for (const {resource, differences} of quarantine)
    screen.write(
      `${indent}${painted(screen, 'red', 'not clean')}  ${resource}: ${differences.slice(0, 3).join('; ')}\n`,
    );
}

/** `paceline services stop [service]`: without a name everything, and what keeps it. */
export async function stop(name: string | undefined, _options: ServicesOptions): Promise<number> {
  const client = new ServicesClient(process.env);
  const screen = screenOf(process.stdout, process.env);
  const status = await client.status();
  const pools = status?.pools ?? [];
  if (name !== undefined && !pools.some(({service}) => service === name)) throw notWarm(name, pools);
  if (name === undefined) await client.shutdown();
  else await client.stop(name);
  client.close();
  const count = name === undefined ? pools.length : pools.filter(({service}) => service === name).length;
  screen.write(count === 0 ? 'No service was warm.\n' : `Stopped ${plural(count, 'service')}.\n`);
  return EXIT.ok;
}

/** `paceline services gc`: takes away what a process that was killed left, and what is kept of failed tests. */
export async function gc(_options: ServicesOptions): Promise<number> {
  const client = new ServicesClient(process.env);
  const running = await client.status();
  const kept = running === undefined ? 0 : await client.endKept();
  const {reaped} = await client.collect();
  client.close();
  const screen = screenOf(process.stdout, process.env);
  if (kept > 0) screen.write(`Gave back ${plural(kept, 'kept lease')}.\n`);
  else if (running !== undefined) screen.write('Nothing is left over: the process that keeps the services is alive.\n');
  else screen.write(reaped === 0 ? 'Nothing was left over.\n' : `Took away ${plural(reaped, 'leftover')}.\n`);
  return EXIT.ok;
}

/** `paceline warm [service...]`: starts services before they are needed. */
export async function warm(names: readonly string[], options: ServicesOptions): Promise<number> {
  const {services, root} = openProject(options);
  const chosen = names.length === 0 ? [...services.values()] : names.map((name) => serviceNamed(name, services));
  const screen = screenOf(process.stdout, process.env);
  if (chosen.length === 0) {
    screen.write('The project has no [service.X].\n');
    return EXIT.ok;
  }
  // as the tasks of a run lease them
  const client = new ServicesClient({...process.env, PATH: commandPath(root, '', process.env.PATH)});
  const results = await Promise.allSettled(
    chosen.map(async (service) => {
      const start = performance.now();
      await client.warm(service, Math.max(1, service.pool.min));
      screen.write(
        `${painted(screen, 'green', '✓')} ${service.name} is warm (${duration(performance.now() - start)})\n`,
      );
    }),
  );
  client.close();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return EXIT.ok;
}

function serviceNamed(name: string, services: ReadonlyMap<string, Service>): Service {
  const service = services.get(name);
  if (service !== undefined) return service;
  const near = nearestName(name, services.keys());
  throw new PacelineError('E_UNKNOWN_SERVICE', `There is no service ${name}`, {
    hint: near === undefined ? 'Services are written down as [service.X] in make.toml.' : `Did you mean ${near}?`,
  });
}

function notWarm(name: string, pools: readonly PoolStatus[]): PacelineError {
  const names = pools.map(({service}) => service);
  const near = nearestName(name, names);
  const all = names.length === 0 ? 'None is: `paceline warm` starts them.' : `Warm are ${names.join(', ')}.`;
  return new PacelineError('E_UNKNOWN_SERVICE', `No service ${name} is warm`, {
    hint: near === undefined ? all : `Did you mean ${near}?`,
  });
}
