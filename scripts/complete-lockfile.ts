// node scripts/complete-lockfile.ts [package-lock.json ...]
//
// npm leaves an optional package out of the lockfile when the registry in use does not carry it, which some mirrors do with binaries of
// other platforms; `npm ci` then refuses that lockfile everywhere. This adds the missing entries: version, system, processor and C
// library, by which npm knows what to skip.
import {readFileSync, writeFileSync} from 'node:fs';
import {argv, stdout} from 'node:process';

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const systems: Readonly<Record<string, string>> = {windows: 'win32', macos: 'darwin'};
const knownSystems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors: Readonly<Record<string, string>> = {64: 'x64'};
const knownProcessors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What a package is for, read from its name: `@rolldown/binding-linux-arm64-musl`. Undefined when the name does not say. */
function platformOf(name: string): Readonly<Record<'cpu' | 'libc' | 'os', readonly string[]>> | undefined {
  const words = name.slice(name.lastIndexOf('/') + 1).split(/[-.]/);
  const os = words.map((word) => systems[word] ?? word).filter((word) => knownSystems.includes(word));
  const cpu = words.map((word) => processors[word] ?? word).filter((word) => knownProcessors.includes(word));
  const libc = words.flatMap((word) => (word.startsWith('musl') ? ['musl'] : word.startsWith('gnu') ? ['glibc'] : []));
  return os.length + cpu.length === 0 ? undefined : {cpu, libc: os.includes('linux') ? libc : [], os};
}

/** The folders in which Node would look for a package, from that of the one that wants it upwards. */
function placesOf(wanter: string, name: string): readonly string[] {
  const parents = wanter.split('/node_modules/').map((_, depth, all) => all.slice(0, depth + 1).join('/node_modules/'));
  return [...parents.reverse().map((parent) => `${parent}/node_modules/${name}`), `node_modules/${name}`];
}

/** The entries that are missing, by their place. */
function missingEntries(packages: Readonly<Record<string, Entry>>): Readonly<Record<string, Entry>> {
  const missing: Record<string, Entry> = {};
  for (const [wanter, {dev, optionalDependencies = {}}] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = placesOf(wanter, name);
      const [inside = '', beside = inside] = places;
      const found = places.map((place) => packages[place] ?? missing[place]).find((entry) => entry !== undefined);
      const platform = platformOf(name);
      // a range cannot be fixed here, and npm does not ask for it
      if (found?.version === version || platform === undefined || !/^\d/.test(version)) continue;
      const {cpu, libc, os} = Object.fromEntries(
        Object.entries(platform).map(([key, list]) => [key, list.length > 0 ? list : undefined]),
      );
      missing[packages[beside] === undefined && missing[beside] === undefined ? beside : inside] = {
        version,
        ...(cpu !== undefined && {cpu}),
        ...(dev !== undefined && {dev}),
        ...(libc !== undefined && {libc}),
        optional: true,
        ...(os !== undefined && {os}),
      };
    }
  }
  return missing;
}

const files =
  argv.length > 2 ? argv.slice(2) : ['package-lock.json', 'examples/shop/package-lock.json', 'bench/package-lock.json'];
for (const file of files) {
  const lock: {packages: Record<string, Entry>} = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingEntries(lock.packages);
  const all = Object.entries({...lock.packages, ...missing});
  lock.packages = Object.fromEntries(all.sort(([one], [other]) => one.localeCompare(other, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  stdout.write(`${file}: ${Object.keys(missing).length} entries added\n`);
}
