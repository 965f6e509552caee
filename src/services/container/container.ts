import type {Opening, Plugin, Source} from '../plugin.ts';
import {ContainerSource} from './container-source.ts';
import type {Engines} from './engines.ts';

/** Containers of any image. */
export class ContainerPlugin implements Plugin {
  readonly #engines: Engines;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  async open(opening: Opening): Promise<Source> {
    return ContainerSource.open(opening, await this.#engines.tools(opening.env));
  }
}
