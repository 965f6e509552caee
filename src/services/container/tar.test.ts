import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {tarOf} from './tar.ts';

test.each([0, 1, 511, 512, 513, 3000])('an archive of %i bytes is understood by tar', (length) => {
  const text = 'x'.repeat(length);
  const input = tarOf('a-file.conf', text);
  expect(execFileSync('tar', ['-xO', 'a-file.conf'], {input, encoding: 'utf8'})).toBe(text);
  expect(execFileSync('tar', ['-tv'], {input, encoding: 'utf8'})).toMatch(/^-rw-r--r-- .* a-file\.conf\n$/);
});
