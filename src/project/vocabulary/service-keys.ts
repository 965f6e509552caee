import {BACKENDS, PLUGINS} from '../service.ts';
import {anyName, type KeySpec, type TableSpec} from './key-spec.ts';
import {resources} from './shared-shapes.ts';

const health: TableSpec = {
  id: 'serviceHealth',
  keys: {
    log: {types: ['pattern'], doc: 'A regular expression over its output.', example: '"ready to accept"'},
    http: {
      types: ['string'],
      doc: 'A path that is asked for over HTTP.',
      example: '"/health"',
      yieldsTo: ['log'],
    },
    port: {
      types: ['port'],
      doc: 'A port that accepts connections, or the one of `http`; 0, and for `http` none: the first of the service.',
      example: '8080',
      yieldsTo: ['log'],
    },
    status: {types: ['count'], doc: 'The status that `http` must answer with; 200 when absent.', example: '204'},
    command: {
      types: ['string'],
      doc: 'A shell line that exits with 0; run where the service runs.',
      example: '"pg_isready"',
      yieldsTo: ['log', 'http', 'port'],
    },
  },
};

const init: TableSpec = {
  id: 'serviceInit',
  keys: {
    sql: {
      types: ['strings', 'string'],
      doc: 'SQL files, run in this order (plugin `postgres`). Relative to the root.',
      example: '["db/schema.sql"]',
    },
    migrate: {
      types: ['string'],
      doc: 'A shell line that migrates; it has the variables of the new service, like `DATABASE_URL`.',
      example: '"npm run migrate"',
    },
    seed: {types: ['string'], doc: 'A shell line that fills it, after the migration.', example: '"npm run seed"'},
    files: {
      types: ['strings', 'string'],
      doc: 'Files and folders that the lines read: a change of their contents makes a new template. Relative to the root.',
      example: '["db/migrations"]',
    },
  },
};

const pool: TableSpec = {
  id: 'servicePool',
  keys: {
    min: {types: ['count'], doc: 'How many are kept ready at least; 2 when absent.', example: '1'},
    max: {
      types: ['count'],
      doc: 'How many there are at most, leased ones too; 8 when absent. The variable `CONTAINER_POOL_SIZE` wins.',
      example: '4',
    },
  },
};

const whatItIs: Readonly<Record<string, KeySpec>> = {
  plugin: {
    types: ['string'],
    doc: 'What kind of service it is. With an `image` it may be left out: `postgres` and `redis` for their official images, `generic_container` for others.',
    example: '"postgres"',
    choices: PLUGINS,
  },
  backend: {
    types: ['string'],
    doc: 'What runs it: programs of this machine, or a container engine. When absent: the programs, when they are of the version that `image` names, else the engine.',
    example: '"docker"',
    choices: BACKENDS,
  },
  image: {
    types: ['string'],
    doc: 'The image of its container. Of a `postgres` or `redis`, its tag also says which version of the programs of this machine will do.',
    example: '"mysql:8.4"',
  },
  binary: {
    types: ['string'],
    doc: "The program (plugin `process`), or the folder that has the server's programs. With a `/` in it, relative to the root.",
    example: '"/usr/lib/postgresql/16/bin"',
  },
  command: {
    types: ['string', 'strings'],
    doc: 'What starts it (plugin `process`), or what its container runs: a shell line, or a list of words. A process must listen on `$PORT`, for which `{port}` stands too.',
    example: '"node server.js --port {port}"',
  },
  args: {
    types: ['strings'],
    doc: 'Arguments for the server, behind those that it always gets.',
    example: '["-c", "max_connections=50"]',
  },
  env: {
    types: ['table'],
    doc: 'Variables of the server.',
    example: '{MYSQL_DATABASE = "shop"}',
    table: anyName('NAME', 'MYSQL_DATABASE', {
      types: ['scalar'],
      doc: 'A variable; its value is taken as it is written.',
      example: '"shop"',
    }),
  },
  ports: {types: ['ports'], doc: 'Ports that it listens on inside its container.', example: '[3306]'},
  volumes: {
    types: ['strings'],
    doc: '`source:target`, `source:target:ro`, or `target` for an empty one. The source is a file or folder of the project, written with a `/`.',
    example: '["./fixtures:/data:ro"]',
  },
  privileged: {
    types: ['boolean'],
    doc: 'Its container may do to this machine what it likes; refused unless `allow` names it.',
    example: 'true',
  },
  allow: {
    types: ['strings'],
    doc: 'What is refused otherwise: `privileged`, and volumes that do not lie in the project (`host-volumes`).',
    example: '["host-volumes"]',
    choices: ['privileged', 'host-volumes'],
  },
  resources: {
    types: ['table'],
    doc: 'What its container may take of the machine at most.',
    example: '{cpu = 1, memory = "512MB"}',
    table: resources,
  },
};

const howItIsKept: Readonly<Record<string, KeySpec>> = {
  depends_on: {
    types: ['strings', 'string'],
    doc: 'Services that must be ready before; it gets their variables.',
    example: '["cache"]',
  },
  health: {
    types: ['table'],
    doc: 'When it is ready; a connection to its first port when absent.',
    example: '{http = "/health", port = 8080}',
    table: health,
  },
  start_timeout: {
    types: ['duration'],
    doc: 'How long it may take to be ready; learned on this machine when absent.',
    example: '"60s"',
  },
  level: {
    types: ['string'],
    doc: 'What a lease of a PostgreSQL is: a database of a server that others use too, or a server of its own.',
    example: '"cluster"',
    choices: ['database', 'cluster'],
  },
  init: {
    types: ['strings', 'string', 'table'],
    doc: 'What makes a fresh server the one that tests expect, done once for each content of the files. A list: SQL files.',
    example: '["db/schema.sql"]',
    table: init,
  },
  reuse: {
    types: ['string'],
    doc: 'Whether a used container may serve again: `never`; after its `reset`; or after its `reset`, and only when the container was then found clean (`verified`).',
    example: '"verified"',
    choices: ['never', 'reset', 'verified'],
  },
  reset: {
    types: ['string'],
    doc: 'A shell line, run inside a used container, that undoes what its user did.',
    example: '"mysql -e \'DROP DATABASE shop\'"',
  },
  pool: {types: ['table'], doc: 'How many are kept ready.', example: '{min = 1, max = 4}', table: pool},
};

/** `[service]`: every name is a service. */
export const services: TableSpec = {
  keys: {},
  names: [
    {
      placeholder: '<name>',
      sample: 'db',
      spec: {
        types: ['table'],
        doc: 'A service.',
        example: '{plugin = "postgres"}',
        table: {id: 'service', keys: {...whatItIs, ...howItIsKept}},
      },
    },
  ],
};
