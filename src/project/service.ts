import type {Origin} from '../base/source.ts';

export const PLUGINS = ['postgres', 'redis', 'generic_container', 'process'] as const;

/** What knows how to start a service, what a lease of it is, and what clean means. */
export type PluginName = (typeof PLUGINS)[number];

export const BACKENDS = ['process', 'docker'] as const;

/** What runs it: programs of this machine, or a container engine. */
export type BackendName = (typeof BACKENDS)[number];

/** `[service.X]`: something that tests need. Paths are absolute. */
export interface Service {
  readonly name: string;
  readonly plugin: PluginName;
  /** Undefined: what is there. */
  readonly backend?: BackendName;
  /** Where its commands run. */
  readonly directory: string;
  readonly image?: string;
  /** The program (plugin `process`), or the folder that has the server's programs. */
  readonly binary?: string;
  /** For the server; in a container the words that it runs instead of those of its image. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Ports that it listens on inside its container. */
  readonly ports: readonly number[];
  /** `source:target[:ro]`, or `target` for an anonymous one. Sources are absolute paths, or names of volumes of the engine. */
  readonly volumes: readonly string[];
  /** When it is ready; undefined: what the plugin knows. */
  readonly health?: HealthCheck;
  /** Services that must be ready before (`depends_on`); it gets their variables. */
  readonly needs: readonly Service[];
  readonly resources: ServiceResources;
  /** Of a postgres lease: a database of a shared server, or a server of its own. */
  readonly level: 'database' | 'cluster';
  readonly init: ServiceInit;
  /** Whether a used container may serve again. */
  readonly reuse: 'never' | 'reset' | 'verified';
  /** Shell line, run inside a used container, that undoes what its user did. */
  readonly reset?: string;
  /** How many are kept ready. */
  readonly pool: PoolSize;
  /** Things that are refused unless they are allowed by name. */
  readonly allow: readonly ('privileged' | 'host-volumes')[];
  readonly privileged: boolean;
  /** How long it may take to be ready, ms; undefined: learned. */
  readonly startTimeoutMs?: number;
  readonly origin?: Origin;
}

export interface PoolSize {
  readonly min: number;
  /** Leased and ready ones together. */
  readonly max: number;
}

export interface ServiceResources {
  readonly cpu?: number;
  readonly memoryBytes?: number;
}

/** What makes a fresh server the one that tests expect; done once for each content of the files. */
export interface ServiceInit {
  /** SQL files, run in this order. */
  readonly sql: readonly string[];
  /** Shell line that migrates the database of its environment (`DATABASE_URL`). */
  readonly migrate?: string;
  /** Shell line that fills it, after the migration. */
  readonly seed?: string;
  /** Files and folders that the lines read: a change makes a new template. */
  readonly files: readonly string[];
}

/** `port` 0: the first one of the service. */
export type HealthCheck =
  | {readonly kind: 'port'; readonly port: number}
  | {readonly kind: 'log'; readonly pattern: string}
  | {readonly kind: 'http'; readonly port: number; readonly path: string; readonly status: number}
  | {readonly kind: 'command'; readonly line: string};
