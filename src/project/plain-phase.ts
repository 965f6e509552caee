import type {Origin} from '../base/source.ts';
import type {Phase, PhaseName} from './project.ts';

/** A phase of which nothing but the name is known: it runs nothing, is not cached and has no limits. */
export function plainPhase(name: PhaseName, origin: Origin): Phase {
  return {
    name,
    private: false,
    origin,
    commands: [],
    needs: [],
    after: [],
    parallel: false,
    env: [],
    caching: {enabled: false, incremental: [], env: [], passEnv: [], extraKey: [], closure: 'transitive'},
    limits: {retries: 0, retryDelayMs: 0},
    resources: {cpu: 1, exclusive: false},
    persistent: false,
    firstRunOnly: false,
    requiresApproval: false,
    onFailure: 'stop',
    tools: [],
    services: [],
  };
}
