import {join} from 'node:path';
import {buildContestant} from '../build-phases.ts';
import {paceline} from '../runners/paceline.ts';
import type {Contestant, Scenario} from '../scenario.ts';
import {makeSite} from '../site.ts';
import {workloadOf} from '../workload.ts';
import {copy} from '../workloads/copy.ts';
import type {Surroundings} from './place.ts';

const PACKAGES = 20;

/** What one more file costs when nothing has changed, and whether it stays the same. */
export function growth(surroundings: Surroundings): Scenario {
  const sizes = surroundings.quick ? ([100, 1000, 2000] as const) : ([1000, 10_000, 20_000] as const);
  const [small, middle, large] = sizes;
  const sizeOf = (files: number) => ({contestant: nameOf(files), files});
  return {
    name: 'growth',
    title: `Nothing changed: ${PACKAGES} packages, more and more files`,
    rounds: surroundings.rounds ?? 7,
    contestants: sizes.map((files) => warmBuild(surroundings, files)),
    // 1 is linear; the rest is for the noise of a difference of differences
    bars: [{kind: 'growth', sizes: [sizeOf(small), sizeOf(middle), sizeOf(large)], limit: 1.2}],
  };
}

const nameOf = (files: number): string => `${files}-files`;

function warmBuild({folder, env}: Surroundings, files: number): Contestant {
  const workload = workloadOf(copy, {packages: PACKAGES, files: files / PACKAGES, bytes: 256, layers: 4, fan: 3});
  const parent = join(folder, `growth-${files}`);
  const site = {...makeSite(paceline, workload, parent), env};
  const contestant = buildContestant('warm', site, workload, copy.checkerOf(workload, parent));
  const rebuilt = (): string => {
    const count = contestant.written?.() ?? 0;
    return count === 0 ? '' : `${count} packages were built though nothing had changed`;
  };
  return {
    ...contestant,
    name: nameOf(files),
    title: `${files} files`,
    wrong: () => contestant.wrong?.() || rebuilt(),
  };
}
