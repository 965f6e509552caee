import {createHash, randomUUID} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {hostname} from 'node:os';
import {getuid} from 'node:process';
import type Docker from 'dockerode';
import type {Home} from '../home.ts';
import {dockerAt, type Engine, isUnknown, within} from './engine.ts';

const PREFIX = 'paceline';
/** How long an engine may take to remove one when a broker starts, ms. */
const REMOVE_MS = 20_000;
/** An engine may still be making what a killed broker asked for. */
const LATE_TRIES = 3;
const LATE_MS = 200;

type Labels = Readonly<Record<string, string>>;

/** The labels that prove whose a container is. */
export class Ownership {
  /** This broker's. */
  readonly broker = randomUUID();
  /** One folder of services of one start of one machine: its lock has one holder. */
  readonly home: string;
  readonly boot = textOf('/proc/sys/kernel/random/boot_id');
  /** One user of one machine. */
  readonly machine: string;

  constructor({ledger}: Home) {
    const {dev, ino} = statSync(ledger);
    this.home = `${this.boot}:${dev}:${ino}`;
    this.machine = createHash('sha256')
      .update(`${textOf('/etc/machine-id')}\0${hostname()}\0${getuid?.()}`)
      .digest('hex');
  }

  /** Of all containers of this broker: what events are filtered by. */
  get label(): string {
    return `${PREFIX}.broker=${this.broker}`;
  }

  /** A name that no other container ever had. */
  newName(): string {
    return `${PREFIX}-${randomUUID()}`;
  }

  labels(service: string): Readonly<Record<string, string>> {
    const {broker, home, boot, machine} = this;
    return {...prefixed({broker, home, boot, machine}), [`${PREFIX}.service`]: service};
  }

  /**
   * Removes containers of brokers that must be dead: of the same folder, whose lock we hold, or of an earlier start of this machine. The
   * ledger of the first may have missed the last of them, and that of the second is lost. So are volumes removed that have no container,
   * of such brokers and of this one, which has just found the engine.
   */
  async sweep(engine: Engine): Promise<void> {
    const filters = {label: [`${PREFIX}.machine=${this.machine}`]};
    const found = await engine.ask((docker) => docker.listContainers({all: true, filters}));
    const dead = found.filter(({Labels: labels}) => !this.#isMine(labels) && this.#isOfTheDead(labels));
    await Promise.all(
      dead.map(({Id}) => removing(engine.ask((docker) => docker.getContainer(Id).remove({force: true, v: true})))),
    );
    const {Volumes: volumes} = await engine.ask((docker) =>
      docker.listVolumes({filters: {name: [`${PREFIX}-`], dangling: ['true']}}),
    );
    // without labels: the engine was stopped just when it made it
    const deserted = volumes.filter(
      ({Name, Labels: labels}) =>
        Name.startsWith(`${PREFIX}-`) &&
        (labels === null || (this.#isOfUs(labels) && (this.#isMine(labels) || this.#isOfTheDead(labels)))),
    );
    await Promise.all(
      deserted.map(({Name}) => removing(engine.ask((docker) => docker.getVolume(Name).remove({force: true})))),
    );
  }

  #isOfUs(labels: Labels): boolean {
    return labels[`${PREFIX}.machine`] === this.machine;
  }

  #isMine(labels: Labels): boolean {
    return labels[`${PREFIX}.broker`] === this.broker;
  }

  #isOfTheDead(labels: Labels): boolean {
    return labels[`${PREFIX}.home`] === this.home || labels[`${PREFIX}.boot`] !== this.boot;
  }
}

/**
 * Removes a container that a ledger names, with its anonymous volumes; one that is gone already is fine, and so is one that has the name,
 * but is not ours.
 * @param engine its address
 * @throws when the engine cannot be asked
 */
export async function removeContainer(engine: string, id: string): Promise<void> {
  const docker = dockerAt(engine);
  const container = docker.getContainer(id);
  for (let attempt = 1; ; attempt++) {
    try {
      const {Config, Name} = await within(REMOVE_MS, container.inspect());
      if (Config.Labels[`${PREFIX}.broker`] === undefined) return;
      await within(REMOVE_MS, container.remove({force: true, v: true}));
      return await removeVolumes(docker, Name.slice(1));
    } catch (error) {
      if (!isUnknown(error)) throw error;
      // a name is noted before the container is there
      if (!id.startsWith(PREFIX)) return;
      if (attempt === LATE_TRIES) return removeVolumes(docker, id);
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    }
  }
}

async function removeVolumes(docker: Docker, container: string): Promise<void> {
  const {Volumes: volumes} = await within(REMOVE_MS, docker.listVolumes({filters: {name: [`${container}-`]}}));
  for (const {Name} of volumes) await removing(within(REMOVE_MS, docker.getVolume(Name).remove({force: true})));
}

/** What is gone, or in use by now, is left alone. */
async function removing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isUnknown(error) && (error as {readonly statusCode?: number}).statusCode !== 409) throw error;
  }
}

function prefixed(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${PREFIX}.${key}`, value]));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
