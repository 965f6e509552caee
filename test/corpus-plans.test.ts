import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PacelineError} from '../src/base/error.ts';
import {firstRunSkip} from '../src/engine/first-run.ts';
import {phaseNames} from '../src/plan/targets.ts';
import type {TaskPlan} from '../src/plan/task.ts';
import {loadProject} from '../src/project/load.ts';
import type {Project} from '../src/project/project.ts';
import {corpusFiles, corpusProject, corpusRoot, hasCorpus, planLines} from './support/corpus.ts';
import {type ExecutedOrderOptions, executedOrder} from './support/executed-order.ts';
import {planOf} from './support/plan.ts';

/** The executed order with this many tasks at once. */
function order(
  project: Project,
  targets: readonly string[],
  jobs: number,
  options?: ExecutedOrderOptions,
): Promise<readonly string[]> {
  return executedOrder(project, planOf(project, targets, {jobs}), options);
}

/** `code file:line message` for each finding. */
function findings({diagnostics}: Pick<TaskPlan, 'diagnostics'>): readonly string[] {
  return diagnostics.map(({code, message, origin}) => `${code} ${origin.file}:${origin.line} ${message}`);
}

function refusal(project: Project, ...targets: readonly string[]): PacelineError {
  try {
    planOf(project, targets);
  } catch (error) {
    if (error instanceof PacelineError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

// each snapshot is checked by hand against the text of its file: line numbers are those of the file
describe.skipIf(!hasCorpus)('plans and executed orders of real files (../shared/corpus/make)', () => {
  describe('6a6d96eb: a script that is a pipeline, hooks as lists, an approval, on_error and on_success as lines', () => {
    test('release', async () => {
      const project = corpusProject('6a6d96eb');
      // the hook test -> build turns the written order of the two round; security waits for build, and for docs behind it
      expect(planLines(planOf(project, ['release']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "build -> docs after :135",
            "build -> release needs :226",
            "build -> security after :226",
            "deploy -> release needs :226",
            "docs -> release after :91",
            "docs -> security after :226",
            "readiness -> deploy needs :140",
            "readiness -> release needs :226",
            "security -> readiness after :226",
            "security -> release needs :226",
            "test -> build needs :134",
            "test -> release needs :226",
            "test -> security after :226",
          ],
          "nodes": [
            "build: task :65, 1 command :158",
            "deploy: task :99, 3 commands :102-104, approval",
            "docs: task :91, 2 commands :94-95",
            "on_error: task :144, 1 command :144, on_error",
            "on_success: task :145, 1 command :145, on_success",
            "readiness: task :108, 2 commands :111-112",
            "release: group :226",
            "security: task :83, 3 commands :86-88",
            "test: task :74, 1 command :159, parallel",
          ],
        }
      `);
      // one behind the other, as the line says, each once
      const rounds = ['test', 'build', 'docs', 'security', 'readiness', 'deploy', 'on_success'];
      expect(await order(project, ['release'], 1)).toEqual(rounds);
      expect(await order(project, ['release'], 4)).toEqual(rounds);
    });

    test('release when build fails', async () => {
      const project = corpusProject('6a6d96eb');
      // nothing is deployed: what the line names behind build does not run, and on_error does
      expect(await order(project, ['release'], 4, {failing: ['build']})).toMatchInlineSnapshot(`
        [
          "test",
          "build",
          "on_error",
          "build: failed",
          "docs: blocked",
          "security: blocked",
          "readiness: blocked",
          "deploy: blocked",
        ]
      `);
    });

    test('commands of a phase by env profile', () => {
      const lines = (profile: string) =>
        planLines(planOf(corpusProject('6a6d96eb', {profile}), ['build'])).nodes.filter((line) =>
          /^(?:build|test):/.test(line),
        );
      // staging says nothing about test, which keeps its three lines
      expect(['development', 'staging', 'production'].map(lines)).toMatchInlineSnapshot(`
        [
          [
            "build: task :65, 1 command :158",
            "test: task :74, 1 command :159, parallel",
          ],
          [
            "build: task :65, 1 command :164",
            "test: task :74, 3 commands :77-79, parallel",
          ],
          [
            "build: task :65, 1 command :169",
            "test: task :74, 1 command :170, parallel",
          ],
        ]
      `);
    });

    test('init, the first time and the second', async () => {
      const project = corpusProject('6a6d96eb');
      const planned = planOf(project, ['init']);
      // setup is a hook behind init, and only init is for the first run
      expect(planLines(planned)).toMatchInlineSnapshot(`
        {
          "edges": [
            "init -> setup after :126",
          ],
          "nodes": [
            "init: task :14, 3 commands :17-19, first run only",
            "on_error: task :144, 1 command :144, on_error",
            "on_success: task :145, 1 command :145, on_success",
            "setup: task :23, 17 commands :26-42",
          ],
        }
      `);
      const first = firstRunSkip(project, new Set());
      expect(await executedOrder(project, planned, {skip: first})).toEqual(['init', 'setup', 'on_success']);
      const second = firstRunSkip(project, new Set(['init']));
      expect(await executedOrder(project, planned, {skip: second})).toEqual(['setup', 'on_success', 'init: skipped']);
    });
  });

  describe('78ec66db: three workspaces and a before_all', () => {
    test('deploy', async () => {
      const project = corpusProject('78ec66db');
      // the same four tasks in each workspace; format once, in the root, before the first of each
      expect(planLines(planOf(project, ['deploy']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "backend#build -> backend#deploy needs :185",
            "backend#build -> backend#test after :180",
            "backend#lint -> backend#build needs :179",
            "backend#test -> backend#deploy after :64",
            "format -> backend#lint after :93",
            "format -> frontend#lint after :93",
            "format -> shared#lint after :93",
            "frontend#build -> frontend#deploy needs :185",
            "frontend#build -> frontend#test after :180",
            "frontend#lint -> frontend#build needs :179",
            "frontend#test -> frontend#deploy after :64",
            "shared#build -> shared#deploy needs :185",
            "shared#build -> shared#test after :180",
            "shared#lint -> shared#build needs :179",
            "shared#test -> shared#deploy after :64",
          ],
          "nodes": [
            "backend#build: task :56, 2 commands :60-61, parallel",
            "backend#deploy: task :72, 3 commands :75-77",
            "backend#lint: task :85, 2 commands :89-90, parallel",
            "backend#test: task :64, 2 commands :68-69, parallel",
            "format: task :93, 2 commands :96-97",
            "frontend#build: task :56, 2 commands :60-61, parallel",
            "frontend#deploy: task :72, 3 commands :75-77",
            "frontend#lint: task :85, 2 commands :89-90, parallel",
            "frontend#test: task :64, 2 commands :68-69, parallel",
            "shared#build: task :56, 2 commands :60-61, parallel",
            "shared#deploy: task :72, 3 commands :75-77",
            "shared#lint: task :85, 2 commands :89-90, parallel",
            "shared#test: task :64, 2 commands :68-69, parallel",
          ],
        }
      `);
      // the longest chains first: all of lint, then all of build
      expect(await order(project, ['deploy'], 1)).toMatchInlineSnapshot(`
        [
          "format",
          "shared#lint",
          "frontend#lint",
          "backend#lint",
          "shared#build",
          "frontend#build",
          "backend#build",
          "shared#test",
          "frontend#test",
          "backend#test",
          "backend#deploy",
          "frontend#deploy",
          "shared#deploy",
        ]
      `);
      // the workspaces wait for format and never for each other
      expect(await order(project, ['deploy'], 4)).toMatchInlineSnapshot(`
        [
          "format",
          "shared#lint + frontend#lint + backend#lint",
          "shared#build + frontend#build + backend#build",
          "shared#test + frontend#test + backend#test",
          "shared#deploy + frontend#deploy + backend#deploy",
        ]
      `);
    });

    test('a circle through a file of a member', () => {
      const root = corpusRoot('78ec66db');
      mkdirSync(join(root, 'backend'));
      writeFileSync(join(root, 'backend/make.toml'), '[lifecycle.lint]\ndepends_on = ["deploy"]\n');
      const error = refusal(loadProject(root, {file: 'make.toml', env: {}}), 'build');
      expect(error.code).toBe('E_CYCLE');
      // two hooks of the root's file and the line of the member; test, a hook beside the circle, is not named
      expect(findings(error)).toMatchInlineSnapshot(`
        [
          "E_CYCLE make.toml:179 backend#build needs backend#lint",
          "E_CYCLE backend/make.toml:2 backend#lint needs backend#deploy",
          "E_CYCLE make.toml:185 backend#deploy needs backend#build",
        ]
      `);
    });
  });

  describe('53c8ba37: the root is a workspace too', () => {
    test('test and deploy', async () => {
      const project = corpusProject('53c8ba37', {profile: 'production'});
      // [workspace.default] is the root itself: both requested phases and their hooks in all three, and nothing between test and deploy
      expect(planLines(planOf(project, ['test', 'deploy']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "deploy -> post-deploy-verification after :145",
            "services#deploy -> services#post-deploy-verification after :145",
            "services#test -> services#coverage-report after :143",
            "shared#deploy -> shared#post-deploy-verification after :145",
            "shared#test -> shared#coverage-report after :143",
            "test -> coverage-report after :143",
          ],
          "nodes": [
            "coverage-report: task :157, 2 commands :160-161",
            "deploy: task :104, 6 commands :107-112",
            "post-deploy-verification: task :164, 3 commands :167-169",
            "services#coverage-report: task :157, 2 commands :160-161",
            "services#deploy: task :104, 6 commands :107-112",
            "services#post-deploy-verification: task :164, 3 commands :167-169",
            "services#test: task :59, 4 commands :62-65, parallel",
            "shared#coverage-report: task :157, 2 commands :160-161",
            "shared#deploy: task :104, 6 commands :107-112",
            "shared#post-deploy-verification: task :164, 3 commands :167-169",
            "shared#test: task :59, 4 commands :62-65, parallel",
            "test: task :59, 4 commands :62-65, parallel",
          ],
        }
      `);
      // what a hook follows comes before all hooks
      expect(await order(project, ['test', 'deploy'], 1)).toMatchInlineSnapshot(`
        [
          "test",
          "services#test",
          "shared#test",
          "deploy",
          "services#deploy",
          "shared#deploy",
          "shared#post-deploy-verification",
          "services#post-deploy-verification",
          "post-deploy-verification",
          "shared#coverage-report",
          "services#coverage-report",
          "coverage-report",
        ]
      `);
      // four at a time, none idle; deploy is first in its round because lines that run side by side, as those of test, start a moment later
      expect(await order(project, ['test', 'deploy'], 4)).toMatchInlineSnapshot(`
        [
          "deploy + test + services#test + shared#test",
          "services#deploy + shared#deploy + post-deploy-verification + shared#coverage-report",
          "services#post-deploy-verification + shared#post-deploy-verification + services#coverage-report + coverage-report",
        ]
      `);
    });
  });

  describe('1fabc88d: before_all, and lists whose order their hooks bend', () => {
    test('deploy', async () => {
      const project = corpusProject('1fabc88d');
      // test is written before build, but follows it: so all that both bring waits for security, and for init
      expect(planLines(planOf(project, ['deploy']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "build -> deploy needs :64",
            "build -> test after :63",
            "deploy -> package after :65",
            "format -> build needs :62",
            "format -> lint order :62",
            "init -> format after :4",
            "init -> lint after :4",
            "init -> security after :4",
            "lint -> build needs :62",
            "security -> deploy needs :64",
            "security -> format order :64",
            "security -> lint order :64",
            "test -> deploy needs :64",
          ],
          "nodes": [
            "build: task :25, 1 command :26",
            "deploy: task :50, 5 commands :52-56",
            "format: task :16, 1 command :17",
            "init: task :4, 2 commands :6-7",
            "lint: task :19, 2 commands :21-22",
            "package: task :47, 1 command :48",
            "security: task :41, 1 command :42",
            "test: task :29, 2 commands :31-32",
          ],
        }
      `);
      // written lists leave nothing to run side by side
      const rounds = ['init', 'security', 'format', 'lint', 'build', 'test', 'deploy', 'package'];
      expect(await order(project, ['deploy'], 1)).toEqual(rounds);
      expect(await order(project, ['deploy'], 4)).toEqual(rounds);
    });

    test('deploy when security fails', async () => {
      const project = corpusProject('1fabc88d');
      // order passes no failure on: format and what follows it run, deploy and its hook do not
      expect(await order(project, ['deploy'], 4, {failing: ['security']})).toMatchInlineSnapshot(`
        [
          "init",
          "security",
          "format",
          "lint",
          "build",
          "test",
          "security: failed",
          "deploy: blocked",
          "package: blocked",
        ]
      `);
      // stopping at the first failure, nothing more begins
      expect(await order(project, ['deploy'], 4, {failing: ['security'], continueOn: 'never'})).toMatchInlineSnapshot(`
        [
          "init",
          "security",
          "security: failed",
          "format: cancelled",
          "lint: cancelled",
          "build: blocked",
          "test: blocked",
          "deploy: blocked",
          "package: blocked",
        ]
      `);
    });
  });

  describe('0c11ccdf: depends_on, hooks as tables, commands by env profile', () => {
    test('deploy and benchmark, in staging', async () => {
      const project = corpusProject('0c11ccdf', {profile: 'staging'});
      // each task has the lines of its hooks around its own; those of deploy stand under its profile
      expect(planLines(planOf(project, ['deploy', 'benchmark']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "build -> test needs :100",
            "generate -> build needs :85",
            "init -> setup needs :40",
            "security -> deploy needs :135",
            "setup -> validate needs :54",
            "test -> benchmark needs :111",
            "test -> security needs :124",
            "validate -> generate needs :70",
          ],
          "nodes": [
            "benchmark: task :104, 3 commands :107-109",
            "build: task :75, 12 commands :222-224 :78-83 :229-231",
            "deploy: task :128, 7 commands :260-261 :151-153 :266-267",
            "generate: task :58, 14 commands :208-210 :61-68 :215-217, parallel",
            "init: task :11, 16 commands :167-172 :14-20 :177-179",
            "security: task :115, 9 commands :248-249 :118-122 :254-255, parallel",
            "setup: task :26, 14 commands :184-185 :29-38 :190-191",
            "test: task :89, 11 commands :236-237 :92-98 :242-243, parallel",
            "validate: task :44, 10 commands :196-197 :47-52 :202-203, parallel",
          ],
        }
      `);
      // security first: deploy still waits for it
      expect(await order(project, ['deploy', 'benchmark'], 1)).toMatchInlineSnapshot(`
        [
          "init",
          "setup",
          "validate",
          "generate",
          "build",
          "test",
          "security",
          "deploy",
          "benchmark",
        ]
      `);
      // the chain forks behind test
      expect(await order(project, ['deploy', 'benchmark'], 4)).toMatchInlineSnapshot(`
        [
          "init",
          "setup",
          "validate",
          "generate",
          "build",
          "test",
          "security + benchmark",
          "deploy",
        ]
      `);
    });
  });

  describe('776a55c1: a hook behind a phase has a hook before it', () => {
    test('optimize', async () => {
      const project = corpusProject('776a55c1');
      // bench follows optimize; what bench needs by itself does not
      expect(planLines(planOf(project, ['optimize']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "build -> bench needs :48",
            "build -> test order :48",
            "optimize -> bench after :49",
            "test -> bench needs :48",
          ],
          "nodes": [
            "bench: task :28, 2 commands :30-31",
            "build: task :19, 2 commands :21-22",
            "optimize: task :37, 2 commands :39-40",
            "test: task :25, 1 command :26",
          ],
        }
      `);
      // build first, because the longest chain begins there
      expect(await order(project, ['optimize'], 1)).toEqual(['build', 'optimize', 'test', 'bench']);
      expect(await order(project, ['optimize'], 4)).toEqual(['build + optimize', 'test', 'bench']);
    });
  });

  describe('66fefe4d: cargo-make with dependencies, run_task and a condition', () => {
    test('deploy', async () => {
      const project = corpusProject('66fefe4d');
      // build-release's run_task belongs to it: package, deploy and the audits wait for strip-binary too
      expect(planLines(planOf(project, ['deploy']))).toMatchInlineSnapshot(`
        {
          "edges": [
            "after_build -> deploy after :107",
            "after_build -> order:17 order :228",
            "after_build -> package after :107",
            "after_build -> strip-binary order :97",
            "audit -> deploy needs :231",
            "audit -> package order :228",
            "audit-deps -> audit needs :185",
            "audit-deps -> audit-licenses order :185",
            "audit-licenses -> audit needs :185",
            "audit-security -> audit needs :185",
            "audit-security -> audit-deps order :185",
            "before_build -> build-release needs :94",
            "before_build -> format order :94",
            "before_deploy -> before_build order :228",
            "before_deploy -> deploy needs :228",
            "before_deploy -> format order :228",
            "before_deploy -> test-integration order :228",
            "before_deploy -> test-unit order :228",
            "build-release -> after_build after :97",
            "build-release -> deploy needs :229",
            "build-release -> order:17 order :228",
            "build-release -> package needs :246",
            "build-release -> strip-binary after :97",
            "deploy -> after_deploy after :234",
            "format -> lint needs :65",
            "lint -> build-release needs :94",
            "lint -> test-integration order :94",
            "lint -> test-unit order :94",
            "order:17 -> audit-deps order :228",
            "order:17 -> audit-licenses order :228",
            "order:17 -> audit-security order :228",
            "package -> deploy needs :232",
            "strip-binary -> deploy after :114",
            "strip-binary -> order:17 order :228",
            "strip-binary -> package after :114",
            "test -> build-release needs :94",
            "test -> deploy needs :230",
            "test -> order:17 order :228",
            "test-integration -> test needs :128",
            "test-unit -> test needs :128",
            "test-unit -> test-integration order :128",
          ],
          "nodes": [
            "after_build: task :107, 1 command :109",
            "after_deploy: task :268, 1 command :270",
            "audit-deps: task :192, 1 command :194",
            "audit-licenses: task :197, 1 command :199",
            "audit-security: task :187, 1 command :189",
            "audit: group :183",
            "before_build: task :99, 1 command :101",
            "before_deploy: task :236, 1 command :238",
            "build-release: task :92, 1 command :95",
            "deploy: group :225",
            "format: task :52, 1 command :54",
            "lint: task :63, 1 command :66",
            "order:17: group :228",
            "package: task :244, 1 command :247",
            "strip-binary: task :114, 1 command :117, condition",
            "test-integration: task :135, 1 command :137",
            "test-unit: task :130, 1 command :132",
            "test: group :126",
          ],
        }
      `);
      const rounds = [
        'before_deploy',
        'before_build',
        'format',
        'lint',
        'test-unit',
        'test-integration',
        'build-release',
        'after_build',
        'audit-security',
        'audit-deps',
        'audit-licenses',
        'package',
        'after_deploy',
        'strip-binary: skipped',
      ];
      // cargo-make's own order, each task once; the file that strip-binary asks for is not there
      expect(await order(project, ['deploy'], 1)).toEqual(rounds);
      expect(await order(project, ['deploy'], 4)).toEqual(rounds);
    });

    test('ci', async () => {
      // before_all and after_all are plain tasks here, first and last because the list says so
      expect(await order(corpusProject('66fefe4d'), ['ci'], 4)).toMatchInlineSnapshot(`
        [
          "before_all",
          "check-rust-version",
          "setup",
          "format",
          "lint",
          "before_build",
          "build",
          "after_build",
          "test-unit",
          "test-integration",
          "audit-security",
          "audit-deps",
          "audit-licenses",
          "after_all",
        ]
      `);
    });
  });

  describe('3a699005: cargo-make with hooks as tasks and a parallel run_task', () => {
    test('lifecycle and parallel-example', async () => {
      const project = corpusProject('3a699005');
      const targets = ['lifecycle', 'parallel-example'];
      // build does not bring after_build with it, test does; nothing between the three of the parallel run_task
      expect(planLines(planOf(project, targets))).toMatchInlineSnapshot(`
        {
          "edges": [
            "after_build -> test needs :232",
            "before_build -> build needs :147",
            "build -> after_build needs :191",
            "build -> lifecycle needs :16",
            "deploy -> lifecycle needs :18",
            "init -> lifecycle needs :14",
            "init -> setup needs :71",
            "parallel-example -> build-cli after :399",
            "parallel-example -> build-server after :399",
            "parallel-example -> build-worker after :399",
            "setup -> before_build order :14",
            "setup -> build needs :147",
            "setup -> lifecycle needs :15",
            "test -> deploy needs :273",
            "test -> lifecycle needs :17",
          ],
          "nodes": [
            "after_build: task :188, 1 command :193",
            "before_build: task :108, 1 command :112",
            "build-cli: task :401, 1 command :403",
            "build-server: task :405, 1 command :407",
            "build-worker: task :409, 1 command :411",
            "build: task :144, 1 command :150",
            "deploy: task :270, 1 command :275",
            "init: task :25, 1 command :29",
            "lifecycle: group :10",
            "parallel-example: group :396",
            "setup: task :68, 1 command :73",
            "test: task :229, 1 command :235",
          ],
        }
      `);
      // the long chain first; deploy is no longer than the three builds
      expect(await order(project, targets, 1)).toMatchInlineSnapshot(`
        [
          "init",
          "setup",
          "before_build",
          "build",
          "after_build",
          "test",
          "build-cli",
          "build-server",
          "build-worker",
          "deploy",
        ]
      `);
      // the three beside init
      expect(await order(project, targets, 4)).toMatchInlineSnapshot(`
        [
          "init + build-cli + build-server + build-worker",
          "setup",
          "before_build",
          "build",
          "after_build",
          "test",
          "deploy",
        ]
      `);
    });
  });

  describe('2d1701e1: cargo-make lists inside of lists', () => {
    test('lifecycle-test', async () => {
      const project = corpusProject('2d1701e1');
      const planned = planOf(project, ['lifecycle-test']);
      // the outer list puts db-test-setup first, so only test-integration itself can wait for test-unit
      expect(planLines(planned)).toMatchInlineSnapshot(`
        {
          "edges": [
            "db-test-setup -> lifecycle-test needs :371",
            "db-test-setup -> test-integration needs :146",
            "db-test-setup -> test-unit order :371",
            "test-all -> lifecycle-test needs :371",
            "test-all -> test-coverage order :371",
            "test-coverage -> lifecycle-test needs :371",
            "test-integration -> test-all needs :155",
            "test-unit -> test-all needs :155",
            "test-unit -> test-integration order :155",
          ],
          "nodes": [
            "db-test-setup: task :80, 1 command :82",
            "lifecycle-test: group :369",
            "test-all: group :153",
            "test-coverage: task :157, 1 command :160",
            "test-integration: task :144, 1 command :147",
            "test-unit: task :139, 1 command :141",
          ],
        }
      `);
      expect(planned.diagnostics).toEqual([]);
      // the order that both lists say
      const rounds = ['db-test-setup', 'test-unit', 'test-integration', 'test-coverage'];
      expect(await order(project, ['lifecycle-test'], 1)).toEqual(rounds);
      expect(await order(project, ['lifecycle-test'], 4)).toEqual(rounds);
    });
  });

  describe('7b658c88: a Makefile.toml with an alias and names that it does not define', () => {
    test('docs-deploy and ci-health', async () => {
      const project = corpusProject('7b658c88');
      const targets = ['docs-deploy', 'ci-health'];
      // ci-health is ci-check by another name
      expect(planLines(planOf(project, targets))).toMatchInlineSnapshot(`
        {
          "edges": [
            "ci-check -> ci-health needs :297",
            "docs-build -> docs-deploy needs :217",
            "docs-build -> docs-validate needs :211",
            "docs-clean -> docs-build order :217",
            "docs-clean -> docs-deploy needs :217",
            "docs-validate -> docs-deploy needs :217",
          ],
          "nodes": [
            "ci-check: task :291, 1 command :294",
            "ci-health: group :296",
            "docs-build: task :177, 1 command :180",
            "docs-clean: task :195, 1 command :198",
            "docs-deploy: group :214",
            "docs-validate: task :208, 1 command :212",
          ],
        }
      `);
      // ci-check when nothing longer is free
      expect(await order(project, targets, 1)).toEqual(['docs-clean', 'docs-build', 'ci-check', 'docs-validate']);
      expect(await order(project, targets, 4)).toEqual(['docs-clean + ci-check', 'docs-build', 'docs-validate']);
    });

    test('release', () => {
      // tasks that cargo-make would have brought along
      expect(findings(refusal(corpusProject('7b658c88'), 'release'))).toMatchInlineSnapshot(`
        [
          "E_UNKNOWN_PHASE make.toml:256 There is no phase "format" in workspace "//".",
          "E_UNKNOWN_PHASE make.toml:256 There is no phase "clippy-ci-flow" in workspace "//".",
          "E_UNKNOWN_PHASE make.toml:256 There is no phase "test-verbose" in workspace "//".",
        ]
      `);
    });
  });

  test('every phase of every file can be planned, but for tasks that its file does not define', () => {
    const refused = corpusFiles.flatMap((file) => {
      const project = corpusProject(file);
      return [...phaseNames(project), ...project.rootPhases.keys()].flatMap((phase) => {
        try {
          planOf(project, [phase]);
          return [];
        } catch (error) {
          return `${file.slice(0, 8)} ${phase}: ${(error as PacelineError).code}`;
        }
      });
    });
    // no circle anywhere: ci of two files names tasks that are not there, and the others need ci
    expect([...new Set(refused)]).toMatchInlineSnapshot(`
      [
        "787c036f ci: E_UNKNOWN_PHASE",
        "787c036f release: E_UNKNOWN_PHASE",
        "7b658c88 ci: E_UNKNOWN_PHASE",
        "7b658c88 release: E_UNKNOWN_PHASE",
        "7b658c88 release-brew: E_UNKNOWN_PHASE",
      ]
    `);
  });
});
