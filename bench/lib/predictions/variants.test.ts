import {expect, test} from 'vitest';
import {type Phase, type Plan, WHOLE} from './pipeline.ts';
import {dropped, split, withoutEdge} from './variants.ts';

const phase = (name: string, ...needs: string[]): Phase => ({
  name,
  needs,
  share: WHOLE,
  line: ({index, of}) => `work ${index}/${of}`,
});

const plan: Plan = {phases: [phase('a'), phase('b', 'a'), phase('c', 'b')], jobs: 2, cache: false};

const shown = ({phases}: Plan): readonly string[] =>
  phases.map(({name, needs, line, share}) => `${name} <- ${needs.join(' ')}: ${line(share)}`);

test('what needed a dropped phase needs what that needed', () => {
  expect(shown(dropped(plan, 'b').plan)).toEqual(['a <- : work 0/1', 'c <- a: work 0/1']);
});

test('the parts of a phase need what it needed, and all of them are needed', () => {
  expect(shown(split(plan, 'b', 2, () => 0).plan)).toEqual([
    'a <- : work 0/1',
    'b-1 <- a: work 0/2',
    'b-2 <- a: work 1/2',
    'c <- b-1 b-2: work 0/1',
  ]);
});

test('a phase that no longer waits for another one keeps what that waited for', () => {
  expect(shown(withoutEdge(plan, 'a', 'b').plan)).toEqual(['a <- : work 0/1', 'b <- : work 0/1', 'c <- b a: work 0/1']);
  expect(shown(withoutEdge(plan, 'b', 'c').plan)).toEqual(['a <- : work 0/1', 'b <- a: work 0/1', 'c <- a: work 0/1']);
});
