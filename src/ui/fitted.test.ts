import {expect, test} from 'vitest';
import {columnsOf, fitted} from './fitted.ts';

test('wide characters take two columns, accents none', () => {
  expect(['build', '', 'é', 'e\u0301', '構建', 'テスト', '한글', '🚀', '✓', '…', '│'].map(columnsOf)).toEqual([
    5, 0, 1, 1, 4, 6, 4, 2, 1, 1, 1,
  ]);
  // not fewer than any terminal makes of it
  expect(columnsOf('👨‍👩‍👧')).toBeGreaterThanOrEqual(2);
  expect(columnsOf('❤\ufe0f')).toBe(2);
});

test('a line that is too long ends in dots, and no character is cut in two', () => {
  expect(fitted('build', 5)).toBe('build');
  expect(fitted('build', 4)).toBe('bui…');
  expect(fitted('構建', 4)).toBe('構建');
  expect(fitted('構建', 3)).toBe('構…');
  expect(fitted('構建', 2)).toBe('…');
  expect(fitted('🚀🚀🚀', 5)).toBe('🚀🚀…');
  expect(fitted('build', 1)).toBe('…');
  expect(fitted('build', 0)).toBe('');
});
