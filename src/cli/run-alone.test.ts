import {expect, test} from 'vitest';
import {planOf} from '../../test/support/plan.ts';
import {phase, project, workspace} from '../../test/support/project.ts';
import {runAlone} from './run-alone.ts';

const members = [
  workspace('web', [phase('build'), phase('pack', {private: true})]),
  workspace('lib', [phase('build')]),
];
const given = project([phase('deploy', {requiresApproval: true}), phase("it's a#b")], members);

function alone(id: string, chosen = {}, words: readonly string[] = []): string | undefined {
  return runAlone(given, planOf(given, ['build', 'web#pack', 'deploy', "it's a#b"], {args: words}), chosen)(id);
}

test('the shortest name that means the task alone, with what the run was told', () => {
  expect(alone('web#build')).toBe('paceline run web#build --only');
  expect(alone('web#pack')).toBe('paceline run web#pack --only');
  expect(alone('deploy', {root: '../my shop', env: 'production'}, ['-v'])).toBe(
    "paceline --root '../my shop' run deploy --only --env production --approve=deploy -- -v",
  );
  expect(alone('before_all')).toBeUndefined();
});

test('a name that a shell would read otherwise is quoted', () => {
  expect(alone("it's a#b")).toBe(String.raw`paceline run 'it'\''s a#b' --only`);
});
