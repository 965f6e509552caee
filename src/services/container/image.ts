import {PacelineError} from '../../base/error.ts';
import type {StartLimits} from '../start-limits.ts';
import {type Engine, engineMessage, isUnknown} from './engine.ts';
import {registryAuth} from './registry-auth.ts';

/** An image that the engine has. */
export interface Image {
  /** Its digest: names move, this does not. */
  readonly id: string;
  /** `name@sha256:...` where it came from a registry, else the name and its digest. */
  readonly what: string;
  /** Ports that it says it listens on. */
  readonly ports: readonly number[];
  /** Words that it runs when a container says nothing else. */
  readonly command: readonly string[];
  /** As whom it begins to run; '': root. */
  readonly user: string;
  /** Paths that get an anonymous volume. */
  readonly volumes: readonly string[];
}

/** What a pull says of its progress, one JSON text a line; docs.docker.com/reference/api/engine, ImageCreate. */
interface Progress {
  readonly error?: string;
}

/**
 * The image of a name; it is fetched only when the engine does not have it.
 * @param env of the user: what they may fetch
 * @throws PacelineError E_SERVICE_START
 */
export async function presentImage(
  name: string,
  engine: Engine,
  {limits, env}: {readonly limits: StartLimits; readonly env: Readonly<Record<string, string | undefined>>},
): Promise<Image> {
  const there = await findImage(name, engine);
  if (there !== undefined) return there;
  await pull(name, engine, limits, env);
  const pulled = await findImage(name, engine);
  if (pulled !== undefined) return pulled;
  throw pullError(name, 'the engine does not have it after all');
}

/** @returns undefined when the engine does not have it */
export async function findImage(name: string, engine: Engine): Promise<Image | undefined> {
  try {
    const {Id, RepoDigests = [], Config} = await engine.ask((docker) => docker.getImage(name).inspect());
    const exposed = Object.keys(Config?.ExposedPorts ?? {});
    return {
      id: Id,
      what: RepoDigests?.[0] ?? `${name} (${Id})`,
      ports: exposed.flatMap((port) => (port.endsWith('/udp') ? [] : Number.parseInt(port, 10))),
      command: [Config?.Cmd ?? []].flat(),
      user: Config?.User ?? '',
      volumes: Object.keys(Config?.Volumes ?? {}),
    };
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}

async function pull(
  name: string,
  engine: Engine,
  limits: StartLimits,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const limit = limits.of('pull', name);
  const since = performance.now();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limit.ms);
  try {
    const authconfig = await registryAuth(name, env);
    const failure = await engine.ask(async (docker) => {
      const options = {abortSignal: abort.signal, ...(authconfig !== undefined && {authconfig})};
      // a name without a tag would mean all of its tags
      return failureIn((await docker.pull(tagged(name), options)) as AsyncIterable<Buffer>);
    });
    if (failure !== undefined) throw pullError(name, failure);
  } catch (error) {
    if (abort.signal.aborted) throw pullError(name, `it took longer than ${Math.round(limit.ms)} ms (${limit.origin})`);
    if (error instanceof PacelineError) throw error;
    throw pullError(name, engineMessage(error));
  } finally {
    clearTimeout(timer);
  }
  limits.learn('pull', name, performance.now() - since);
}

/** Reads to the end. @returns what went wrong, if anything */
async function failureIn(stream: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  return lines.flatMap((line) => (line.trim() === '' ? [] : ((JSON.parse(line) as Progress).error ?? [])))[0];
}

function tagged(name: string): string {
  return /[:@]/.test(name.slice(name.lastIndexOf('/') + 1)) ? name : `${name}:latest`;
}

function pullError(name: string, reason: string): PacelineError {
  return new PacelineError('E_SERVICE_START', `The image ${name} could not be pulled: ${reason}`, {
    hint: 'Correct `image`, or `docker login` at its registry; an image that the engine has already is not pulled.',
  });
}
