import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PacelineError} from '../../base/error.ts';
import {loadProject} from '../load.ts';
import {errors, type Files, load, phase, warnings} from '../loaded-project.ts';
import type {Phase, Project} from '../project.ts';
import {diagnosticLine, temporaryProject} from '../temporary-project.ts';
import {validateFiles} from '../validate.ts';

const SERVICES =
  '[service.db]\nplugin = "postgres"\n[service.cache]\nplugin = "redis"\n[service.api]\nplugin = "process"\ncommand = "api"\ndepends_on = ["cache", "db", "cache"]\n';

const names = ({services}: Phase): readonly string[] => services.map(({name}) => name);

describe('a phase gets its services', () => {
  test.each([
    ['lifecycle', '[lifecycle.test]\ncommand = "t"\n'],
    ['phases', '[phases.test]\ncommand = "t"\n'],
    ['cargo-make', '[tasks.test]\ncommand = "t"\n'],
  ])('in the %s dialect', (dialect, lines) => {
    const project = load(`${lines}services = ["api", "db", "api"]\n${SERVICES}`);
    expect(project.dialect).toBe(dialect);
    expect(warnings(project)).toEqual([]);
    expect([...project.services.keys()]).toEqual(['db', 'cache', 'api']);
    const test = phase(project, 'test');
    expect(names(test)).toEqual(['api', 'db']);
    expect(test.services[1]).toBe(project.services.get('db'));
    expect(project.services.get('api')?.needs).toEqual([project.services.get('cache'), project.services.get('db')]);
  });

  test('one, as a text', () => {
    expect(names(phase(load(`[lifecycle.test]\ncommand = "t"\nservices = "db"\n${SERVICES}`), 'test'))).toEqual(['db']);
    expect(names(phase(load(`[lifecycle.test]\ncommand = "t"\n${SERVICES}`), 'test'))).toEqual([]);
  });

  test('of an extended task', () => {
    const project = load(`[tasks.base]\ncommand = "t"\nservices = ["db"]\n[tasks.test]\nextend = "base"\n${SERVICES}`);
    expect(names(phase(project, 'test'))).toEqual(['db']);
  });

  test('that hold under a profile', () => {
    const make = `[lifecycle.test]\ncommand = "t"\nservices = ["db"]\nenv.ci.services = ["cache"]\nenv.bare.services = []\n${SERVICES}`;
    const under = (profile?: string) => names(phase(load(make, {}, profile === undefined ? {} : {profile}), 'test'));
    expect([under(), under('ci'), under('bare')]).toEqual([['db'], ['cache'], []]);
  });

  test('that its workspace says', () => {
    const files: Files = {
      'package.json': {name: 'root', workspaces: ['web', 'api', 'lib']},
      'web/package.json': {name: 'web'},
      'web/make.toml': '[lifecycle.test]\nservices = ["cache"]\n',
      'api/package.json': {name: 'api'},
      'api/make.toml': '[lifecycle.check]\ncommand = "c"\nservices = ["db"]\n[service.own]\nplugin = "redis"\n',
      'lib/package.json': {name: 'lib'},
    };
    const project = load(`[lifecycle.test]\ncommand = "t"\nservices = ["db"]\n${SERVICES}`, files);
    expect(names(phase(project, 'test', 'web'))).toEqual(['cache']);
    expect(names(phase(project, 'test', 'lib'))).toEqual(['db']);
    expect(names(phase(project, 'check', 'api'))).toEqual(['db']);
    expect(phase(project, 'test', 'lib').services).toEqual(phase(project, 'test', 'api').services);
    expect(project.services.has('own')).toBe(false);
    expect(warnings(project)).toEqual([
      expect.stringMatching(/^warning W_ROOT_ONLY api\/make\.toml:4:2 \[service\] holds for the project as a whole/),
    ]);
  });
});

