import fc from 'fast-check';
import {expect, test} from 'vitest';
import {keyOffsets} from './json-keys.ts';
import {parseJsonText, plainValue} from './json-text.ts';
import {TextPlaces} from './text-place.ts';

function fault(text: string, flavour: 'json' | 'jsonc' = 'json'): string {
  const node = parseJsonText(text, flavour);
  if (node.kind !== 'fault') return 'none';
  const {line, column} = new TextPlaces('f', text).origin(node.offset);
  return `${line}:${column} ${node.message}`;
}

function accepted(text: string): unknown {
  try {
    return {value: JSON.parse(text) as unknown};
  } catch {
    return undefined;
  }
}

test('reads what JSON.parse reads, and refuses what it refuses', () => {
  const edited = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '{', ':', '\\', 'x', '1', '\n', '/', ' '))
    .map(([text, at, char]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + char + text.slice(char === '' ? place + 1 : place);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), edited), (text) => {
      const node = parseJsonText(text);
      expect(node.kind === 'fault' ? undefined : {value: plainValue(node)}).toEqual(accepted(text));
    }),
    {numRuns: 2000},
  );
});

test('allows comments and last commas in jsonc only', () => {
  const text = '// turbo\n{"a": [1, 2,], /* why */ "b": {"c": null,},\n} // end';
  const node = parseJsonText(text, 'jsonc');
  expect(node.kind === 'fault' ? node : plainValue(node)).toEqual({a: [1, 2], b: {c: null}});
  expect(fault(text)).toBe('1:1 expected a value but found "/"');
});

test('says where a text stops being JSON, and what should stand there', () => {
  expect([
    fault('{"a": 1 "b": 2}'),
    fault('{\n  "a": 1,\n}'),
    fault('{"a" 1}'),
    fault('{a: 1}'),
    fault('[1, 2'),
    fault('{"a": tru}'),
    fault('{"a": "b\n"}'),
    fault('{"a": "\\x"}'),
    fault(''),
    fault('{} {}'),
    fault('/* open', 'jsonc'),
    fault('['.repeat(600)),
  ]).toMatchInlineSnapshot(`
    [
      "1:9 expected "," or "}" but found "b"",
      "2:9 a comma before "}" is not allowed in JSON",
      "1:6 expected ":" but found "1"",
      "1:2 expected a "key" or "}" but found "a"",
      "1:6 expected "," or "]" but found the end of the file",
      "1:7 expected a value but found "tru"",
      "1:7 this text has no closing " on its line",
      "1:8 "\\\\x" is not an escape that JSON knows",
      "1:1 expected a value but found the end of the file",
      "1:4 expected the end of the file but found "{"",
      "1:1 this comment is never closed",
      "1:501 nested more than 500 levels deep",
    ]
  `);
});

test('finds the keys of one object', () => {
  const text = '{"x": {"scripts": {"no": 1}}, "scripts": {"a": "b, {", "c\\"d": "", "e": {"f": 1}}, "z": 0}';
  expect([...keyOffsets(text, 'scripts')]).toEqual([
    ['a', text.indexOf('"a"')],
    ['c"d', text.indexOf('"c\\"')],
    ['e', text.indexOf('"e"')],
  ]);
});

test('finds the same keys as the parser', () => {
  const scripts = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.object()));
  const object = fc.record({before: fc.anything({withNullPrototype: false}), scripts, after: fc.array(fc.string())});
  fc.assert(
    fc.property(object, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const node = parseJsonText(text);
      const inner = node.kind === 'object' ? node.entries.find(({key}) => key === 'scripts')?.value : undefined;
      const wanted = inner?.kind === 'object' ? inner.entries.map(({key, keyStart}) => [key, keyStart]) : [];
      expect([...keyOffsets(text, 'scripts')]).toEqual([...new Map(wanted as [string, number][])]);
    }),
  );
});
