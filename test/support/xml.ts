export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text directly in it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};
const TOKEN = /<\?xml [^?]*\?>\s*|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** Reads the part of XML 1.0 that a report needs; throws where a parser would. */
export function parsedXml(text: string): XmlElement {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids these
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text) || !text.isWellFormed())
    throw new Error('a character that XML has not');
  const document = {name: '', attributes: {}, children: [] as XmlElement[], text: ''};
  const open = [document];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const [, close, name, attributes = '', empty, content] = TOKEN.exec(text) ?? [];
    if (TOKEN.lastIndex === 0) throw new Error(`not XML: ${text.slice(from, from + 60)}`);
    const current = open.at(-1)!;
    if (content !== undefined) current.text += decoded(content);
    else if (name !== undefined && close === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes something else`);
    } else if (name !== undefined) {
      const element = {name, attributes: attributesOf(attributes), children: [], text: ''};
      current.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [root, another] = document.children;
  if (root === undefined || another !== undefined || open.length > 1) throw new Error('there is not just one element');
  return root;
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => {
    // white space in an attribute becomes spaces: 3.3.3
    return [name, decoded(value.replaceAll(/[\t\r\n]/g, ' '))] as const;
  });
  if (new Set(found.map(([name]) => name)).size < found.length) throw new Error('an attribute twice');
  return Object.fromEntries(found);
}

function decoded(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in text');
  return text.replaceAll('\r\n', '\n').replaceAll(/&(?:#(\d+)|(\w+));|&/g, (all, code?: string, name?: string) => {
    const value = code !== undefined ? String.fromCodePoint(Number(code)) : ENTITIES[name ?? ''];
    if (value === undefined) throw new Error(`no entity: ${all}`);
    return value;
  });
}
