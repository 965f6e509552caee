// Times leases of services: node bench/services.ts [--only postgres,redis] [--rounds 30] [--quick]
import {exit, stderr, stdout} from 'node:process';
import {parseArgs} from 'node:util';
import {thisMachine} from './lib/environment.ts';
import {repository, versionIn} from './lib/installed.ts';
import {choiceOf, countOf} from './lib/options.ts';
import {performancePage, writeBetweenMarkers} from './lib/page.ts';
import {buildPaceline} from './lib/program.ts';
import {saveResult} from './lib/result.ts';
import {Containers} from './lib/services/containers.ts';
import {copiedClusters, proofs} from './lib/services/inside.ts';
import {redisLeases, slowStarts} from './lib/services/others.ts';
import {Place} from './lib/services/place.ts';
import {clusterLeases, crowd, databaseLeases, plainClones, testDatabases} from './lib/services/postgres.ts';
import {quantile} from './lib/services/rounds.ts';
import {linesOf, measuredOn} from './lib/table.ts';

/** Times one thing against another, measured in the same run: the medians. */
interface Ratio {
  readonly name: string;
  readonly ratio: number;
  /** At least (`more`) or at most (`less`) so many times the other. */
  readonly limit?: number;
  readonly wanted: 'more' | 'less';
}

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

const ratios: Ratio[] = [];
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
    {
      name: 'the comparison of one database with its template, which nobody waits for',
      times: await proofs(place, rounds),
      part: 0.5,
      limitMs: 15,
    },
  ],
  cluster: async (place) => {
    const cold = await clusterLeases(place, rounds, 0);
    const pooled = await clusterLeases(place, rounds, 2);
    const isOverlay = cold.rung.startsWith('overlay');
    return [
      {
        name: 'PostgreSQL server, none ready (the one before is being removed): acquire to first query',
        times: cold.times,
        part: 0.5,
        limitMs: isOverlay ? 60 : 130,
        note: cold.rung,
      },
      {
        name: 'PostgreSQL server, none ready, its data folder copied file by file',
        times: await copiedClusters(place, rounds),
        part: 0.5,
        limitMs: 130,
        note: 'copy',
      },
      {name: 'PostgreSQL server, pooled', times: pooled.times, part: 0.5, limitMs: 10, note: pooled.rung},
    ];
  },
  redis: async (place) => [
    {
      name: 'Redis, none ready (the one before is being removed): acquire to first answer',
      times: await redisLeases(place, rounds, 0),
      part: 0.5,
      limitMs: 15,
    },
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
  containers: async (place) => {
    const containers = await Containers.open(place);
    try {
      const each = await containers.aContainerEach(options.quick ? 1 : 5);
      const snapshots = await containers.snapshots(rounds);
      const clones = await plainClones(place, rounds);
      const own = await testDatabases(place, options.quick ? 20 : 100);
      const commands = await containers.commands(rounds);
      const ratio = (other: readonly number[], one: readonly number[]): number =>
        quantile(other, 0.5) / quantile(one, 0.5);
      ratios.push(
        {
          name: 'a clean database for each of 100 tests: testcontainers, a container each / paceline',
          ratio: ratio(each, own),
          limit: 20,
          wanted: 'more',
        },
        {
          name: 'testcontainers, snapshot and restore / paceline',
          ratio: ratio(snapshots, own),
          limit: 3,
          wanted: 'more',
        },
        {name: 'plain template clones by hand / paceline', ratio: ratio(clones, own), wanted: 'more'},
        {
          name: 'a command in a container, an exec of its own / docker exec',
          ratio: ratio(commands['own exec'], commands['docker exec']),
          limit: 1.1,
          wanted: 'less',
        },
        {
          name: 'a command in a shared session / docker exec',
          ratio: ratio(commands['shared session'], commands['docker exec']),
          limit: 0.3,
          wanted: 'less',
        },
      );
      return [
        {name: 'a test with a database, one behind the other: paceline', times: own, part: 0.5},
        {name: 'the same: testcontainers, a container each', times: each, part: 0.5},
        {name: 'the same: testcontainers, snapshot and restore', times: snapshots, part: 0.5},
        {name: 'the same: template clones by hand', times: clones, part: 0.5},
        ...Object.entries(commands).map(([name, times]) => ({name: `true in a container: ${name}`, times, part: 0.5})),
      ];
    } finally {
      await containers.close();
    }
  },
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
  ratios
    .map(({name, ratio, limit, wanted}) => {
      const met = limit === undefined || (wanted === 'more' ? ratio >= limit : ratio <= limit);
      const bar =
        limit === undefined
          ? ''
          : `, bar ${wanted === 'more' ? 'at least' : 'at most'} ${limit} x: ${met ? 'met' : '**not met**'}`;
      return `- ${name}: ${ratio.toFixed(2)} x${bar}`;
    })
    .join('\n'),
  `${measuredOn(date, machine)} ${rounds} rounds; paceline ${version}.`,
].join('\n\n');
stdout.write(`\n${text}\n`);
if (!options.quick && options.only === undefined) {
  saveResult({name: 'services', ...{date, machine, version, rounds, results, ratios}});
  writeBetweenMarkers(performancePage, 'services', text);
}
exit(results.every(({met}) => met !== false) ? 0 : 1);

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}
