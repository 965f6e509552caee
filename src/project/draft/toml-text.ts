/** A value that a draft can write. */
export type TomlValue = string | boolean | number | readonly string[];

/** One table of a draft, with the comment above it. */
export interface DraftTable {
  /** `['lifecycle', 'build']`. */
  readonly path: readonly string[];
  readonly comment: readonly string[];
  readonly keys: Readonly<Record<string, TomlValue>>;
  /** Lines after the keys, as comments: what could be switched on. */
  readonly remarks?: readonly string[];
}

/** The text of one table: comment, header, keys. */
export function tableText({path, comment, keys, remarks}: DraftTable): string {
  return [
    ...comment.map(commentText),
    `[${path.map(keyText).join('.')}]`,
    ...Object.entries(keys).map(([key, value]) => `${keyText(key)} = ${valueText(value)}`),
    ...(remarks ?? []).map(commentText),
    '',
  ].join('\n');
}

/** A comment may hold no control characters. */
function commentText(line: string): string {
  return `# ${[...line].map((char) => (char < ' ' || char === '\u007f' ? ' ' : char)).join('')}`;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

function valueText(value: TomlValue): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value !== 'object') return String(value);
  const items = value.map(stringText);
  const line = `[${items.join(', ')}]`;
  return line.length <= 100 ? line : `[\n${items.map((item) => `  ${item},\n`).join('')}]`;
}

/** A basic string: JSON's escapes are all TOML's, but for DEL, which TOML wants escaped. */
function stringText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll('\u007f', '\\u007f');
}
