import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {PriorityQueue} from './priority-queue.ts';

const priorities = fc.array(fc.nat({max: 5}), {maxLength: 40});

function sorted(nodes: readonly number[], priority: readonly number[]): readonly number[] {
  return [...nodes].sort((one, other) => priority[other]! - priority[one]! || one - other);
}

test('hands out the highest priority first, then the lowest number', () => {
  fc.assert(
    fc.property(priorities, (priority) => {
      const queue = new PriorityQueue(priority);
      for (const node of priority.keys()) queue.push(node);
      expect(Array.from(priority, () => queue.pop())).toEqual(sorted([...priority.keys()], priority));
      expect(queue.pop()).toBe(undefined);
    }),
  );
});

test('shows what it hands out next, between pushes too', () => {
  fc.assert(
    fc.property(priorities, fc.array(fc.boolean()), (priority, pops) => {
      const queue = new PriorityQueue(priority);
      let inside: readonly number[] = [];
      for (const node of priority.keys()) {
        queue.push(node);
        inside = sorted([...inside, node], priority);
        if (pops[node] !== true) continue;
        expect(queue.peek()).toBe(inside[0]);
        expect(queue.pop()).toBe(inside[0]);
        inside = inside.slice(1);
      }
      expect(queue.peek()).toBe(inside[0]);
    }),
  );
});
