import {type Command, InvalidArgumentError, Option} from 'commander';

/** Adds one command to the program; `end` takes its exit code. The code behind it is loaded when it is named. */
type Definition = (program: Command, end: (code: number) => void) => void;

const run: Definition = (program, end) => {
  program
    .command('run')
    .description('run phases or pipelines and everything that they need')
    .argument('<phase...>', 'phases (build), tasks (web#build) or pipelines')
    .option('-j, --jobs <count>', 'tasks at once (default: the config, else the processors of this machine)', positive)
    .option(
      '-F, --filter <pattern>',
      'only these workspaces: a name, a glob, ./a/path, name... (and what it depends on), ...name (and its dependents), !name',
      gather,
    )
    .option('--affected [base]', 'only workspaces changed since a git revision, and their dependents')
    .option('--only', 'run just the tasks named, without what they need')
    .option('--in-order', 'run the phases in written order and stop at the first failure')
    .addOption(new Option('--dry-run [format]', 'show what would run').choices(['text', 'json']).preset('text'))
    .addOption(
      new Option(
        '--continue <policy>',
        'after a failure: start nothing more, go on with what does not need it, or go on with everything',
      )
        .choices(['never', 'independent', 'always'])
        .default('never'),
    )
    .option('-e, --env <profile>', 'the env profile')
    .option('-D, --define <NAME=value>', 'a variable for every command; wins over the config', gather)
    .option('--approve <phase>', 'approve a phase that requires approval', gather)
    .option('--timeout <duration>', 'limit for the whole run: 90s, 5m')
    .addOption(
      new Option('--output <format>', 'how the run is shown')
        .choices(['auto', 'live', 'grouped', 'ndjson'])
        .default('auto'),
    )
    .addOption(
      new Option('--logs <which>', 'whose output is shown (default: failed in a terminal, all elsewhere)').choices([
        'all',
        'failed',
        'none',
      ]),
    )
    .option('--no-cache', 'run everything, and store nothing')
    .option('--force', 'run everything, and store the results')
    .option('--why', 'say of each cached task why it ran, or why it did not have to')
    .option('--strict', 'warnings about the config are errors')
    .addHelpText('after', '\nWords behind -- go to the last command of each task that was named.')
    .action(async (phases: string[], options, command: Command) => {
      const words = passedOn(command, phases);
      if (phases.length === 0) command.error("error: missing required argument 'phase'");
      end(await (await import('./run.ts')).run(phases, {...program.opts(), ...options}, words));
    });
};

const list: Definition = (program, end) => {
  program
    .command('list')
    .description('list phases, pipelines and workspaces')
    .option('--json', 'as JSON')
    .option('-e, --env <profile>', 'the env profile')
    .action(async (options) => {
      end(await (await import('./list.ts')).list({...program.opts(), ...options}));
    });
};

const show: Definition = (program, end) => {
  program
    .command('show')
    .description('show what a phase is, and where that is written')
    .argument('<phase>', 'a phase (build) or a task (web#build)')
    .option('--json', 'as JSON')
    .option('-e, --env <profile>', 'the env profile')
    .action(async (phase: string, options) => {
      end(await (await import('./show.ts')).show(phase, {...program.opts(), ...options}));
    });
};

const why: Definition = (program, end) => {
  program
    .command('why')
    .description('say why a cached task would run now, or why it need not')
    .argument('<task>', 'a phase (build) or a task (web#build)')
    .option('--json', 'as JSON')
    .option('-e, --env <profile>', 'the env profile')
    .option('-D, --define <NAME=value>', 'a variable for every command; wins over the config', gather)
    .action(async (task: string, options) => {
      end(await (await import('./why.ts')).why(task, {...program.opts(), ...options}));
    });
};

const graph: Definition = (program, end) => {
  program
    .command('graph')
    .description('show the graph of tasks of a request')
    .argument('<phase...>', 'phases, tasks or pipelines')
    .addOption(new Option('--format <format>', 'how').choices(['tree', 'dot', 'mermaid', 'json']).default('tree'))
    .option('-F, --filter <pattern>', 'only these workspaces', gather)
    .option('--in-order', 'in written order')
    .option('-e, --env <profile>', 'the env profile')
    .action(async (phases: string[], options) => {
      end(await (await import('./graph.ts')).graph(phases, {...program.opts(), ...options}));
    });
};

