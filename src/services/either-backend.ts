import {chosenBackend, type Server} from './backend-choice.ts';
import {engineAnswers} from './container/engine-question.ts';
import type {Host} from './host.ts';
import type {Opening, Plugin, Source} from './plugin.ts';
import {saidVersion, versionIn} from './program-version.ts';
import {serverProgram} from './service-program.ts';

/** The same kind of server, by programs of this machine or in containers; each is loaded when it is chosen. */
export class EitherBackend implements Plugin {
  readonly #host: Host;
  readonly #load: Readonly<Record<'process' | 'docker', () => Promise<Plugin>>>;
  readonly #loaded = new Map<string, Promise<Plugin>>();

  constructor(host: Host, load: Readonly<Record<'process' | 'docker', () => Promise<Plugin>>>) {
    this.#host = host;
    this.#load = load;
  }

  async open(opening: Opening): Promise<Source> {
    const {env} = this.#host;
    const service = {...opening.service, plugin: opening.service.plugin as Server};
    const program = serverProgram(service, env);
    const said = program === undefined ? undefined : await saidVersion(program);
    const {backend, image, remark} = await chosenBackend(service, {
      version: said === undefined ? undefined : versionIn(said),
      hasEngine: () => engineAnswers(Object.keys(opening.env).length > 0 ? opening.env : env),
    });
    const plugin = await this.#plugin(backend);
    const source = await plugin.open({...opening, service: {...service, image}});
    if (remark === undefined) return source;
    this.#host.report(`${service.name}: ${remark}`);
    return withRemark(source, remark);
  }

  #plugin(backend: 'process' | 'docker'): Promise<Plugin> {
    const known = this.#loaded.get(backend) ?? this.#load[backend]();
    this.#loaded.set(backend, known);
    return known;
  }
}

/** Told where people look at what runs. */
function withRemark(source: Source, remark: string): Source {
  return {
    width: source.width,
    make: (signal) => source.make(signal),
    servers: () => source.servers().map((server) => ({...server, what: remark})),
    isAlive: () => source.isAlive(),
    close: () => source.close(),
  };
}
