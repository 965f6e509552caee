import {createHash, randomUUID} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {hostname} from 'node:os';
import {getuid} from 'node:process';
import type {Home} from '../home.ts';
import {dockerAt, type Engine, isUnknown, within} from './engine.ts';

const PREFIX = 'paceline';
/** How long an engine may take to remove one when a broker starts, ms. */
const REMOVE_MS = 20_000;
/** An engine may still be making what a killed broker asked for. */
const LATE_TRIES = 3;
const LATE_MS = 200;

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
   * ledger of the first may have missed the last of them, and that of the second is lost.
   */
  async sweep(engine: Engine): Promise<void> {
    const filters = {label: [`${PREFIX}.machine=${this.machine}`]};
    const found = await engine.ask((docker) => docker.listContainers({all: true, filters}));
    const dead = found.filter(({Labels: labels}) => {
      const [broker, home, boot] = ['broker', 'home', 'boot'].map((key) => labels[`${PREFIX}.${key}`]);
      return broker !== this.broker && (home === this.home || boot !== this.boot);
    });
    await Promise.all(
      dead.map(({Id}) =>
        engine
          .ask((docker) => docker.getContainer(Id).remove({force: true, v: true}))
          .catch((error: unknown) => {
            if (!isUnknown(error)) throw error;
          }),
      ),
    );
  }
}

/**
 * Removes a container that a ledger names, with its anonymous volumes; one that is gone already is fine, and so is one that has the name,
 * but is not ours.
 * @param engine its address
 * @throws when the engine cannot be asked
 */
export async function removeContainer(engine: string, id: string): Promise<void> {
  const container = dockerAt(engine).getContainer(id);
  for (let attempt = 1; ; attempt++) {
    try {
      const {Config} = await within(REMOVE_MS, container.inspect());
      if (Config.Labels[`${PREFIX}.broker`] !== undefined)
        await within(REMOVE_MS, container.remove({force: true, v: true}));
      return;
    } catch (error) {
      if (!isUnknown(error)) throw error;
      // a name is noted before the container is there
      if (!id.startsWith(PREFIX) || attempt === LATE_TRIES) return;
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    }
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
