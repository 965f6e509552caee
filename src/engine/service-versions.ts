import {PacelineError} from '../base/error.ts';
import type {Task} from '../plan/task.ts';
import type {Service} from '../project/service.ts';
import {chosenBackend} from '../services/backend-choice.ts';
import {identityOf} from '../services/client/identity.ts';
import {saidVersion, versionIn} from '../services/program-version.ts';
import {serverProgram} from '../services/service-program.ts';
import type {KnownVersions} from './known-versions.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of a digest: enough to tell contents apart, 64 bits. */
const SHOWN = 16;

/**
 * What makes the services of cached tasks what they are: their settings and init files, and the version of the program or the image that
 * serves. By the name that a key has for it, `service:db`.
 * @throws PacelineError E_SERVICE_INIT when an init file cannot be read
 */
export async function serviceVersions(
  tasks: readonly Task[],
  env: Environment,
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

/** Follows what will run it: the broker chooses in the same way. */
async function versionOf(service: Service, env: Environment, known: KnownVersions): Promise<string> {
  const {plugin, image, binary} = service;
  if (plugin === 'process') return binary ?? plugin;
  if (plugin === 'generic_container') return imageVersion(image ?? plugin, env);
  const program = serverProgram(service, env);
  const said =
    program === undefined ? undefined : await known.output(program, ['--version'], '', () => saidVersion(program));
  const version = said === undefined ? undefined : versionIn(said);
  try {
    const choice = await chosenBackend(
      {...service, plugin},
      {version, hasEngine: async () => (await engineQuestions()).engineAnswers(env)},
    );
    return choice.backend === 'docker' ? imageVersion(choice.image, env) : (said ?? program ?? plugin);
  } catch (error) {
    // whoever needs it is told why there is none; a stored result of the same does without
    if (error instanceof PacelineError) return image ?? plugin;
    throw error;
  }
}

/** Loaded where an engine matters: programs of this machine are the common case. */
function engineQuestions(): Promise<typeof import('../services/container/engine-question.ts')> {
  return import('../services/container/engine-question.ts');
}

/** Names of images move; one that nobody has fetched so far is nothing but its name. */
async function imageVersion(image: string, env: Environment): Promise<string> {
  const digest = await (await engineQuestions()).imageDigest(image, env);
  return digest === undefined ? image : `${image} (${digest})`;
}
