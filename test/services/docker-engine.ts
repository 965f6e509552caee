import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {getuid} from 'node:process';
import Docker from 'dockerode';
import type {TestContext} from 'vitest';
import {isRoomyMemory} from '../../src/services/home.ts';

// administrators' programs are not on everybody's PATH
process.env.PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Image of all tests: nothing but busybox, and a folder for data. */
export const IMAGE = 'paceline-test-busybox';

const READY_MS = 30_000;
const POLL_MS = 20;

/** A Docker engine of a test's own: it shares nothing with another one of the machine but the kernel. */
export class DockerEngine {
  readonly folder: string;
  readonly host: string;
  readonly client: Docker;
  readonly #bridge: string;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, network: number) {
    this.folder = folder;
    this.#bridge = `plt${network}`;
    const socketPath = join(folder, 'docker.sock');
    this.host = `unix://${socketPath}`;
    this.client = new Docker({socketPath});
  }

  /** Starts one that has IMAGE. */
  static async start(): Promise<DockerEngine> {
    const folder = mkdtempSync(join(memoryFolder(), 'ple-'));
    // brokers on it keep their folders here, which servers that are not root must reach
    chmodSync(folder, 0o711);
    const engine = new DockerEngine(folder, makeBridge());
    await engine.startDaemon();
    await engine.makeImage(IMAGE);
    return engine;
  }

  async startDaemon(): Promise<void> {
    const {folder} = this;
    rmSync(join(folder, 'pid'), {force: true});
    writeFileSync(join(folder, 'daemon.json'), '{}');
    this.#daemon = spawn(
      'setpriv',
      [
        // it ends with the test, however that ends
        ...['--pdeathsig', 'KILL', 'dockerd'],
        ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
        ...['--config-file', join(folder, 'daemon.json'), '--host', this.host, '--bridge', this.#bridge],
        ...['--iptables=false', '--ip-forward=false', '--ip-masq=false'],
      ],
      {stdio: 'ignore', env: {...process.env, TMPDIR: folder}},
    );
    const deadline = performance.now() + READY_MS;
    for (;;) {
      try {
        await this.client.ping();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }

  /** As an administrator would: containers are stopped as well. */
  async stopDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null) return;
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }

  /** Takes all containers away. */
  async clear(): Promise<void> {
    for (const id of await this.containers())
      try {
        await this.client.getContainer(id).remove({force: true, v: true});
      } catch (error) {
        // it is still being made, or being removed by somebody else
        const {statusCode = 0} = error as {readonly statusCode?: number};
        if (![404, 409].includes(statusCode)) throw error;
      }
  }

  /** Takes everything away. */
  async stop(): Promise<void> {
    if (this.#daemon?.exitCode === null) await this.clear();
    await this.stopDaemon();
    execFileSync('ip', ['link', 'delete', this.#bridge]);
    for (const path of mountsIn(this.folder)) execFileSync('umount', ['--lazy', path]);
    rmSync(this.folder, {recursive: true, force: true});
  }

  /**
   * An image of busybox's programs.
   * @param settings lines of a Dockerfile
   * @param without paths that it does not have
   */
  async makeImage(name: string, settings: readonly string[] = [], without: readonly string[] = []): Promise<void> {
    const root = join(this.folder, 'root');
    if (!existsSync(root)) makeRoot(root);
    const tar = spawn('tar', ['-C', root, ...without.map((path) => `--exclude=./${path}`), '-c', '.'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const answer = await this.client.importImage(tar.stdout, {
      repo: name,
      tag: 'latest',
      ...(settings.length > 0 && {changes: settings.join('\n')}),
    });
    for await (const _ of answer as AsyncIterable<Buffer>);
  }

  /** Ids of all containers that there are, running or not. */
  async containers(): Promise<readonly string[]> {
    return (await this.client.listContainers({all: true})).map(({Id}) => Id);
  }

  async volumes(): Promise<readonly string[]> {
    return (await this.client.listVolumes()).Volumes.map(({Name}) => Name);
  }
}

let canStart: boolean | undefined;

/** Skips a test by name where no engine can be started; where CI is set nothing is skipped. */
export function needsDocker(context: TestContext): void {
  if (canStartDocker()) return;
  process.stderr.write(`skipped, for want of a Docker engine of its own: ${context.task.name}\n`);
  context.skip('needs a Docker engine of its own');
}

/** Whether this machine can have an engine of a test's own; where CI is set it must. */
export function canStartDocker(): boolean {
  canStart ??=
    process.env.CI === 'true' ||
    (getuid?.() === 0 && ['dockerd --version', 'ip -V', 'busybox true && ! ldd $(command -v busybox)'].every(works));
  return canStart;
}

/** A file system of busybox's programs. */
function makeRoot(root: string): void {
  for (const folder of ['bin', 'data', 'etc', 'tmp']) mkdirSync(join(root, folder), {recursive: true});
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], {encoding: 'utf8'}).trim();
  copyFileSync(busybox, join(root, 'bin/busybox'));
  const programs = execFileSync(busybox, ['--list'], {encoding: 'utf8'}).trim().split('\n');
  for (const program of programs) if (program !== 'busybox') symlinkSync('busybox', join(root, 'bin', program));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
}

/** A network device that nobody else has. @returns its number, which is part of its addresses */
function makeBridge(): number {
  for (let number = 1; number < 255; number++) {
    if (!works(`ip link add plt${number} type bridge`)) continue;
    execFileSync('ip', ['address', 'add', `10.213.${number}.1/24`, 'dev', `plt${number}`]);
    execFileSync('ip', ['link', 'set', `plt${number}`, 'up']);
    return number;
  }
  throw new Error('no network device can be made');
}

function mountsIn(folder: string): readonly string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

function memoryFolder(): string {
  return isRoomyMemory('/dev/shm') ? '/dev/shm' : tmpdir();
}

function works(line: string): boolean {
  try {
    execFileSync('sh', ['-c', line], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
}
