import {afterEach, expect, test} from 'vitest';
import {TaskServices} from '../../src/engine/task-services.ts';
import type {Task} from '../../src/plan/task.ts';
import type {Service} from '../../src/project/service.ts';
import {serviceOf} from '../../src/services/service-options.ts';
import {ServicesFolder} from './broker-rig.ts';

/** So that a request does not come in one piece. */
const large = Object.fromEntries(Array.from({length: 9}, (_, number) => [`LARGE_${number}`, 'x'.repeat(100_000)]));

let folder: ServicesFolder;

afterEach(() => folder.end());

const one = (name: string): Service =>
  serviceOf({
    plugin: 'process',
    name,
    directory: '/',
    binary: 'sh',
    args: ['-c', 'echo up; exec sleep 1000'],
    health: {kind: 'log', pattern: 'up'},
    pool: {min: 0, max: 1},
  });

/** All that leasing looks at. */
const taskOf = (id: string, services: readonly Service[]) => ({id, phase: {services}}) as unknown as Task;

test('runs beside each other that need the same two never wait for what the other one has', async () => {
  folder = new ServicesFolder();
  const [a, b] = [one('a'), one('b')];
  const runs = [taskOf('1', [a, b]), taskOf('2', [b, a])].map((task) => ({
    task,
    services: new TaskServices({...folder.env, ...large}, [task], 1),
  }));
  await Promise.all(
    runs.map(async ({task, services}) => {
      for (let round = 0; round < 15; round++) {
        const leases = await services.lease(task);
        expect(Object.keys(leases.env)).toEqual(expect.arrayContaining(['A_URL', 'B_URL']));
        await leases.release();
      }
      services.close();
    }),
  );
});

test('of two of a kind the first one named is the one without a prefix', async () => {
  folder = new ServicesFolder();
  const [z, a] = [{...one('z'), name: 'z'}, one('a')];
  const task = taskOf('1', [z, a]);
  const services = new TaskServices(folder.env, [task], 1);
  const leases = await services.lease(task);
  expect(leases.env.Z_Z_URL).toBe(leases.env.Z_URL);
  expect(leases.env.A_A_URL).toBe(leases.env.A_URL);
  await leases.release();
  services.close();
});
