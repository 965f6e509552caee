// `import {leaseFixture} from 'paceline/vitest'`: a clean service for each test of vitest, or for each file.
import {endTestLease, type TestLeaseOptions} from './services/client/test-lease.ts';
import {type Lease, lease, type ServiceOptions} from './services.ts';

export type {TestLeaseOptions} from './services/client/test-lease.ts';
export type {Lease, ServiceOptions} from './services.ts';

/** What of vitest's `task` a fixture looks at. */
export interface TestTask {
  readonly name: string;
  readonly fullTestName?: string;
  /** Written with `test.fails`: its failure is its success. */
  readonly fails?: boolean;
  readonly result?: {readonly state?: string};
}

export type UseLease = (lease: Lease) => Promise<void>;

/** A fixture of `test.extend`. */
export type LeaseFixture = (context: {readonly task: TestTask}, use: UseLease) => Promise<void>;

/**
 * A lease of a service as a fixture of vitest: `const test = base.extend({db: leaseFixture('db')})`. Every test that names it gets a clean
 * one that nobody else has; it is given back when the test has ended, so close connections before, in the test or in `afterEach`.
 * With `scope: 'file'` the tests of a file share one.
 * @param wanted its name in make.toml, or all that is to be known of it
 */
export function leaseFixture(
  wanted: string | ServiceOptions,
  options: TestLeaseOptions & {readonly scope?: 'test' | 'file'} = {},
): LeaseFixture {
  const {scope = 'test', keepOnFailure, ...acquire} = options;
  const useOne = async (label: string, use: UseLease, hasFailed: () => boolean): Promise<void> => {
    const held = await lease(wanted, {label, ...acquire});
    await use(held);
    await endTestLease(held, {hasFailed: hasFailed(), keepOnFailure}, console.warn);
  };
  // vitest reads the names of what a fixture needs from the text of its first parameter
  if (scope === 'test') return ({task}, use) => useOne(task.fullTestName ?? task.name, use, () => isFailure(task));
  // biome-ignore lint/correctness/noEmptyPattern: vitest asks for a pattern, and all that it has for a whole file are other fixtures
  const ofFile = async ({}: object, use: UseLease): Promise<void> => {
    const file = await currentFile();
    await useOne(file?.name ?? 'a test file', use, () => file !== undefined && hasFailure(file));
  };
  // from a pair, the types of vitest cannot tell what a test gets; from a function they can
  return [ofFile, {scope}] as unknown as LeaseFixture;
}

/** A file or a suite, with what is in it. */
interface Suite {
  readonly name: string;
  readonly result?: {readonly state?: string};
  readonly tasks: readonly (Suite | TestTask)[];
}

/** The file of the test that runs: a fixture of a whole file is not told. */
async function currentFile(): Promise<Suite | undefined> {
  const {TestRunner} = await import('vitest');
  return TestRunner.getCurrentTest()?.file;
}

function hasFailure(suite: Suite): boolean {
  return isFailure(suite) || suite.tasks.some((one) => ('tasks' in one ? hasFailure(one) : isFailure(one)));
}

function isFailure({result, fails}: Pick<TestTask, 'result' | 'fails'>): boolean {
  return result?.state === 'fail' && fails !== true;
}
