import {array, asyncProperty, boolean, assert as check, constantFrom, integer, record} from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {PacelineError} from '../../base/error.ts';
import {KilledError} from '../killed.ts';
import type {Resource, Source} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import type {Held} from './held.ts';
import {Pool} from './pool.ts';

/** One resource of the test, with what was done to it. */
interface Made extends Resource {
  readonly done: string[];
}

/** Makes resources when the test says so; nothing happens by itself. */
class ScriptedSource implements Source {
  readonly made: Made[] = [];
  readonly width: number;
  readonly asked: ((outcome: Made | Error) => void)[] = [];
  isClosed = false;
  /** Most that were there at once. */
  most = 0;
  alive = 0;
  onHandOut: (id: string) => Promise<void> = async () => {};
  onRecycle: ((id: string) => Promise<void>) | undefined;
  /** Makes at once. */
  isPrompt: boolean;

  constructor({width = 4, isPrompt = true} = {}) {
    this.width = width;
    this.isPrompt = isPrompt;
  }

  signal: AbortSignal | undefined;

  make(signal: AbortSignal): Promise<Resource> {
    this.signal = signal;
    if (this.isPrompt) return Promise.resolve(this.#resource());
    return new Promise((resolve, reject) => {
      this.asked.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
    });
  }

  /** The oldest request is answered. */
  answer(outcome?: Error): void {
    this.asked.shift()?.(outcome ?? this.#resource());
  }

  /** What is still being made is finished. */
  async closing(pool: Pool): Promise<void> {
    const closed = pool.close();
    while (this.asked.length > 0) this.answer();
    await closed;
  }

  servers = () => [];
  isAlive = () => true;
  async close(): Promise<void> {
    this.isClosed = true;
  }

  #resource(): Made {
    const id = `r${this.made.length + 1}`;
    const done: string[] = [];
    this.most = Math.max(this.most, ++this.alive);
    const one: Made = {
      id,
      done,
      handOut: async () => {
        await this.onHandOut(id);
        done.push('handOut');
        return {url: `x:${id}`, env: {}};
      },
      revoke: async () => void done.push('revoke'),
      destroy: async () => {
        if (!done.includes('destroy')) this.alive--;
        done.push('destroy');
      },
      ...(this.onRecycle !== undefined && {
        recycle: async () => {
          await this.onRecycle?.(id);
          done.push('recycle');
        },
      }),
    };
    this.made.push(one);
    return one;
  }
}

function poolOf(source: Source, {min = 0, max = 2, time = {now: 0}} = {}) {
  const said: string[] = [];
  const pool = new Pool(source, {name: 'db', size: {min, max}, now: () => time.now, report: (text) => said.push(text)});
  return {pool, said, time};
}

const owner = (label: string) => ({pid: 7, label});
const LONG = 60_000;
/** All that is ready to happen has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('gives a ready one at once, and makes another', async () => {
  const source = new ScriptedSource();
  const {pool} = poolOf(source, {min: 2, max: 4});
  await pool.warm(2);
  const held = await pool.acquire(owner('a'), LONG);
  expect(held).toMatchObject({access: {url: 'x:r1'}, owner: {label: 'a'}, since: 0});
  // who has just got one comes first
  expect(pool.gauges).toMatchObject({ready: 1, making: 0});
  await vi.waitUntil(() => pool.gauges.ready === 2);
  expect(pool.gauges).toMatchObject({ready: 2, leased: 1, immediate: 1, handedOut: 1, waiting: 0});
  await pool.close();
});

test('makes another at once when the last ready one is given out', async () => {
  const source = new ScriptedSource();
  const {pool} = poolOf(source, {min: 1, max: 3});
  pool.fill();
  await settled();
  await pool.acquire(owner('a'), LONG);
  await settled();
  expect(pool.gauges).toMatchObject({ready: 1, leased: 1});
  await pool.close();
});

test('serves those who wait in the order in which they came', async () => {
  const source = new ScriptedSource({isPrompt: false, width: 1});
  const {pool} = poolOf(source, {max: 3});
  const order: string[] = [];
  const asked = ['a', 'b', 'c'].map((label) => pool.acquire(owner(label), LONG).then(() => order.push(label)));
  for (let round = 0; round < 3; round++) {
    source.answer();
    await settled();
  }
  await Promise.all(asked);
  expect(order).toEqual(['a', 'b', 'c']);
  await pool.close();
});

test('whoever gets one that turns out to be unusable keeps the place in the row', async () => {
  const source = new ScriptedSource({isPrompt: false, width: 1});
  const {pool, time} = poolOf(source, {max: 3});
  source.onHandOut = async (id) => {
    if (id === 'r1') throw new Error('gone');
  };
  const order: string[] = [];
  const first = pool.acquire(owner('a'), LONG).then((held) => order.push(`a ${held.resource.id}`));
  time.now = 1;
  const second = pool.acquire(owner('b'), LONG).then((held) => order.push(`b ${held.resource.id}`));
  for (let round = 0; round < 3; round++) {
    source.answer();
    await settled();
  }
  await Promise.all([first, second]);
  expect(order).toEqual(['a r2', 'b r3']);
  expect(source.made[0]?.done).toEqual(['destroy']);
  await source.closing(pool);
});

test('one that died while it was ready is skipped, and taken away', async () => {
  const source = new ScriptedSource();
  const {pool, said} = poolOf(source, {min: 2, max: 3});
  await pool.warm(2);
  source.onHandOut = async (id) => {
    if (id === 'r1') throw new Error('r1 has ended');
  };
  expect((await pool.acquire(owner('a'), LONG)).resource.id).toBe('r2');
  expect(source.made[0]?.done).toEqual(['destroy']);
  expect(said).toEqual(['db: r1 has ended']);
  await pool.close();
});

test('one that is ready is given to somebody whose own was unusable', async () => {
  const source = new ScriptedSource({isPrompt: false, width: 2});
  const {pool} = poolOf(source, {min: 1, max: 2});
  let fail: (error: Error) => void = () => {};
  source.onHandOut = (id) => (id === 'r1' ? new Promise((_, reject) => (fail = reject)) : Promise.resolve());
  const asked = pool.acquire(owner('a'), LONG);
  source.answer();
  await settled();
  // r2 is ready while r1 is being handed out
  source.answer();
  await settled();
  expect(pool.gauges).toMatchObject({ready: 1, waiting: 0});
  fail(new Error('gone'));
  expect((await asked).resource.id).toBe('r2');
  await source.closing(pool);
});

describe('a released one', () => {
  test('is revoked before anybody is told, then destroyed, and never handed out again', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {max: 1});
    const held = await pool.acquire(owner('a'), LONG);
    await pool.release(held.id);
    expect(source.made[0]?.done.slice(0, 2)).toEqual(['handOut', 'revoke']);
    const next = await pool.acquire(owner('b'), LONG);
    expect(next.resource.id).toBe('r2');
    expect(source.made[0]?.done).toEqual(['handOut', 'revoke', 'destroy']);
    await pool.release(held.id);
    expect(pool.gauges.leased).toBe(1);
    await pool.close();
  });

  test.each([undefined, async () => {}])(
    'that cannot be revoked is destroyed, also when it could serve again',
    async (onRecycle) => {
      const source = new ScriptedSource();
      source.onRecycle = onRecycle;
      const {pool, said} = poolOf(source, {max: 1});
      const held = await pool.acquire(owner('a'), LONG);
      Object.assign(held.resource, {revoke: () => Promise.reject(new Error('no answer'))});
      await pool.release(held.id);
      await settled();
      expect(source.made[0]?.done).toEqual(['handOut', 'destroy']);
      expect(said).toEqual(['db: r1 could not be revoked: no answer']);
      await pool.close();
    },
  );

  test('that can be made clean serves the next', async () => {
    const source = new ScriptedSource();
    source.onRecycle = async () => {};
    const {pool} = poolOf(source, {max: 1});
    const held = await pool.acquire(owner('a'), LONG);
    await pool.release(held.id);
    expect((await pool.acquire(owner('b'), LONG)).resource.id).toBe('r1');
    expect(source.made[0]?.done).toEqual(['handOut', 'revoke', 'recycle', 'handOut']);
    await pool.close();
  });

  test('that stays dirty is quarantined, reported and never handed out', async () => {
    const source = new ScriptedSource();
    source.onRecycle = async (id) => {
      if (id === 'r1') throw new UncleanError(id, ['file /x: added']);
    };
    const {pool, said, time} = poolOf(source, {max: 1});
    const held = await pool.acquire(owner('a'), LONG);
    time.now = 5;
    await pool.release(held.id);
    expect((await pool.acquire(owner('b'), LONG)).resource.id).toBe('r2');
    expect(pool.quarantine).toEqual([{resource: 'r1', at: 5, differences: ['file /x: added']}]);
    expect(pool.gauges.quarantined).toBe(1);
    expect(said).toEqual(['db: r1 is not clean: file /x: added']);
    await pool.close();
  });
});

describe('limits', () => {
  test('whoever waits too long is told who holds what, and since when', async () => {
    const source = new ScriptedSource();
    const {pool, time} = poolOf(source, {max: 2});
    await pool.acquire(owner('web#test'), LONG);
    time.now = 1500;
    await pool.acquire(owner('api#test'), LONG);
    time.now = 3000;
    await expect(pool.acquire(owner('late'), 10)).rejects.toMatchObject({
      code: 'E_POOL_EXHAUSTED',
      message:
        'No db became free within 0.0 s: 2 of 2 are in use, held by web#test (process 7) for 3.0 s, api#test (process 7) for 1.5 s',
    });
    expect(pool.gauges.waiting).toBe(0);
    await pool.close();
  });

  test('one that comes too late for whoever asked is not leased to nobody', async () => {
    const source = new ScriptedSource();
    let go = (): void => {};
    source.onHandOut = () => new Promise((resolve) => (go = resolve));
    const {pool} = poolOf(source, {max: 1});
    const error = await pool.acquire(owner('a'), 10).catch((one: PacelineError) => one);
    expect(error).toMatchObject({code: 'E_POOL_EXHAUSTED'});
    source.onHandOut = async () => {};
    go();
    expect((await pool.acquire(owner('b'), LONG)).resource.id).toBe('r2');
    expect(source.made[0]?.done).toEqual(['handOut', 'revoke', 'destroy']);
    await pool.close();
  });

  test('a failed making is tried again, and the third ends the waiting', async () => {
    const source = new ScriptedSource({isPrompt: false, width: 1});
    const {pool} = poolOf(source, {max: 2});
    const one = pool.acquire(owner('a'), LONG);
    source.answer(new Error('no'));
    await settled();
    source.answer();
    expect((await one).resource.id).toBe('r1');
    const other = pool.acquire(owner('b'), LONG).catch((error: PacelineError) => error);
    for (let round = 0; round < 3; round++) {
      source.answer(new Error('no disk'));
      await settled();
    }
    expect(await other).toMatchObject({code: 'E_SERVICE_START', message: 'No db can be made: no disk'});
    expect(source.asked).toEqual([]);
    await source.closing(pool);
  });

  test('new ones that are all dirty end the waiting, and are never handed out', async () => {
    const source = new ScriptedSource();
    source.onHandOut = async (id) => {
      throw new UncleanError(id, ['role bob: added']);
    };
    const {pool} = poolOf(source, {max: 2});
    await expect(pool.acquire(owner('a'), LONG)).rejects.toMatchObject({
      message: expect.stringContaining('role bob: added'),
    });
    expect(pool.gauges).toMatchObject({quarantined: 3, leased: 0, handedOut: 0});
    await pool.close();
    expect(source.alive).toBe(0);
  });

  test('warming tells why nothing can be made', async () => {
    const source = new ScriptedSource({isPrompt: false, width: 1});
    const {pool} = poolOf(source, {max: 2});
    const warm = pool.warm(2).catch((error: PacelineError) => error);
    for (let round = 0; round < 3; round++) {
      source.answer(new Error('no disk'));
      await settled();
    }
    expect(await warm).toMatchObject({code: 'E_SERVICE_START'});
    await pool.close();
  });
});

describe('how many are kept ready', () => {
  test('grows by each that somebody had to wait for, up to the most', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {min: 0, max: 3});
    const targets: number[] = [];
    for (let round = 0; round < 4; round++) {
      const held = await Promise.all([pool.acquire(owner('a'), LONG), pool.acquire(owner('b'), LONG)]);
      targets.push(pool.gauges.target);
      await Promise.all(held.map(({id}) => pool.release(id)));
      await settled();
    }
    expect(targets[0]).toBe(2);
    expect(Math.max(...targets)).toBeLessThanOrEqual(3);
    expect(source.most).toBeLessThanOrEqual(3);
    await pool.close();
  });

  test('shrinks when the last one was not needed for half a minute, down to the least', async () => {
    const source = new ScriptedSource();
    const {pool, time} = poolOf(source, {min: 1, max: 5});
    await pool.warm(4);
    const ready: number[] = [];
    for (let round = 0; round < 5; round++) {
      time.now += 30_000;
      pool.tend();
      await settled();
      ready.push(pool.gauges.ready);
    }
    expect(ready).toEqual([3, 2, 1, 1, 1]);
    expect(source.alive).toBe(1);
    await pool.close();
  });

  test('follows the one who asks last', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {min: 0, max: 1});
    await pool.acquire(owner('a'), LONG);
    pool.resize({min: 2, max: 4});
    await pool.acquire(owner('b'), LONG);
    await settled();
    expect(pool.gauges).toMatchObject({leased: 2, ready: 2, max: 4});
    await pool.close();
  });
});

describe('one that gives out nothing any more', () => {
  test('leaves to users what they have, tells who waits, and says when the last one has left', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {min: 2, max: 3});
    const [one, two] = [await pool.acquire(owner('a'), LONG), await pool.acquire(owner('b'), LONG)];
    await settled();
    expect(pool.gauges).toMatchObject({leased: 2, ready: 1});
    await pool.acquire(owner('c'), LONG).then(({id}) => pool.keep(id));
    await settled();
    let times = 0;
    const waiting = pool
      .acquire(owner('d'), LONG)
      .then(({id}) => pool.acquire(owner('e'), LONG).finally(() => pool.release(id)));
    await settled();
    pool.retire(() => times++);
    expect(await waiting.catch((error: PacelineError) => error)).toMatchObject({code: 'E_SERVICE_STOPPED'});
    await settled();
    expect(pool.gauges).toMatchObject({leased: 2, kept: 1, ready: 0, making: 0, waiting: 0});
    expect(source.made[0]?.done).toEqual(['handOut']);
    await expect(pool.acquire(owner('f'), LONG)).rejects.toMatchObject({code: 'E_SERVICE_STOPPED'});
    for (const held of [one, two]) await pool.release(held.id);
    expect(times).toBe(0);
    await pool.release(pool.kept[0]?.id ?? '');
    expect(times).toBe(1);
    await pool.close();
    expect(times).toBe(1);
  });

  test('and that nobody uses, says so at once', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {min: 2, max: 3});
    pool.fill();
    await settled();
    let times = 0;
    pool.retire(() => times++);
    expect(times).toBe(1);
    await settled();
    expect(source.made.map(({done}) => done)).toEqual([['destroy'], ['destroy']]);
    await pool.close();
  });

  test('and whose last one could not be handed out, says so', async () => {
    const source = new ScriptedSource();
    let fail = (): void => {};
    source.onHandOut = () => new Promise((_, reject) => (fail = () => reject(new Error('no'))));
    const {pool} = poolOf(source, {min: 0, max: 1});
    const asked = pool.acquire(owner('a'), LONG).catch((error: PacelineError) => error);
    await settled();
    let times = 0;
    pool.retire(() => times++);
    fail();
    expect(await asked).toMatchObject({code: 'E_SERVICE_STOPPED'});
    expect(times).toBe(1);
    await pool.close();
  });
});

describe('closing', () => {
  test('tells those who wait, and those who come later', async () => {
    const source = new ScriptedSource({isPrompt: false});
    const {pool} = poolOf(source, {max: 1});
    const waiting = pool.acquire(owner('a'), LONG).catch((error: PacelineError) => error);
    const closed = pool.close();
    source.answer();
    await closed;
    expect(await waiting).toMatchObject({code: 'E_SERVICE_STOPPED'});
    await expect(pool.acquire(owner('b'), LONG)).rejects.toMatchObject({code: 'E_SERVICE_STOPPED'});
  });

  test('waits for what is being made, and takes it away', async () => {
    const source = new ScriptedSource({isPrompt: false});
    const {pool} = poolOf(source, {min: 1, max: 1});
    pool.fill();
    let isClosed = false;
    const closed = pool.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    source.answer();
    await closed;
    expect(source.made[0]?.done).toEqual(['destroy']);
    expect(source.isClosed).toBe(true);
  });

  test('takes one away, once, that is just being handed out', async () => {
    const source = new ScriptedSource();
    let go = (): void => {};
    source.onHandOut = () => new Promise((resolve) => (go = resolve));
    const {pool} = poolOf(source, {max: 1});
    const asked = pool.acquire(owner('a'), LONG).catch((error: PacelineError) => error);
    await settled();
    const closed = pool.close();
    go();
    await closed;
    expect(await asked).toMatchObject({code: 'E_SERVICE_STOPPED'});
    expect(source.made[0]?.done.filter((what) => what === 'destroy')).toHaveLength(1);
  });

  test('waits for one that is just being revoked', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {max: 1});
    const held = await pool.acquire(owner('a'), LONG);
    let go = (): void => {};
    Object.assign(held.resource, {revoke: () => new Promise<void>((resolve) => (go = resolve))});
    const released = pool.release(held.id);
    const closed = pool.close();
    await settled();
    expect(source.isClosed).toBe(false);
    go();
    await Promise.all([released, closed]);
    expect(source.alive).toBe(0);
  });

  test('a pool that makes used ones clean does not offer them any more', async () => {
    const source = new ScriptedSource();
    let go = (): void => {};
    source.onRecycle = () => new Promise((resolve) => (go = resolve));
    const {pool} = poolOf(source, {max: 1});
    const held = await pool.acquire(owner('a'), LONG);
    await pool.release(held.id);
    const closed = pool.close();
    go();
    await closed;
    expect(source.alive).toBe(0);
  });
});

test('whatever happens: one holder each, never more than the most, nothing is left', async () => {
  const step = record({
    kind: constantFrom('acquire', 'release', 'dirty', 'die', 'tick'),
    which: integer({min: 0, max: 9}),
    fails: boolean(),
  });
  await check(
    asyncProperty(
      array(step, {minLength: 5, maxLength: 40}),
      integer({min: 1, max: 4}),
      boolean(),
      async (steps, max, recycles) => {
        const source = new ScriptedSource();
        const doomed = new Set<string>();
        source.onHandOut = async (id) => {
          await Promise.resolve();
          if (doomed.has(id)) throw new Error('gone');
        };
        if (recycles)
          source.onRecycle = async (id) => {
            if (doomed.has(id)) throw new UncleanError(id, ['dirty']);
          };
        const {pool, time} = poolOf(source, {min: 0, max});
        const held: Held[] = [];
        const asked: Promise<unknown>[] = [];
        for (const {kind, which, fails} of steps) {
          if (kind === 'acquire')
            asked.push(
              pool.acquire(owner('p'), fails ? 1 : 20).then(
                (one) => {
                  if (held.some(({resource}) => resource === one.resource)) throw new Error('two holders');
                  held.push(one);
                },
                (error: PacelineError) => {
                  if (error.code !== 'E_POOL_EXHAUSTED' && error.code !== 'E_SERVICE_START') throw error;
                },
              ),
            );
          if (kind === 'release') {
            const [one] = held.splice(which % Math.max(1, held.length), 1);
            if (one !== undefined) asked.push(pool.release(one.id));
          }
          if (kind === 'dirty' || kind === 'die') doomed.add(`r${which}`);
          if (kind === 'tick') {
            time.now += 31_000;
            pool.tend();
            await new Promise((resolve) => setTimeout(resolve, fails ? 1 : 0));
          }
          const {ready, making, leased, ending} = pool.gauges;
          if (ready + making + leased + ending > max) throw new Error('more than the most');
        }
        await Promise.all(asked);
        await pool.close();
        expect(source.alive).toBe(0);
        expect(source.most).toBeLessThanOrEqual(max);
      },
    ),
    {numRuns: 60},
  );
});

test('what is being made when a pool is closed is told so', async () => {
  const source = new ScriptedSource({isPrompt: false});
  const pool = new Pool(source, {name: 'db', size: {min: 1, max: 1}, now: () => 0, report: () => {}});
  pool.fill();
  expect(source.signal?.aborted).toBe(false);
  await source.closing(pool);
  expect(source.signal?.aborted).toBe(true);
});

describe('one that is kept for a person', () => {
  test('does not count towards the most, and stays until it is released', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {max: 1});
    const first = await pool.acquire(owner('a'), LONG);
    pool.keep(first.id);
    const second = await pool.acquire(owner('b'), LONG);
    expect(pool.gauges).toMatchObject({leased: 1, kept: 1});
    expect(pool.kept).toMatchObject([{resource: {id: 'r1'}, owner: {label: 'a'}}]);
    expect(source.made[0]?.done).toEqual(['handOut']);
    await pool.release(first.id);
    await settled();
    expect(source.made[0]?.done).toEqual(['handOut', 'revoke', 'destroy']);
    expect(pool.gauges.kept).toBe(0);
    await pool.release(second.id);
    await pool.close();
  });

  test('makes room for whoever waits', async () => {
    const source = new ScriptedSource();
    const {pool} = poolOf(source, {max: 1});
    const first = await pool.acquire(owner('a'), LONG);
    const waiting = pool.acquire(owner('b'), LONG);
    pool.keep(first.id);
    expect((await waiting).resource.id).toBe('r2');
    await pool.close();
    expect(source.alive).toBe(0);
  });
});

test('whoever goes away waits no longer, and nothing is spent on it', async () => {
  const source = new ScriptedSource();
  const {pool} = poolOf(source, {max: 1});
  const first = await pool.acquire(owner('a'), LONG);
  const gone = new AbortController();
  const ghost = pool.acquire(owner('ghost'), LONG, gone.signal).catch((error: Error) => error.message);
  const next = pool.acquire(owner('b'), LONG);
  gone.abort();
  expect(await ghost).toBe('it has gone away');
  expect(pool.gauges.waiting).toBe(1);
  await pool.release(first.id);
  expect((await next).resource.id).toBe('r2');
  expect(await pool.acquire(owner('ghost'), LONG, gone.signal).catch((error: Error) => error.message)).toBe(
    'it has gone away',
  );
  await pool.close();
  expect(source.made).toHaveLength(2);
});

test('to warm a pool that was closed is refused, also while it is being warmed', async () => {
  const source = new ScriptedSource({isPrompt: false});
  const {pool} = poolOf(source, {max: 2});
  const warming = pool.warm(1).catch((error: PacelineError) => error.code);
  await source.closing(pool);
  expect(await warming).toBe('E_SERVICE_STOPPED');
  await expect(pool.warm(1)).rejects.toMatchObject({code: 'E_SERVICE_STOPPED'});
});

test('ready ones that are more than there may be are taken away', async () => {
  const source = new ScriptedSource();
  const {pool} = poolOf(source, {min: 4, max: 4});
  await pool.warm(4);
  pool.resize({min: 0, max: 1});
  await settled();
  expect(pool.gauges).toMatchObject({ready: 1, max: 1});
  expect(source.alive).toBe(1);
  // none was made in place of those
  expect(source.made).toHaveLength(4);
  await pool.close();
});

test('one that ended while it was ready is replaced before anybody asks for it', async () => {
  const source = new ScriptedSource();
  const {pool, said} = poolOf(source, {min: 2, max: 3});
  await pool.warm(2);
  Object.assign(source.made[0] ?? {}, {isAlive: () => false});
  pool.tend();
  await settled();
  expect(source.made[0]?.done).toEqual(['destroy']);
  expect(said).toEqual(['db: r1 ended before anybody used it']);
  expect(pool.gauges).toMatchObject({ready: 2, leased: 0});
  await pool.close();
});

describe('one that is killed while it is made', () => {
  const killed = () => new PacelineError('E_SERVICE_START', 'it did not start', {cause: new KilledError('SIGKILL')});

  test('is made once more, and nobody notices', async () => {
    const source = new ScriptedSource({isPrompt: false});
    const {pool, said} = poolOf(source, {max: 1});
    const asked = pool.acquire(owner('a'), LONG);
    source.answer(killed());
    await settled();
    source.answer();
    expect((await asked).resource.id).toBe('r1');
    expect(said).toEqual(['it did not start: it is started once more']);
    await source.closing(pool);
  });

  test('twice: the reason is told', async () => {
    const source = new ScriptedSource({isPrompt: false});
    const {pool} = poolOf(source, {max: 1});
    const asked = pool.acquire(owner('a'), LONG).catch((error: PacelineError) => error);
    source.answer(killed());
    await settled();
    source.answer(killed());
    expect(await asked).toMatchObject({
      code: 'E_SERVICE_START',
      message: 'it did not start\nTwice in a row it was killed from outside (SIGKILL)',
    });
    expect(source.asked).toEqual([]);
    await source.closing(pool);
  });

  test('what ends by itself is not made again', async () => {
    const source = new ScriptedSource({isPrompt: false});
    const {pool} = poolOf(source, {max: 1});
    const asked = pool.acquire(owner('a'), LONG).catch((error: PacelineError) => error);
    source.answer(new PacelineError('E_SERVICE_START', 'it ended (exit code 1)'));
    expect(await asked).toMatchObject({message: 'it ended (exit code 1)'});
    expect(source.asked).toEqual([]);
    await source.closing(pool);
  });
});
