import type {Family, Pipeline} from './pipeline.ts';
import {type Recipe, synthetic} from './synthetic.ts';
import {typescriptPipeline} from './typescript.ts';

const recipes: readonly Recipe[] = [
  {name: 'sleep-24', family: 'sleep', seed: 11, phases: 24, layers: 6, jobs: 4, otherJobs: 2, meanMs: 140},
  {name: 'sleep-80', family: 'sleep', seed: 12, phases: 80, layers: 8, jobs: 8, otherJobs: 16, meanMs: 100},
  {name: 'sleep-200', family: 'sleep', seed: 13, phases: 200, layers: 5, jobs: 16, otherJobs: 8, meanMs: 70},
  {name: 'cpu-20', family: 'cpu', seed: 21, phases: 20, layers: 5, jobs: 2, otherJobs: 1, meanMs: 90},
  {name: 'cpu-40', family: 'cpu', seed: 22, phases: 40, layers: 4, jobs: 2, otherJobs: 4, meanMs: 45},
  {name: 'cpu-60', family: 'cpu', seed: 23, phases: 60, layers: 6, jobs: 4, otherJobs: 2, meanMs: 32},
  {name: 'mixed-30', family: 'mixed', seed: 31, phases: 30, layers: 5, jobs: 4, otherJobs: 2, meanMs: 105},
  {name: 'mixed-60', family: 'mixed', seed: 32, phases: 60, layers: 6, jobs: 6, otherJobs: 3, meanMs: 70},
];

/** @param one only the first of the family */
export function pipelinesOf(family: Family, one: boolean): readonly Pipeline[] {
  const found =
    family === 'typescript'
      ? [
          typescriptPipeline('ts-25-deep', {packages: 8, files: 4, bytes: 1500, layers: 4, fan: 2}, 2, 4),
          typescriptPipeline('ts-25-flat', {packages: 8, files: 6, bytes: 2500, layers: 2, fan: 2}, 4, 2),
        ]
      : recipes.filter((recipe) => recipe.family === family).map(synthetic);
  return one ? found.slice(0, 1) : found;
}
