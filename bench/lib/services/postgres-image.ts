import {execFileSync, spawn} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type Docker from 'dockerode';

/** Does what the official image does at its start: initdb, a server for the set-up alone, then the one that serves. */
const ENTRY = `#!/bin/sh
set -e
mkdir -p /data /var/run/postgresql
chown postgres /data /var/run/postgresql
as() { su postgres -s /bin/sh -c "$1"; }
echo "$POSTGRES_PASSWORD" > /tmp/secret
as "initdb -D /data -U $POSTGRES_USER --pwfile=/tmp/secret --auth=scram-sha-256 --auth-local=trust --locale=C --encoding=UTF8" >/dev/null
echo "host all all all scram-sha-256" >> /data/pg_hba.conf
as "pg_ctl -D /data -w start -o '-c listen_addresses='" >/dev/null
as "psql -U $POSTGRES_USER -d postgres -c 'CREATE DATABASE $POSTGRES_DB'" >/dev/null
as "pg_ctl -D /data -w stop -m fast" >/dev/null
shift
exec su postgres -s /bin/sh -c "exec postgres -D /data -c listen_addresses='*' $*"
`;
const PROGRAMS = ['postgres', 'initdb', 'psql', 'pg_isready', 'pg_ctl'];

/** Makes an image of the PostgreSQL and the busybox of this machine: nothing has to be fetched. */
export async function makePostgresImage(docker: Docker, name: string, folder: string, major: number): Promise<void> {
  const root = join(folder, 'postgres-root');
  if (!existsSync(root)) fill(root, major);
  const tar = spawn('tar', ['-C', root, '-c', '.'], {stdio: ['ignore', 'pipe', 'ignore']});
  const answer = await docker.importImage(tar.stdout, {
    repo: name,
    tag: 'latest',
    changes: 'ENTRYPOINT ["/entry.sh"]\nCMD ["postgres"]\nEXPOSE 5432\nENV PATH=/usr/bin:/bin',
  });
  for await (const _ of answer as AsyncIterable<Buffer>);
}

function fill(root: string, major: number): void {
  for (const path of ['bin', 'usr/bin', 'etc', 'tmp', 'run', 'lib64']) mkdirSync(join(root, path), {recursive: true});
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], {encoding: 'utf8'}).trim();
  copy(busybox, root, '/bin/busybox');
  for (const program of execFileSync(busybox, ['--list'], {encoding: 'utf8'}).trim().split('\n'))
    if (program !== 'busybox') symlinkSync('busybox', join(root, 'bin', program));
  const home = `/usr/lib/postgresql/${major}`;
  for (const path of [home, `/usr/share/postgresql/${major}`, '/usr/share/zoneinfo']) copy(path, root);
  for (const program of PROGRAMS)
    symlinkSync(`../lib/postgresql/${major}/bin/${program}`, join(root, 'usr/bin', program));
  const binaries = [
    ...PROGRAMS.map((program) => `${home}/bin/${program}`),
    ...readdirSync(`${home}/lib`)
      .filter((file) => /^(plpgsql|dict_snowball)\.so$/.test(file))
      .map((file) => `${home}/lib/${file}`),
  ];
  for (const library of librariesOf(binaries)) copy(library, root);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\npostgres:x:999:999::/data:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\npostgres:x:999:\n');
  chmodSync(join(root, 'tmp'), 0o777);
  writeFileSync(join(root, 'entry.sh'), ENTRY, {mode: 0o755});
}

function copy(path: string, root: string, as = path): void {
  mkdirSync(dirname(join(root, as)), {recursive: true});
  cpSync(path, join(root, as), {recursive: true, dereference: true});
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