const validate: Definition = (program, end) => {
  program
    .command('validate')
    .description('read config files without running anything, and say what is wrong with them')
    .argument('[path...]', 'files, or folders to search (default: this project)')
    .option('--json', 'as JSON')
    .option('--strict', 'warnings fail')
    .action(async (paths: string[], options) => {
      end(await (await import('./validate.ts')).validate(paths, {...program.opts(), ...options}));
    });
};

const init: Definition = (program, end) => {
  program
    .command('init')
    .description('write a commented make.toml from what is there')
    .option('--dry-run', 'print it instead')
    .action(async (options) => {
      end(await (await import('./init.ts')).init({...program.opts(), ...options}));
    });
};

const history: Definition = (program, end) => {
  const history = program.command('history').description('list past runs').enablePositionalOptions();
  history
    .option('-n, --limit <count>', 'how many', positive, 20)
    .option('--json', 'as JSON')
    .action(async (options) => {
      end(await (await import('./history.ts')).history({...program.opts(), ...options}));
    });
  history
    .command('show')
    .description('show one run')
    .argument('<run>', 'an id or its beginning; last')
    .option('--json', 'the whole Run as JSON')
    .action(async (id: string, options) => {
      end(await (await import('./history.ts')).showRun(id, {...program.opts(), ...options}));
    });
};

const report: Definition = (program, end) => {
  program
    .command('report')
    .description('show where the time of a run went, and what would make it faster')
    .argument('[run...]', 'an id or its beginning, last, last~2, last:5, A..B, or a file (default: last)')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['text', 'html', 'md', 'json', 'junit', 'trace', 'csv'])
        .default('text'),
    )
    .option('-o, --out <file>', 'write it there')
    .option('--against <run>', 'compare with this run, too')
    .action(async (runs: string[], options) => {
      end(await (await import('./report.ts')).report(runs, {...program.opts(), ...options}));
    });
};

const simulate: Definition = (program, end) => {
  program
    .command('simulate')
    .description('say what a change of the pipeline would do to a run, without making it')
    .option('--run <run>', 'the run to change: as for report', 'last')
    .option('--last <count>', 'predict from so many runs, with p50 and p90', positive, 1)
    .option('-j, --jobs <count>', 'so many tasks at once', positive)
    .option('--cores <count>', 'on a machine with so many cores', positive)
    .option('--add-cores <count>', 'on a machine with so many more', positive)
    .option('--drop <task>', 'leave a task or phase out', gather)
    .option('--speed <task=factor>', 'it takes so much of its time: test=0.5x', gather)
    .option('--hit <task>', 'its result is stored', gather)
    .option('--split <task=parts>', 'so many tasks side by side in its place: test=4', gather)
    .option('--setup <duration>', 'what each part of a split needs to begin: 3s')
    .option('--no-edge <from->to>', 'the second does not wait for the first', gatherAfterTrue)
    .option('--cold', 'nothing is stored: everything is executed')
    .option('--json', 'as JSON, with the whole schedule')
    .addHelpText(
      'after',
      '\nA task is named in full (web#test) or by its phase (test), which means it in every workspace.',
    )
    .action(async (options) => {
      end(await (await import('./simulate.ts')).simulate({...program.opts(), ...options}));
    });
};

const compare: Definition = (program, end) => {
  program
    .command('compare')
    .description('say what changed between runs, and whether that is more than noise')
    .argument('<before>', 'a run, last~1, a range A..B, last:5, or a file')
    .argument('<after>', 'the same')
    .option('--json', 'as JSON')
    .action(async (before: string, after: string, options) => {
      end(await (await import('./compare.ts')).compare(before, after, {...program.opts(), ...options}));
    });
};

const profile: Definition = (program, end) => {
  program
    .command('profile')
    .description('run one task under a profiler, without the cache and without what it needs')
    .argument('<task>', 'a task (web#test), or a phase of which there is one')
    .option('-e, --env <profile>', 'the env profile')
    .option('-D, --define <NAME=value>', 'a variable for every command; wins over the config', gather)
    .option('--json', 'the stacks as JSON')
    .action(async (task: string, options) => {
      end(await (await import('./profile.ts')).profile(task, {...program.opts(), ...options}));
    });
};