describe('names', () => {
  test('an unknown one is refused, with the nearest', () => {
    expect(errors(`[lifecycle.test]\ncommand = "t"\nservices = ["db", "cahce", "x"]\n${SERVICES}`)).toEqual([
      'error E_UNKNOWN_SERVICE make.toml:3:19 there is no service called "cahce" (Did you mean "cache"?)',
      'error E_UNKNOWN_SERVICE make.toml:3:28 there is no service called "x" (Add [service.x]. Known: db, cache, api.)',
    ]);
    expect(errors('[lifecycle.test]\ncommand = "t"\nservices = ["db"]\n')).toEqual([
      'error E_UNKNOWN_SERVICE make.toml:3:13 there is no service called "db" (Add [service.db].)',
    ]);
    expect(errors('[service.db]\nplugin = "redis"\ndepends_on = ["dc"]\n')).toEqual([
      'error E_UNKNOWN_SERVICE make.toml:3:15 there is no service called "dc" (Did you mean "db"?)',
    ]);
  });

  test('one that is wrong in itself is not called unknown too', () => {
    expect(
      errors('[service.db]\n[service.api]\nimage = "x"\ndepends_on = ["db"]\n[lifecycle.t]\nservices = ["db"]\n'),
    ).toEqual([expect.stringContaining('E_MISSING_KEY')]);
  });

  test('a circle is refused at each of its places', () => {
    const circle = (name: string, need: string) => `[service.${name}]\nplugin = "redis"\ndepends_on = ["${need}"]\n`;
    expect(errors(circle('in', 'a') + circle('a', 'b') + circle('b', 'a') + circle('self', 'self'))).toEqual([
      'error E_SERVICE_CYCLE make.toml:6:15 service "a" depends on "b", which depends on it: a -> b -> a (Remove one of these dependencies.)',
      'error E_SERVICE_CYCLE make.toml:9:15 service "b" depends on "a", which depends on it: a -> b -> a (Remove one of these dependencies.)',
      'error E_SERVICE_CYCLE make.toml:12:15 service "self" depends on "self", which depends on it: self -> self (Remove one of these dependencies.)',
    ]);
  });

  test('in a file that is read by itself they may be those of another file', () => {
    const alone = (make: string) =>
      validateFiles([`${temporaryProject({'make.toml': make})}/make.toml`]).map(({status}) => status);
    expect(alone('[lifecycle.test]\ncommand = "t"\nservices = ["db"]\n')).toEqual(['loaded']);
    expect(alone(`[lifecycle.test]\ncommand = "t"\nservices = ["dbx"]\n${SERVICES}`)).toEqual(['refused']);
  });
});

describe('CONTAINER_POOL_SIZE', () => {
  const sizes = (size: string): Project =>
    load(
      '[service.a]\nplugin = "redis"\n[service.b]\nplugin = "redis"\npool = {min = 3, max = 4}\n',
      {},
      {env: {CONTAINER_POOL_SIZE: size}},
    );
  const pools = (project: Project) => [...project.services.values()].map(({pool: {min, max}}) => `${min}-${max}`);

  test.each([
    ['1', ['1-1', '1-1']],
    ['3', ['2-3', '3-3']],
    ['20', ['2-20', '3-20']],
    ['', ['2-8', '3-4']],
  ])('"%s" is the most of each pool', (size, expected) => {
    expect(pools(sizes(size))).toEqual(expected);
    expect(warnings(sizes(size))).toEqual([]);
  });

  test.each(['0', '-1', '1.5', 'many', '1e3', '0x10', '99999999'])('"%s" is none, and said once to be none', (size) => {
    expect(pools(sizes(size))).toEqual(['2-8', '3-4']);
    expect(warnings(sizes(size))).toEqual([
      `warning W_POOL_SIZE make.toml:1:1 CONTAINER_POOL_SIZE is "${size}", which is no size of a pool: the sizes in the file hold (Set it to a whole number from 1 on, or unset it.)`,
    ]);
  });

  test('says nothing to a project without services', () => {
    const project = load('[lifecycle.a]\ncommand = "a"\n', {}, {env: {CONTAINER_POOL_SIZE: 'many'}});
    expect(warnings(project)).toEqual([]);
  });
});

