import type {Plan} from '../../src/plan/plan.ts';
import {planOf} from './plan.ts';
import {inOrder, phase, project, together, workspace} from './project.ts';

/** All kinds of nodes and edges, and a name with a quote in it. */
export function smallPlan(): Plan {
  const phases = [
    phase('ci', {commands: [], needs: [inOrder('lint', 'web#build')]}),
    phase('lint', {after: [together('say "done"')]}),
    phase('say "done"'),
  ];
  const members = [
    workspace('web', [phase('build', {needs: [together('^build')]})], {on: ['lib', 'ui']}),
    workspace('ui', [phase('build', {needs: [together('^build')]})], {on: ['lib']}),
    workspace('lib', [phase('build')]),
  ];
  return planOf(project(phases, members), ['ci']).plan;
}
