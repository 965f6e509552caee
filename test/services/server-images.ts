import {execFileSync, spawn} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {DockerEngine} from './docker-engine.ts';

/** Does what the official image does at its start: initdb, a server for the set-up alone, then the one that serves. */
const POSTGRES_ENTRY = `#!/bin/sh
set -e
mkdir -p "$PGDATA" /var/run/postgresql
chown postgres "$PGDATA" /var/run/postgresql
chmod 700 "$PGDATA"
export PGPASSWORD="$POSTGRES_PASSWORD"
printf '%s' "$POSTGRES_PASSWORD" > /tmp/secret
as() { su -s /bin/sh -c "$1" postgres; }
as "initdb -D $PGDATA -U $POSTGRES_USER --pwfile=/tmp/secret $POSTGRES_INITDB_ARGS" >/dev/null
echo "host all all all \${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
as "pg_ctl -D $PGDATA -w start -o '-c listen_addresses='" >/dev/null
test "\${POSTGRES_DB:=$POSTGRES_USER}" = postgres || as "psql -U $POSTGRES_USER -d postgres -c 'CREATE DATABASE $POSTGRES_DB'" >/dev/null
as "pg_ctl -D $PGDATA -w stop -m fast" >/dev/null
shift
words=
for word; do words="$words '$word'"; done
exec su -s /bin/sh -c "exec postgres -c listen_addresses='*' $words" postgres
`;
const VERSIONS = '/usr/lib/postgresql';
const POSTGRES_PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_isready', 'pg_ctl'];
const POSTGRES_DATA = '/var/lib/postgresql/data';

/** Makes an image of the PostgreSQL and the busybox of this machine: nothing has to be fetched. */
export async function makePostgresImage(engine: DockerEngine, name: string): Promise<void> {
  const root = join(engine.folder, 'postgres-root');
  if (!existsSync(root)) fillPostgres(root);
  await importImage(engine, name, root, [
    'ENTRYPOINT ["/entry.sh"]',
    'CMD ["postgres"]',
    'EXPOSE 5432',
    `VOLUME ${POSTGRES_DATA}`,
    `ENV PATH=/usr/bin:/bin PGDATA=${POSTGRES_DATA}`,
  ]);
}

/** Major version of the PostgreSQL of this machine, the newest one. */
export function installedPostgres(): string {
  return readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one))[0] ?? '';
}

/** The same of the Redis of this machine. */
export async function makeRedisImage(engine: DockerEngine, name: string): Promise<void> {
  const root = join(engine.folder, 'redis-root');
  if (!existsSync(root)) {
    fillSystem(root);
    copyProgram(execFileSync('sh', ['-c', 'command -v redis-server'], {encoding: 'utf8'}).trim(), root);
  }
  await importImage(engine, name, root, [
    'CMD ["redis-server"]',
    'EXPOSE 6379',
    'VOLUME /data',
    'WORKDIR /data',
    'ENV PATH=/usr/bin:/bin',
  ]);
}

async function importImage(
  {client}: DockerEngine,
  name: string,
  root: string,
  settings: readonly string[],
): Promise<void> {
  const tar = spawn('tar', ['-C', root, '-c', '.'], {stdio: ['ignore', 'pipe', 'ignore']});
  const [repo = name, tag = 'latest'] = name.split(':');
  const answer = await client.importImage(tar.stdout, {repo, tag, changes: settings.join('\n')});
  for await (const _ of answer as AsyncIterable<Buffer>);
}

/** A file system of busybox's programs, with the user of databases. */
function fillSystem(root: string): void {
  for (const path of ['bin', 'usr/bin', 'etc', 'tmp', 'run', 'lib64', 'data'])
    mkdirSync(join(root, path), {recursive: true});
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], {encoding: 'utf8'}).trim();
  copy(busybox, root, '/bin/busybox');
  for (const program of execFileSync(busybox, ['--list'], {encoding: 'utf8'}).trim().split('\n'))
    if (program !== 'busybox') symlinkSync('busybox', join(root, 'bin', program));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\npostgres:x:999:999::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\npostgres:x:999:\n');
  chmodSync(join(root, 'tmp'), 0o777);
}

function fillPostgres(root: string): void {
  fillSystem(root);
  const major = installedPostgres();
  const home = join(VERSIONS, major);
  for (const path of [`${home}/bin`, `${home}/lib`, `/usr/share/postgresql/${major}`, '/usr/share/zoneinfo'])
    copy(path, root);
  for (const program of POSTGRES_PROGRAMS)
    symlinkSync(`../lib/postgresql/${major}/bin/${program}`, join(root, 'usr/bin', program));
  const programs = POSTGRES_PROGRAMS.map((program) => `${home}/bin/${program}`);
  const libraries = readdirSync(`${home}/lib`).filter((file) => /^(plpgsql|dict_snowball)\.so$/.test(file));
  for (const library of librariesOf([...programs, ...libraries.map((file) => `${home}/lib/${file}`)]))
    copy(library, root);
  writeFileSync(join(root, 'entry.sh'), POSTGRES_ENTRY, {mode: 0o755});
}

function copyProgram(path: string, root: string): void {
  copy(path, root);
  for (const library of librariesOf([path])) copy(library, root);
}

function copy(path: string, root: string, as = path): void {
  mkdirSync(dirname(join(root, as)), {recursive: true});
  cpSync(path, join(root, as), {
    recursive: true,
    dereference: true,
    // compilers of queries are not needed, and take most of the room
    filter: (one) => !/\/(bitcode|pgxs|llvmjit[^/]*)$/.test(one),
  });
}

/** Paths of what these programs load; the libraries of the server's extensions are not among them. */
function librariesOf(binaries: readonly string[]): ReadonlySet<string> {
  return new Set(
    binaries.flatMap((binary) =>
      [...execFileSync('ldd', [binary], {encoding: 'utf8'}).matchAll(/(\/\S+) \(0x/g)].flatMap(
        ([, path]) => path ?? [],
      ),
    ),
  );
}
