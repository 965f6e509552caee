import {expect, onTestFinished, test, vi} from 'vitest';
import {type MeterSources, ProcessMeter, systemSources, type Totals} from './process-meter.ts';

/** Sums that the test moves on, as the kernel does when a child is waited for. */
class Kernel implements MeterSources {
  totalsNow: Totals | undefined = {cpuMs: 1000, read: 500, written: 700};
  readonly memory = new Map<number, number>();
  reads = 0;

  readonly totals = (): Totals | undefined => {
    this.reads++;
    return this.totalsNow;
  };

  readonly memoryOf = (pid: number): number | undefined => this.memory.get(pid);

  /** A child that took so much was waited for. */
  reap(cpuMs: number, read = 0, written = 0): void {
    const {totalsNow: now} = this;
    if (now === undefined) return;
    this.totalsNow = {cpuMs: now.cpuMs + cpuMs, read: (now.read ?? 0) + read, written: (now.written ?? 0) + written};
  }
}

test('what was added while a child was waited for is its own', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  kernel.reap(120, 3, 4);
  expect(await meter.ended(1)).toEqual({cpuMs: 120, readBytes: 3, writtenBytes: 4});
});

test("what was waited for before a child, or between two, is nobody's", async () => {
  const kernel = new Kernel();
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  onTestFinished(() => void vi.restoreAllMocks());
  const meter = new ProcessMeter(kernel);
  kernel.reap(5000);
  meter.started(1);
  kernel.reap(10);
  await meter.ended(1);
  kernel.reap(7000);
  clock += 6;
  meter.started(2);
  kernel.reap(20);
  expect(await meter.ended(2)).toMatchObject({cpuMs: 20});
});

test('children that overlap but end apart do not share', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  meter.started(2);
  kernel.reap(30);
  const first = await meter.ended(1);
  kernel.reap(40);
  const second = await meter.ended(2);
  expect([first, second]).toEqual([
    {cpuMs: 30, readBytes: 0, writtenBytes: 0},
    {cpuMs: 40, readBytes: 0, writtenBytes: 0},
  ]);
});

test('children that are waited for in one turn share one difference, and say so; the sum is right', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  for (const pid of [1, 2, 3]) meter.started(pid);
  kernel.reap(100, 90, 60);
  const usages = await Promise.all([1, 2, 3].map((pid) => meter.ended(pid)));
  const sum = (key: 'cpuMs' | 'readBytes' | 'writtenBytes'): number =>
    usages.reduce((total, usage) => total + usage[key]!, 0);
  expect(usages.every(({shared}) => shared === true)).toBe(true);
  // each part is rounded
  expect(Math.abs(sum('cpuMs') - 100)).toBeLessThanOrEqual(2);
  expect(Math.abs(sum('readBytes') - 90)).toBeLessThanOrEqual(2);
  expect(Math.abs(sum('writtenBytes') - 60)).toBeLessThanOrEqual(2);
  meter.started(4);
  kernel.reap(10);
  expect(await meter.ended(4)).toEqual({cpuMs: 10, readBytes: 0, writtenBytes: 0});
});

test('of two that run, one that ends waits for the other, which may end in the same turn', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  meter.started(2);
  kernel.reap(80);
  const ends: string[] = [];
  const first = meter.ended(1).then(({cpuMs, shared}) => ends.push(`${cpuMs} ${shared}`));
  await Promise.resolve();
  const second = meter.ended(2).then(({cpuMs, shared}) => ends.push(`${cpuMs} ${shared}`));
  await Promise.all([first, second]);
  expect(ends.map((end) => end.split(' ')[1])).toEqual(['true', 'true']);
});

test('a child that starts in the turn in which another ends takes nothing of it', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  kernel.reap(50);
  const first = meter.ended(1);
  meter.started(2);
  expect(await first).toMatchObject({cpuMs: 50});
  kernel.reap(5);
  const second = await meter.ended(2);
  expect(second).toMatchObject({cpuMs: 5});
  expect(second.shared).toBe(undefined);
});

test('where the platform tells nothing, everything is absent', async () => {
  const meter = new ProcessMeter({totals: () => undefined, memoryOf: () => undefined});
  meter.started(1);
  meter.started(2);
  expect(await meter.ended(1)).toEqual({});
  expect(await meter.ended(2)).toEqual({});
});

test('where it tells processor time only, the rest is absent', async () => {
  const kernel = new Kernel();
  kernel.totalsNow = {cpuMs: 0, read: undefined, written: undefined};
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  kernel.totalsNow = {cpuMs: 70, read: undefined, written: undefined};
  expect(await meter.ended(1)).toEqual({cpuMs: 70});
});

test('sums that go back, as those of other clocks may, never make a negative figure', async () => {
  const kernel = new Kernel();
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  kernel.reap(0, -100, -5);
  expect(await meter.ended(1)).toEqual({cpuMs: 0, readBytes: 0, writtenBytes: 0});
});

test('many short children one behind the other cost one read of the sums each', async () => {
  const kernel = new Kernel();
  vi.spyOn(performance, 'now').mockReturnValue(1);
  onTestFinished(() => void vi.restoreAllMocks());
  const meter = new ProcessMeter(kernel);
  for (let pid = 1; pid <= 50; pid++) {
    meter.started(pid);
    kernel.reap(pid);
    expect(await meter.ended(pid)).toMatchObject({cpuMs: pid});
  }
  expect(kernel.reads).toBe(51);
});

test('the largest memory that was seen is the peak; a child that nobody looked at has none', async () => {
  const kernel = new Kernel();
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
  onTestFinished(() => void vi.useRealTimers());
  const meter = new ProcessMeter(kernel);
  meter.started(1);
  meter.started(2);
  for (const bytes of [10, 300, 20]) {
    kernel.memory.set(1, bytes);
    vi.advanceTimersByTime(1000);
  }
  const usages = [await meter.ended(1), await meter.ended(2)];
  expect(usages.map(({peakMemoryBytes}) => peakMemoryBytes)).toEqual([300, undefined]);
  vi.advanceTimersByTime(1000);
  expect(vi.getTimerCount()).toBe(0);
});

test('a process that was just started may be looked at', () => {
  const {totals, memoryOf} = systemSources();
  const own = memoryOf(process.pid);
  if (process.platform !== 'linux') return expect(own).toBe(undefined);
  expect(own).toBeGreaterThan(10_000_000);
  expect(totals()).toMatchObject({cpuMs: expect.any(Number)});
  expect(memoryOf(2 ** 22 + 1)).toBe(undefined);
});