describe('volumes', () => {
  /** What is said of a volume of a service in a project whose folder has links that lead out. */
  function volumes(
    volume: string,
    {allow = '', env = {}}: {allow?: string; env?: Record<string, string>} = {},
  ): readonly string[] {
    const root = temporaryProject({
      'make.toml': `[service.x]\nimage = "x"\nvolumes = ["${volume}"]\n${allow}`,
      'data/file': '',
    });
    mkdirSync(join(root, 'deep'));
    symlinkSync('/etc', join(root, 'out'));
    symlinkSync('../../..', join(root, 'deep/up'));
    symlinkSync('/nowhere/at/all', join(root, 'dangling'));
    symlinkSync('/var/run/docker.sock', join(root, 'engine'));
    symlinkSync('circle', join(root, 'circle'));
    symlinkSync('data', join(root, 'inside'));
    try {
      const project = loadProject(root, {env});
      return [...project.services.values()].flatMap((service) =>
        service.volumes.map((one) => one.replace(root, 'ROOT')),
      );
    } catch (error) {
      if (error instanceof PacelineError) return error.diagnostics.map(diagnosticLine);
      throw error;
    }
  }

  test.each([
    ['./data:/d', 'ROOT/data:/d'],
    ['./data:/d:ro', 'ROOT/data:/d:ro'],
    ['./data:/d:rw', 'ROOT/data:/d'],
    ['data/file:/d', 'ROOT/data/file:/d'],
    ['./not/yet:/d', 'ROOT/not/yet:/d'],
    ['./data/../data:/d', 'ROOT/data:/d'],
    ['./inside:/d', 'ROOT/inside:/d'],
    ['./..data:/d', 'ROOT/..data:/d'],
    ['.:/d', 'ROOT:/d'],
    ['/d', '/d'],
  ])('%s', (volume, expected) => {
    expect(volumes(volume)).toEqual([expected]);
  });

  test.each([
    ['/:/d', 'is the whole file system of this machine'],
    ['./../../../../../../..:/d', 'is the whole file system of this machine'],
    ['../other:/d', 'leads out of the project'],
    ['./data/../../other:/d', 'leads out of the project'],
    ['/etc/passwd:/d:ro', 'leads out of the project, to /etc/passwd'],
    ['./out:/d', 'leads out of the project, to /etc'],
    ['./out/passwd:/d', 'leads out of the project, to /etc/passwd'],
    ['./out/not/yet:/d', 'leads out of the project, to /etc/not/yet'],
    ['./deep/up/other:/d', 'leads out of the project'],
    ['./dangling:/d', 'leads out of the project, to /nowhere/at/all'],
    ['./dangling/more:/d', 'leads out of the project, to /nowhere/at/all/more'],
    ['/var/run/docker.sock:/d', 'is the socket of the container engine'],
    ['/run/podman/podman.sock:/d', 'is the socket of the container engine'],
    ['./engine:/d', 'is the socket of the container engine'],
    ['pgdata:/d', 'has a name, so it outlives the lease'],
  ])('%s is refused unless it is allowed by name', (volume, reason) => {
    expect(volumes(volume)).toEqual([
      expect.stringContaining(`error E_SERVICE_UNSAFE make.toml:3:12 the volume "${volume}" of service "x" ${reason}`),
    ]);
    expect(volumes(volume)[0]).toContain('`allow = ["host-volumes"]`');
    expect(volumes(volume, {allow: 'allow = ["privileged"]'})[0]).toContain('E_SERVICE_UNSAFE');
    const [allowed = ''] = volumes(volume, {allow: 'allow = ["host-volumes"]'});
    expect(allowed).toMatch(/^(?:\/.*|ROOT\/.*|pgdata):\/d(?::ro)?$/);
  });

  test('the socket that the environment names is the engine', () => {
    const env = {DOCKER_HOST: 'unix:///opt/engine'};
    expect(volumes('/opt/engine:/d', {env})[0]).toContain('is the socket of the container engine');
    expect(volumes('/opt/engine:/d')[0]).toContain('leads out of the project');
  });

  test.each([
    'rel',
    './data:rel',
    './data:/d:z',
    '/d:ro',
    '',
    ':',
    '::',
    'a:/b:/c',
    './data:/',
    '~/data:/d',
    '$HOME:/d',
  ])('"%s" is none', (volume) => {
    expect(volumes(volume, {allow: 'allow = ["host-volumes"]'})).toEqual([
      expect.stringContaining(`error E_VALUE make.toml:3:12 the volume "${volume}" of service "x"`),
    ]);
  });

  test('a link that leads to itself leads nowhere', () => {
    expect(volumes('./circle:/d')).toEqual(['ROOT/circle:/d']);
  });
});