const cache: Definition = (program, end) => {
  const cache = program.command('cache').description('look after the results that are kept').enablePositionalOptions();
  cache
    .command('stats')
    .description('show what is kept, and where')
    .option('--json', 'as JSON')
    .action(async (options) => {
      end((await import('./cache.ts')).stats({...program.opts(), ...options}));
    });
  cache
    .command('verify')
    .description('read everything that is kept and remove what is broken; the exit code is 1 when something was')
    .option('--json', 'as JSON')
    .action(async (options) => {
      end((await import('./cache.ts')).verify({...program.opts(), ...options}));
    });
  cache
    .command('gc')
    .description('remove what was not used for long, or is too much; what was used within the hour stays')
    .option('--max-size <size>', 'how much may stay: 5GB (default: the config, else 10 GiB)')
    .option('--max-age <age>', 'since the last use: 7d (default: the config, else 30 days)')
    .option('--json', 'as JSON')
    .action(async (options) => {
      end((await import('./cache.ts')).gc({...program.opts(), ...options}));
    });
  cache
    .command('clear')
    .description('remove everything that is kept, without asking')
    .action(async (options) => {
      end((await import('./cache.ts')).clear({...program.opts(), ...options}));
    });
  cache
    .command('prune-builds')
    .description('list build folders of this project that nothing was written to for long, and remove them')
    .option('--older-than <age>', 'since the last write', '30d')
    .option('-y, --yes', 'remove them without asking')
    .option('--json', 'as JSON; removes nothing without --yes')
    .action(async (options) => {
      const {pruneBuilds} = await import('./cache/prune-builds.ts');
      end(await pruneBuilds({...program.opts(), ...options}));
    });
};

const services: Definition = (program, end) => {
  const services = program
    .command('services')
    .description('look after services that are kept warm')
    .enablePositionalOptions();
  services
    .command('ps', {isDefault: true})
    .description('show what is warm, and who has what')
    .option('--json', 'as JSON')
    .action(async (options) => {
      end(await (await import('./services.ts')).ps({...program.opts(), ...options}));
    });
  services
    .command('logs')
    .description('print what the servers of a service print, or printed before they ended')
    .argument('<service>', 'its name in make.toml')
    .option('-n, --lines <count>', 'only the last ones of each', positive)
    .option('-f, --follow', 'go on with what they print, until the service is stopped')
    .action(async (name: string, options) => {
      end(await (await import('./service-logs.ts')).logs(name, {...program.opts(), ...options}));
    });
  services
    .command('stop')
    .description('stop a service, or all of them; leases end')
    .argument('[service]', 'its name in make.toml')
    .action(async (name: string | undefined, options) => {
      end(await (await import('./services.ts')).stop(name, {...program.opts(), ...options}));
    });
  services
    .command('gc')
    .description(
      'take away what was left when the process that keeps the services was killed, and what is kept of failed tests',
    )
    .action(async (options) => {
      end(await (await import('./services.ts')).gc({...program.opts(), ...options}));
    });
};

const warm: Definition = (program, end) => {
  program
    .command('warm')
    .description('start services, and pull their images, before they are needed')
    .argument('[service...]', 'names in make.toml (default: all)')
    .option('-e, --env <profile>', 'the env profile')
    .action(async (names: string[], options) => {
      end(await (await import('./services.ts')).warm(names, {...program.opts(), ...options}));
    });
};

const schema: Definition = (program, end) => {
  program
    .command('schema')
    .description('print the JSON Schema of make.toml')
    .action(async () => {
      end(await (await import('./schema.ts')).schema());
    });
};

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, Definition>> = {
  run,
  list,
  show,
  why,
  graph,
  validate,
  init,
  history,
  report,
  simulate,
  compare,
  profile,
  cache,
  services,
  warm,
  schema,
};

/** The words behind `--`. Commander puts them at the end of the arguments. */
function passedOn(command: Command, phases: string[]): readonly string[] {
  const words = (command.parent as (Command & {rawArgs?: string[]}) | null)?.rawArgs ?? [];
  const dashes = words.indexOf('--');
  return dashes < 0 ? [] : phases.splice(phases.length - (words.length - dashes - 1));
}

function gather(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** Commander gives an option whose name begins with `--no-` the value true when nobody names it. */
function gatherAfterTrue(value: string, previous: readonly string[] | boolean | undefined): readonly string[] {
  return gather(value, Array.isArray(previous) ? previous : undefined);
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}
