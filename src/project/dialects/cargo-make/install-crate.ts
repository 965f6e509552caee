import type {ToolRequirement} from '../../project.ts';
import type {Section} from '../../toml/section.ts';

/** `install_crate` as a tool that must be there; paceline says what to type, and installs nothing by itself. */
export function readInstallCrate(section: Section): readonly ToolRequirement[] {
  const origin = section.origin('install_crate');
  const name = section.string('install_crate');
  if (name !== undefined)
    return [{name, probe: probeFor(name, section), install: `cargo install ${name}`, required: true, origin}];
  const table = section.section('install_crate');
  if (table === undefined) return [];
  const crate = table.string('crate_name');
  const component = table.string('rustup_component_name');
  const binary = table.string('binary');
  const tool = crate ?? component ?? binary;
  if (tool === undefined) return [];
  const version = table.string('version');
  const least = table.string('min_version');
  const range = version !== undefined ? `=${version}` : least !== undefined ? `>=${least}` : undefined;
  const pinned = version === undefined ? '' : ` --version ${version}`;
  return [
    {
      name: tool,
      probe: binary === undefined ? probeFor(tool, section) : [binary, ...(table.strings('test_arg') ?? ['--help'])],
      ...(range !== undefined && {range}),
      install:
        crate === undefined && component !== undefined
          ? `rustup component add ${component}`
          : `cargo install ${tool}${pinned}`,
      required: true,
      origin,
    },
  ];
}

/** What cargo-make looks for: the subcommand that the task calls, else the program that the crate is named after. */
function probeFor(crate: string, section: Section): readonly string[] {
  const subcommand = section.strings('args')?.find((word) => !word.startsWith('+'));
  if (section.string('command') === 'cargo' && subcommand !== undefined && crate.endsWith(subcommand))
    return ['cargo', subcommand, '--help'];
  return crate.startsWith('cargo-') ? ['cargo', crate.slice('cargo-'.length), '--help'] : [crate, '--version'];
}
