import type {ToolRequirement} from '../project.ts';
import type {Section} from '../toml/section.ts';

/** Tools whose program has another name. */
const programs: Readonly<Record<string, string>> = {
  rust: 'rustc',
  nodejs: 'node',
  python: 'python3',
  'sqlx-cli': 'sqlx',
  golang: 'go',
};
/** Tools that do not know `--version`. */
const versionArguments: Readonly<Record<string, string>> = {go: 'version', java: '-version', kubectl: 'version'};

/** `[deps]`. */
export function readTools(section: Section | undefined): readonly ToolRequirement[] {
  return (section?.keys ?? []).flatMap((name): ToolRequirement[] => {
    const range = section?.string(name);
    if (section === undefined || range === undefined) return [];
    const program = programs[name] ?? name;
    const anyVersion = ['', '*', 'latest', 'any'].includes(range.trim());
    return [
      {
        name,
        probe: [program, versionArguments[program] ?? '--version'],
        ...(!anyVersion && {range}),
        required: true,
        origin: section.origin(name),
      },
    ];
  });
}
