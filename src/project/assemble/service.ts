import {posix} from 'node:path';
import {known} from '../declared/declared.ts';
import type {ServiceDraft} from '../declared/service-draft.ts';
import type {DialectContext} from '../dialects/dialect.ts';
import type {PoolSize, Service} from '../service.ts';
import {finishedVolumes} from './volumes.ts';

/** How many are kept ready, and how many there may be, when nobody says it. */
const POOL: PoolSize = {min: 2, max: 8};

export interface ServiceSurroundings {
  readonly needs: readonly Service[];
  /** How many there may be of each, when the environment says it. */
  readonly most: number | undefined;
  readonly context: DialectContext;
}

/** A draft as the service that it means; undefined when it does not say what kind of service it is. */
export function finishedService(draft: ServiceDraft, around: ServiceSurroundings): Service | undefined {
  const {plugin} = draft;
  if (plugin === undefined) return undefined;
  const {name, origin, env, ports, resources, allow, privileged, init} = draft;
  const {needs, most, context} = around;
  const {root} = context;
  const at = (path: string): string => posix.resolve(root, path);
  return {
    name,
    plugin,
    directory: root,
    ...program(draft, at),
    env,
    ports,
    volumes: finishedVolumes(draft, context),
    needs,
    resources,
    level: draft.level ?? 'database',
    init: {...init, sql: (init.sql ?? []).map(at), files: (init.files ?? []).map(at)},
    reuse: draft.reuse ?? 'never',
    pool: poolOf(draft.pool, most),
    allow,
    privileged,
    ...known({
      backend: draft.backend,
      image: draft.image,
      health: draft.health,
      reset: draft.reset,
      startTimeoutMs: draft.startTimeoutMs,
    }),
    origin,
  };
}

/** What starts it: a command, in a container the words for it; or a program with arguments. */
function program(
  {plugin, command, binary, args}: ServiceDraft,
  at: (path: string) => string,
): Pick<Service, 'binary' | 'args'> {
  if (command !== undefined && plugin === 'generic_container') return {args: command};
  const [first, ...rest] = command ?? [];
  if (first !== undefined && plugin === 'process') return {binary: first, args: rest};
  if (binary === undefined) return {args};
  // a bare name of a program is looked for on PATH
  return {binary: plugin === 'process' && !binary.includes('/') ? binary : at(binary), args};
}

function poolOf(written: Partial<PoolSize>, most: number | undefined): PoolSize {
  const max = most ?? written.max ?? Math.max(POOL.max, written.min ?? 0);
  return {min: Math.min(written.min ?? POOL.min, max), max};
}

/** `CONTAINER_POOL_SIZE`: the most of each pool. A value that cannot be one is reported. */
export function mostOfAPool({env, report}: DialectContext, file: string): number | undefined {
  const written = env.CONTAINER_POOL_SIZE?.trim() ?? '';
  if (written === '') return undefined;
  if (/^\d{1,6}$/.test(written) && Number(written) > 0) return Number(written);
  report({
    severity: 'warning',
    code: 'W_POOL_SIZE',
    message: `CONTAINER_POOL_SIZE is "${written}", which is no size of a pool: the sizes in the file hold`,
    hint: 'Set it to a whole number from 1 on, or unset it.',
    origin: {file, line: 1, column: 1},
  });
  return undefined;
}
