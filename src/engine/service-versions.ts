import {execFile} from 'node:child_process';
import type {Task} from '../plan/task.ts';
import type {Service} from '../project/service.ts';
import {identityOf} from '../services/client/identity.ts';
import {serverProgram} from '../services/service-program.ts';
import type {KnownVersions} from './known-versions.ts';

/** Of a digest: enough to tell contents apart, 64 bits. */
const SHOWN = 16;

/**
 * What makes the services of cached tasks what they are: their settings and init files, and the version of the program or the image that
 * serves. By the name that a key has for it, `service:db`.
 * @throws PacelineError E_SERVICE_INIT when an init file cannot be read
 */
export async function serviceVersions(
  tasks: readonly Task[],
  env: Readonly<Record<string, string | undefined>>,
  known: KnownVersions,
): Promise<Readonly<Record<string, string>>> {
  const cached = tasks.filter(({phase}) => phase.caching.enabled);
  const services = new Map(cached.flatMap(({phase}) => phase.services).map((service) => [service.name, service]));
  const texts = await Promise.all(
    [...services.values()].map(async (service) => {
      const version = await versionOf(service, env, known);
      return [
        `service:${service.name}`,
        `${version}, settings and init ${identityOf(service).slice(0, SHOWN)}`,
      ] as const;
    }),
  );
  known.save();
  return Object.fromEntries(texts);
}

async function versionOf(
  service: Service,
  env: Readonly<Record<string, string | undefined>>,
  known: KnownVersions,
): Promise<string> {
  const program =
    service.image !== undefined && service.backend !== 'process' ? undefined : serverProgram(service, env);
  if (program === undefined) return service.image ?? service.binary ?? service.plugin;
  return (await known.output(program, ['--version'], '', () => saidVersion(program))) ?? program;
}

function saidVersion(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], (error, stdout) => resolve(error === null ? stdout.trim() : undefined));
  });
}
