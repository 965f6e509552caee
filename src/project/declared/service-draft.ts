import type {Origin} from '../../base/source.ts';
import type {PoolSize, Service, ServiceInit} from '../service.ts';
import type {Located} from '../toml/section.ts';

type AsWritten = 'plugin' | 'backend' | 'image' | 'binary' | 'health' | 'level' | 'reuse' | 'reset' | 'startTimeoutMs';

/** What a file says about a service; a key that it does not say is absent. Paths are as they are written. */
export interface ServiceDraft
  extends Partial<Pick<Service, AsWritten>>,
    Pick<Service, 'args' | 'env' | 'ports' | 'resources' | 'allow' | 'privileged'> {
  readonly name: string;
  readonly origin: Origin;
  /** Words: a program and its arguments. */
  readonly command?: readonly string[];
  readonly volumes: readonly Located[];
  readonly needs: readonly Located[];
  readonly init: Partial<ServiceInit>;
  readonly pool: Partial<PoolSize>;
}
