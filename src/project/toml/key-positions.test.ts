import fc from 'fast-check';
import {parse} from 'smol-toml';
import {describe, expect, test} from 'vitest';
import {type KeyPlace, locateKeys} from './key-positions.ts';

/** Every value of the document must stand where the locator says it does, under the key that the locator says it has. */
function check(text: string): number {
  let leaves = 0;
  const visit = (value: unknown, place: KeyPlace | undefined, path: string): void => {
    expect(place, path).toBeDefined();
    if (place === undefined) return;
    if (place.valueEnd > 0)
      expect(parse(`value = ${text.slice(place.valueStart, place.valueEnd)}`).value, path).toEqual(value);
    if (Array.isArray(value)) {
      expect(place.items.length, path).toBe(value.length);
      for (const [index, item] of value.entries()) visit(item, place.items[index], `${path}[${index}]`);
    } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      expect([...place.keys.keys()].sort(), path).toEqual(Object.keys(value).sort());
      for (const [key, child] of Object.entries(value)) {
        const at = place.keys.get(key);
        if (at !== undefined)
          expect(Object.keys(parse(`${text.slice(at.keyStart, at.keyEnd)} = 1`)), path).toEqual([key]);
        visit(child, at, `${path}.${key}`);
      }
    } else {
      leaves += 1;
      expect(place.valueEnd, path).toBeGreaterThan(place.valueStart);
    }
  };
  visit(parse(text), locateKeys(text), '');
  return leaves;
}

/** A value as its author could have written it. */
interface Written {
  readonly text: string;
}

const plain = fc.constantFrom('a', 'b', 'cache', 'depends_on', 'x-1', '2');
const keyText = fc.oneof(
  plain,
  fc.constantFrom('"check:security"', "'a b'", '"q\\"x"', '"\\u00e9"', '"a.b"', '""', "'#'", '"\\x41]"', '"="'),
);
const blank = fc.constantFrom('', ' ', '\t', '  ');
const gap = fc.constantFrom('', ' ', '\n', '\r\n  ', ' # a } ] " comment\n', "\n# it's\n\n");
const leaf: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('1', '-0.5', 'true', 'inf', '0xff', '1979-05-27 07:32:00', '1979-05-27', '07:32:00'),
  fc
    .string({unit: fc.constantFrom('a', ' ', '#', ']', '}', ',', '=', '"', '\\', '\n', 'é', '🙂', "'")})
    .map((value) => JSON.stringify(value)),
  fc.string({unit: fc.constantFrom('a', '#', '"', '\\', ']', ' ')}).map((value) => `'${value}'`),
  fc.string({unit: fc.constantFrom('a', '#', '\n', '[', "'", '\\\\', '\\"')}).map((value) => `"""${value}"""`),
  fc.constantFrom('"""a""""', '""""a"""', "'''\n#]'x'''", '"""\\\n  b"""', "''''a'''''", '""', "''", '""""""'),
);
const written = fc.letrec<{value: string; list: string; table: string; pair: string}>((tie) => ({
  value: fc.oneof({depthSize: 'small', withCrossShrink: true}, leaf, tie('list'), tie('table')),
  list: fc
    .tuple(fc.array(fc.tuple(gap, tie('value'), gap), {maxLength: 3}), gap, fc.boolean())
    .map(
      ([items, end, comma]) =>
        `[${items.map(([before, item, after]) => before + item + after).join(',')}${comma && items.length > 0 ? ',' : ''}${end}]`,
    ),
  table: fc
    .tuple(
      fc.uniqueArray(fc.tuple(gap, keyText, tie('pair'), gap), {maxLength: 3, selector: ([, key]) => key}),
      gap,
      fc.boolean(),
    )
    .map(
      ([pairs, end, comma]) =>
        `{${pairs.map(([before, key, pair, after]) => before + key + pair + after).join(',')}${comma && pairs.length > 0 ? ',' : ''}${end}}`,
    ),
  pair: fc
    .tuple(fc.option(keyText), blank, blank, tie('value'))
    .map(([second, one, two, value]) => `${second === null ? '' : ` . ${second}`}${one}=${two}${value}`),
}));
const header = fc
  .tuple(fc.boolean(), fc.array(keyText, {minLength: 1, maxLength: 3}), blank)
  .map(([list, keys, space]) => `${list ? '[[' : '['}${space}${keys.join(`${space}.`)}${space}${list ? ']]' : ']'}`);
const line = fc.oneof(
  {weight: 1, arbitrary: header},
  {weight: 3, arbitrary: fc.tuple(keyText, written.pair).map(([key, pair]) => key + pair)},
);
const documents: fc.Arbitrary<Written> = fc
  .tuple(
    fc.array(fc.tuple(blank, line, fc.constantFrom('', ' # c', '\n', '\r'), fc.constantFrom('\n', '\r\n')), {
      maxLength: 12,
    }),
    fc.boolean(),
  )
  .map(([lines, mark]) => ({
    text:
      (mark ? '\ufeff' : '') +
      lines.map(([indent, text, after, end]) => indent + text + (after === '\r' ? '' : after) + end).join(''),
  }));

describe('locateKeys', () => {
  test('agrees with the parser on every document that it accepts', () => {
    let accepted = 0;
    let leaves = 0;
    fc.assert(
      fc.property(documents, ({text}) => {
        try {
          parse(text);
        } catch {
          return;
        }
        accepted += 1;
        leaves += check(text);
      }),
      {numRuns: 3000, seed: 20_240_601},
    );
    expect(accepted).toBeGreaterThan(600);
    expect(leaves).toBeGreaterThan(1000);
  });

  test('gives a table the place of its own header, even when a table below it came first', () => {
    const text = '[a.b]\nx = 1\n[a]\ny = 2\n';
    expect(locateKeys(text).keys.get('a')).toMatchObject({keyStart: 13, keyEnd: 14});
  });

  test('finds keys behind arrays of tables and in inline tables over several lines', () => {
    const text = '[[p.r]]\nid = 1\n[p.r.sub]\nk = {\n  a = 1, # one\n  b.c = [ "x",\n "y" ],\n}\n[[p.r]]\nid = 2\n';
    expect(check(text)).toBe(5);
    const second = locateKeys(text).keys.get('p')?.keys.get('r')?.items[1];
    expect(second?.keys.get('id')).toMatchObject({keyStart: text.lastIndexOf('id')});
  });
});
