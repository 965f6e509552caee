import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';

/** What is not part of what a service is. */
const BESIDE: readonly (keyof Service)[] = ['name', 'origin', 'pool', 'startTimeoutMs', 'needs'];
/** The variables of their leases have its name in them. */
const NAMED: readonly Service['plugin'][] = ['process', 'generic_container'];

/**
 * Digest of everything that makes a service what it is: its settings, and the contents of the files that its init reads.
 * @throws PacelineError E_SERVICE_INIT when one of them cannot be read
 */
export function identityOf(service: Service): string {
  const hash = createHash('sha256');
  const said = Object.entries(service).filter(([key]) => !BESIDE.includes(key as keyof Service));
  if (NAMED.includes(service.plugin)) said.push(['name', service.name]);
  hash.update(JSON.stringify(sorted(Object.fromEntries(said))));
  for (const need of service.needs) hash.update(identityOf(need));
  for (const path of [...service.init.sql, ...service.init.files]) addFile(hash, path, service);
  return hash.digest('hex');
}

/** The same for the same content, in whatever order it was written down; the order of lists counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, one]) => [key, sorted(one)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function addFile(hash: ReturnType<typeof createHash>, path: string, service: Service): void {
  try {
    if (statSync(path).isDirectory()) {
      hash.update(`\0${path}\0folder\0`);
      for (const name of readdirSync(path).sort()) addFile(hash, join(path, name), service);
      return;
    }
    const content = readFileSync(path);
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  } catch (error) {
    if (error instanceof PacelineError) throw error;
    throw new PacelineError(
      'E_SERVICE_INIT',
      `${path}, which service ${service.name} needs, cannot be read: ${(error as Error).message}`,
      {
        hint: 'Correct `init` of the service; its paths are relative to the project.',
        ...(service.origin !== undefined && {origin: service.origin}),
      },
    );
  }
}
