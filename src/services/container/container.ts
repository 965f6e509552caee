import {PacelineError} from '../../base/error.ts';
import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';

/** Containers of any image. */
export class ContainerPlugin implements Plugin {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async open({service}: Opening): Promise<Source> {
    this.#host.report(`${service.name}: no container engine`);
    throw new PacelineError('E_NO_ENGINE', `Service ${service.name} needs a container engine`, {
      hint: '`apt-get install docker.io`.',
    });
  }
}
