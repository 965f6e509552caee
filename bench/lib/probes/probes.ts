import {type Build, type ChainSite, usual} from './chain-site.ts';

/** A question about what a runner does, and the answer that a user would want. */
export interface Probe {
  readonly title: string;
  readonly right: string;
  /** Starts when all sources are as at the start and everything is built and stored. Throws CommandFailed. */
  readonly answer: (site: ChainSite) => Promise<string>;
}

const SOURCE = 'src/main.txt';
const OUTPUT = 'dist/main.txt';
const ENV = 'dist/env.txt';
const MORE = 'dist/more.txt';

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

/** What a build did, and whether the outputs are then what the sources say. */
function ranOf(site: ChainSite, {ran}: Build, a = 'a one', declared = usual.DECLARED): string {
  const isRight =
    site.read('a', OUTPUT) === `${a}\n` &&
    site.read('c', OUTPUT) === `c one\nb one\n${a}\n` &&
    site.read('a', ENV).includes(`DECLARED is ${declared},`);
  return isRight ? ran : `${ran}, wrong outputs`;
}

/** Builds, and says whether outputs that were not as they should be are so again. */
async function repairOf(site: ChainSite): Promise<string> {
  const ran = ranOf(site, await site.build());
  if (ran === 'none') return 'yes';
  return ran.endsWith('wrong outputs') ? 'no' : `by running ${ran}`;
}

export const probes: readonly Probe[] = [
  {
    title: 'undeclared variable visible to the task',
    right: 'no',
    answer: async (site) => yesNo(site.read('a', ENV).includes(`SECRET is ${usual.SECRET}`)),
  },
  {
    title: 'declared variable visible',
    right: 'yes',
    answer: async (site) => yesNo(site.read('a', ENV).includes(`DECLARED is ${usual.DECLARED}`)),
  },
  {
    title: 'ran when nothing had changed',
    right: 'none',
    answer: async (site) => ranOf(site, await site.build()),
  },
  {
    title: 'an output that only another input gives stays after a hit',
    right: 'no',
    answer: async (site) => {
      site.write('a', SOURCE, 'a more\n');
      await site.build();
      if (!site.exists('a', MORE)) return 'not built';
      site.write('a', SOURCE, 'a one\n');
      await site.build();
      return yesNo(site.exists('a', MORE));
    },
  },
  {
    title: 'a file that somebody put among the outputs survives a hit',
    right: 'yes',
    answer: async (site) => {
      site.write('a', 'dist/extra.txt', 'stale\n');
      await site.build();
      return yesNo(site.exists('a', 'dist/extra.txt'));
    },
  },
  {
    title: 'changed output repaired without a run',
    right: 'yes',
    answer: async (site) => {
      site.write('a', OUTPUT, 'tampered with\n');
      return repairOf(site);
    },
  },
  {
    title: 'the same, its size and time kept',
    right: 'yes',
    answer: async (site) => {
      site.writeUnseen('a', OUTPUT, 'a 1!!\n');
      return repairOf(site);
    },
  },
  {
    title: 'one missing output repaired without a run',
    right: 'yes',
    answer: async (site) => {
      site.remove('a', OUTPUT);
      return repairOf(site);
    },
  },
  {
    title: 'ran when all `dist` was gone',
    right: 'none',
    answer: async (site) => {
      site.takeOutputs();
      return ranOf(site, await site.build());
    },
  },
  {
    title: 'executable bit restored',
    right: 'yes',
    answer: async (site) => {
      site.takeOutputs();
      await site.build();
      return yesNo(site.isExecutable('a', 'dist/run.sh'));
    },
  },
  {
    title: 'link restored',
    right: 'yes',
    answer: async (site) => {
      site.takeOutputs();
      await site.build();
      return yesNo(site.targetOf('a', 'dist/link') === 'main.txt');
    },
  },
  {
    title: "ran when a's input changed, its output not",
    right: 'a',
    answer: async (site) => {
      site.write('a', SOURCE, '# only a comment\na one\n');
      return ranOf(site, await site.build());
    },
  },
  {
    title: "ran when a's output changed",
    right: 'a b c',
    answer: async (site) => {
      site.write('a', SOURCE, 'a two\n');
      return ranOf(site, await site.build(), 'a two');
    },
  },
  {
    title: 'ran after going back to the old input',
    right: 'none',
    answer: async (site) => {
      site.write('a', SOURCE, 'a three\n');
      await site.build();
      site.write('a', SOURCE, 'a one\n');
      return ranOf(site, await site.build());
    },
  },
  {
    title: 'ran when `DECLARED` changed',
    right: 'a b c',
    answer: async (site) => ranOf(site, await site.build({...usual, DECLARED: 'second'}), undefined, 'second'),
  },
  {
    title: 'input changed with size and time kept: seen',
    right: 'yes',
    answer: async (site) => {
      site.writeUnseen('a', SOURCE, 'a six\n');
      await site.build();
      return yesNo(site.read('a', OUTPUT) === 'a six\n');
    },
  },
  {
    title: 'output holds the old `SECRET` after it changed',
    right: 'no',
    answer: async (site) => {
      await site.build({...usual, SECRET: 'other'});
      return yesNo(site.read('a', ENV).includes(`SECRET is ${usual.SECRET}`));
    },
  },
  {
    title: 'names what changed: a file, a variable',
    right: 'yes',
    answer: reasons,
  },
];

/** Whether the output of a run says which file and which variable made tasks run. */
async function reasons(site: ChainSite): Promise<string> {
  const named = async (output: 'usual' | 'reasons', text: string) => {
    site.write('a', SOURCE, `a ${text}\n`);
    const file = (await site.build(usual, output)).printed.includes('main.txt');
    const {printed} = await site.build({...usual, DECLARED: text}, output);
    return {file, variable: printed.includes('DECLARED')};
  };
  const found = await named('usual', 'five');
  if (found.file && found.variable) return 'yes';
  const more = await named('reasons', 'seven');
  if (more.file && more.variable) return 'when asked';
  if (found.file || more.file) return 'the file only';
  return found.variable || more.variable ? 'the variable only' : 'no';
}
