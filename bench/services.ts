// Times leases of services: node bench/services.ts [--only postgres,redis] [--rounds 30] [--quick]
import {exit, stderr, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {thisMachine} from './lib/environment.ts';
import {repository, versionIn} from './lib/installed.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {performancePage, writeBetweenMarkers} from './lib/page.ts';
import {buildPaceline} from './lib/program.ts';
import {saveResult} from './lib/result.ts';
import {redisLeases, slowStarts} from './lib/services/others.ts';
import {Place} from './lib/services/place.ts';
import {clusterLeases, crowd, databaseLeases, plainClones} from './lib/services/postgres.ts';
import {quantile} from './lib/services/rounds.ts';
import {linesOf, measuredOn} from './lib/table.ts';

/** Times of one thing, ms, and what they are held against. */
interface Row {
  readonly name: string;
  readonly times: readonly number[];
  /** Of which part of the times: 0.5 is the median. */
  readonly part: number;
  readonly limitMs?: number;
  readonly note?: string;
}

const {values: options} = parseArgs({
  options: {only: {type: 'string'}, rounds: {type: 'string'}, quick: {type: 'boolean', default: false}},
});
const rounds = options.rounds === undefined ? (options.quick ? 5 : 30) : countOf(options.rounds);

const parts: Readonly<Record<string, (place: Place) => Promise<readonly Row[]>>> = {
  postgres: async (place) => [
    {
      name: 'PostgreSQL database, warm: acquire to first query',
      times: await databaseLeases(place, rounds),
      part: 0.5,
      limitMs: 10,
    },
    {name: 'the same by hand: CREATE DATABASE ... TEMPLATE', times: await plainClones(place, rounds), part: 0.5},
    {
      name: '4 users, each holding its database for 200 ms, pool of 8',
      times: await crowd(place, {clients: 4, holdMs: 200, rounds}),
      part: 0.99,
      limitMs: 60,
      note: 'p99',
    },
  ],
  cluster: async (place) => {
    const cold = await clusterLeases(place, rounds, 0);
    const pooled = await clusterLeases(place, rounds, 2);
    const isOverlay = cold.rung.startsWith('overlay');
    return [
      {
        name: 'PostgreSQL server, cold: acquire to first query',
        times: cold.times,
        part: 0.5,
        limitMs: isOverlay ? 60 : 130,
        note: cold.rung,
      },
      {name: 'PostgreSQL server, pooled', times: pooled.times, part: 0.5, limitMs: 10, note: pooled.rung},
    ];
  },
  redis: async (place) => [
    {name: 'Redis, cold: acquire to first answer', times: await redisLeases(place, rounds, 0), part: 0.5, limitMs: 15},
    {name: 'Redis, pooled', times: await redisLeases(place, rounds, 2), part: 0.5, limitMs: 5},
  ],
  start: async (place) => [
    {
      name: '3 services of 1 s start each, at once',
      times: await slowStarts(place, 3, options.quick ? 1 : 5),
      part: 0.5,
      limitMs: 1300,
    },
  ],
};

buildPaceline();
const rows: Row[] = [];
const place = await Place.open();
try {
  for (const name of choiceOf(options.only, Object.keys(parts))) {
    stderr.write(`${name}\n`);
    rows.push(...((await parts[name]?.(place)) ?? []));
  }
} finally {
  await place.close();
}

const machine = thisMachine();
const date = new Date().toISOString();
const version = versionIn(repository) ?? '';
const results = rows.map((row) => {
  const measured = quantile(row.times, row.part);
  return {...row, measured, ...(row.limitMs !== undefined && {met: measured <= row.limitMs})};
});
const text = [
  linesOf([
    ['', 'median', 'p99', 'least', 'bar', ''],
    ...results.map(({name, times, limitMs, note, met}) => [
      `${name}${note === undefined || note === 'p99' ? '' : ` (${note})`}`,
      ms(quantile(times, 0.5)),
      ms(quantile(times, 0.99)),
      ms(Math.min(...times)),
      limitMs === undefined ? '' : `${limitMs} ms${note === 'p99' ? ' (p99)' : ''}`,
      met === undefined ? '' : met ? 'met' : '**not met**',
    ]),
  ]),
  `${measuredOn(date, machine)} ${rounds} rounds; paceline ${version}.`,
].join('\n\n');
stdout.write(`\n${text}\n`);
if (!options.quick && options.only === undefined) {
  saveResult({name: 'services', ...{date, machine, version, rounds, results}});
  writeBetweenMarkers(performancePage, 'services', text);
}
exit(results.every(({met}) => met !== false) ? 0 : 1);

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}
