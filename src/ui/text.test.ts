import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {duration, plural} from '../base/figures.ts';
import {clipped, harmless, lastLines, oneLine} from './text.ts';

test.each([
  [0, '<1 ms'],
  [0.99, '<1 ms'],
  [1, '1 ms'],
  [999.4, '999 ms'],
  [999.5, '1.00 s'],
  [3412, '3.41 s'],
  [9994, '9.99 s'],
  [9995, '10.0 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 00 s'],
  [119_499, '1 min 59 s'],
  [119_500, '2 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_600_000, '60 min 00 s'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('counts', () => {
  expect([plural(0, 'task'), plural(1, 'task'), plural(2, 'task')]).toEqual(['0 tasks', '1 task', '2 tasks']);
});

test.each([
  ['\x1b[31mred\x1b[0m\x1b[2K\x1b[1Ax', 'redx', '\x1b[31mred\x1b[0mx'],
  ['\x1b[38;2;1;2;3mx\x1b[m', 'x', '\x1b[38;2;1;2;3mx\x1b[m'],
  ['\x1b]0;title\x07x', 'x', 'x'],
  ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link', 'link'],
  ['\x1b(B\x1b[?25lx\x1b[?25h', 'x', 'x'],
  ['10%\r50%\r100%\n', '100%\n', '100%\n'],
  ['10%\x1b[K\r100%\x1b[K\r\nb\r\n', '100%\nb\n', '100%\nb\n'],
  ['working\r', 'working', 'working'],
  ['a\r\r\nb', 'a\nb', 'a\nb'],
  ['tab\tline\n', 'tab\tline\n', 'tab\tline\n'],
  ['\x00\x07\x08\x7f|\x1b', '\ufffd\ufffd\ufffd\ufffd|\ufffd', '\ufffd\ufffd\ufffd\ufffd|\ufffd'],
])('%j is harmless', (text, plain, coloured) => {
  expect(harmless(text, false)).toBe(plain);
  expect(harmless(text, true)).toBe(coloured);
});

const output = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\x1b', '[', ']', '0', ';', 'm', 'K', 'A', '\r', '\n', '\t', '\x07', '\x9b', 'a', 'ü'),
    fc.string({unit: 'binary', maxLength: 1}),
  ),
  maxLength: 40,
});

test('whatever a program writes, no control character but line breaks, tabs and looks comes through', () => {
  fc.assert(
    fc.property(output, fc.boolean(), (text, colour) => {
      const looks = new RegExp(`${String.fromCharCode(27)}\\[[\\d;:]*m`, 'g');
      const shown = harmless(text, colour);
      const rest = colour ? shown.replaceAll(looks, '') : shown;
      expect([...rest].filter((character) => character < ' ' && !'\n\r\t'.includes(character))).toEqual([]);
    }),
  );
});

test('a name stays in its line', () => {
  expect(oneLine('a\nb\t\x1b[2J"\u2028\x9b ü')).toBe(String.raw`a\nb\t\u001b[2J"\u2028\u009b ü`);
});

test('clips a text to one line', () => {
  expect(clipped('a\n  b\nc', 20)).toBe('a ; b ; c');
  expect(clipped('12345', 5)).toBe('12345');
  expect(clipped('123456', 5)).toBe('1234…');
  expect(clipped('123456', 0)).toBe('…');
});

test('takes the last lines', () => {
  expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc');
  expect(lastLines('a\n\n', 2)).toBe('a\n');
  expect(lastLines('a', 5)).toBe('a');
});
