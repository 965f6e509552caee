import {availableParallelism} from 'node:os';
import {defineConfig} from 'vitest/config';
import type {Reporter} from 'vitest/node';

const secondTries: Reporter = {
  onTestCaseResult(test) {
    if ((test.diagnostic()?.retryCount ?? 0) > 0)
      process.stdout.write(`second try: ${test.module.relativeModuleId} > ${test.fullName}\n`);
  },
};

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    globalSetup: 'test/rig/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // programs that they start, databases and container engines among them, need processors too
    maxWorkers: availableParallelism(),
    // a machine that is busy with something else can break one; which ones needed a second try is said
    retry: process.env.CI === 'true' ? 1 : 0,
    reporters: ['default', secondTries],
  },
});
