import type {StartLimit, StartLimits} from '../start-limits.ts';
import {whileWanted} from '../while-wanted.ts';
import type {RunningContainer} from './running-container.ts';
import type {ContainerOrder, ServiceContainer, ServiceContainers} from './service-containers.ts';

/** Images prepare their data first, and start the server that is for users then. ms */
const LOOK = {firstMs: 5, growth: 1.3, lastMs: 100};

/** How a server in a container is asked whether it is ready. */
export interface Question<Answer extends object> {
  /** The same for what should take the same. */
  readonly what: string;
  readonly limits: StartLimits;
  /** @throws as long as it does not answer */
  readonly ask: (container: RunningContainer, leftMs: number) => Promise<Answer>;
}

/**
 * Starts a container, and waits until the server in it answers.
 * @param signal nobody wants it any more: it is ended
 * @throws PacelineError E_SERVICE_START, E_NO_ENGINE; nothing is left then but what it printed
 */
export async function startAnswering<Answer extends object>(
  containers: ServiceContainers,
  order: ContainerOrder,
  {what, limits, ask}: Question<Answer>,
  signal?: AbortSignal,
): Promise<readonly [ServiceContainer, Answer]> {
  const started = await containers.start(order, signal);
  const {container} = started;
  try {
    const limit = containers.limit(what);
    const since = performance.now();
    const answer = await whileWanted(
      signal,
      () => container.kill(),
      () => firstAnswer(container, limit, ask),
    );
    if (typeof answer === 'string') throw await containers.notReady(started, answer);
    limits.learn('start', what, performance.now() - since);
    return [started, answer];
  } catch (error) {
    await started.remove();
    throw error;
  }
}

/** @returns what went wrong, for people, or an answer */
async function firstAnswer<Answer extends object>(
  container: RunningContainer,
  limit: StartLimit,
  ask: Question<Answer>['ask'],
): Promise<Answer | string> {
  const deadline = performance.now() + limit.ms;
  let problem = 'nobody listens';
  for (let pauseMs = LOOK.firstMs; ; pauseMs = Math.min(pauseMs * LOOK.growth, LOOK.lastMs)) {
    if (container.end !== undefined) return `it ended (${container.end})`;
    if (container.engine.isLost) throw container.engine.lost();
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return `no answer came within ${Math.round(limit.ms)} ms (${limit.origin}): ${problem}`;
    try {
      return await ask(container, Math.ceil(leftMs));
    } catch (error) {
      problem = (error as Error).message;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
