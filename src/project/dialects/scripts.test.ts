import {expect, test} from 'vitest';
import type {Phase} from '../project.ts';
import {diagnosticLine, temporaryProject} from '../temporary-project.ts';
import {readScripts} from './scripts.ts';

/** `name (private) [role script: line] needs` for each phase of each workspace. */
function phasesIn(files: Readonly<Record<string, string | object>>): Readonly<Record<string, readonly string[]>> {
  const root = temporaryProject(files);
  const result = readScripts({root, env: {}, report: (diagnostic) => expect.fail(diagnosticLine(diagnostic))});
  return Object.fromEntries(
    result.found.members.map((member) => [member.name, [...result.phasesOf(member).values()].map(phaseLine)]),
  );
}

function phaseLine({name, private: hidden, commands, needs, origin}: Phase): string {
  const runs = commands.map((command) =>
    command.kind === 'shell' ? `${command.role} ${command.packageScript}: ${command.line}` : command.kind,
  );
  const references = needs.flatMap((sequence) =>
    sequence.references.map(({phase, where, optional}) => `${where.kind} ${phase}${optional ? '?' : ''}`),
  );
  return `${name}${hidden ? ' (private)' : ''} [${runs.join(' | ')}] ${references.join(', ') || 'needs nothing'} @${origin.file}:${origin.line}`;
}

test('every script of a member is a phase after the same script of its dependencies', () => {
  const files = {
    'package.json': {workspaces: ['*'], scripts: {build: 'npm run build -ws', release: 'changeset publish'}},
    'lib/package.json': {name: 'lib', scripts: {build: 'tsc'}},
    'app/package.json': {
      name: 'app',
      scripts: {build: 'vite build', dev: 'vite', 'watch:css': 'x'},
      dependencies: {lib: '*'},
    },
  };
  expect(phasesIn(files)).toMatchInlineSnapshot(`
    {
      "//": [
        "release [main release: changeset publish] needs nothing @package.json:7",
      ],
      "app": [
        "build [main build: vite build] dependencies build? @app/package.json:4",
        "dev [main dev: vite] needs nothing @app/package.json:5",
        "watch:css [main watch:css: x] needs nothing @app/package.json:6",
      ],
      "lib": [
        "build [main build: tsc] dependencies build? @lib/package.json:4",
      ],
    }
  `);
});

test('without members every script of the root is a phase', () => {
  expect(
    phasesIn({'package.json': {name: 'one', scripts: {build: 'tsc', 'test:unit': 'vitest'}}}),
  ).toMatchInlineSnapshot(`
    {
      "//": [
        "build [main build: tsc] needs nothing @package.json:4",
        "test:unit [main test:unit: vitest] needs nothing @package.json:5",
      ],
    }
  `);
});

test('pre and post scripts run with their script', () => {
  const scripts = {
    prebuild: 'rm -rf dist',
    build: 'tsc',
    postbuild: 'cp a b',
    prepare: 'husky',
    posttest: '',
    test: 'vitest',
  };
  const files = {'package.json': {name: 'one', scripts}};
  expect(phasesIn(files)).toMatchInlineSnapshot(`
    {
      "//": [
        "prebuild (private) [main prebuild: rm -rf dist] needs nothing @package.json:4",
        "build [before prebuild: rm -rf dist | main build: tsc | after postbuild: cp a b] needs nothing @package.json:5",
        "postbuild (private) [main postbuild: cp a b] needs nothing @package.json:6",
        "prepare [main prepare: husky] needs nothing @package.json:7",
        "posttest (private) [] needs nothing @package.json:8",
        "test [main test: vitest] needs nothing @package.json:9",
      ],
    }
  `);
  expect(phasesIn({...files, 'yarn.lock': '', '.yarnrc.yml': ''})['//']?.[1]).toBe(
    'build [main build: tsc] needs nothing @package.json:5',
  );
});

test('an empty folder is a project without phases', () => {
  expect(phasesIn({})).toEqual({'//': []});
});
