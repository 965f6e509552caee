import fc from 'fast-check';
import {expect, test} from 'vitest';
import {load, warnings} from '../loaded-project.ts';
import {cacheKeyParts} from './cache-key.ts';

const parts = (text: string) => cacheKeyParts(text, (expression) => expect.unreachable(expression));

test('files joined by a bar', () => {
  expect(parts('Cargo.toml| Cargo.lock')).toEqual([
    {kind: 'file', path: 'Cargo.toml'},
    {kind: 'file', path: 'Cargo.lock'},
  ]);
});

test('expressions between text', () => {
  expect(parts(`{{ hash('Cargo.lock') }}`)).toEqual([{kind: 'file', path: 'Cargo.lock'}]);
  expect(parts(`{{env.A}}/{{- hash("b c") -}}`)).toEqual([
    {kind: 'env', name: 'A'},
    {kind: 'text', text: '/'},
    {kind: 'file', path: 'b c'},
  ]);
  expect(parts(`v1-{{ env.SHA | default('local') }}`)).toEqual([
    {kind: 'text', text: 'v1-'},
    {kind: 'env', name: 'SHA', fallback: 'local'},
  ]);
});

test('an expression that is not understood is named, and counts as its text', () => {
  const unknown: string[] = [];
  expect(cacheKeyParts('{{ now() }}', (expression) => unknown.push(expression))).toEqual([
    {kind: 'text', text: '{{ now() }}'},
  ]);
  expect(unknown).toEqual(['{{ now() }}']);
  expect(warnings(load('[lifecycle.a]\ncommand = "a"\ncache_key = "{{ now() }}"\n'))).toEqual([
    expect.stringContaining('W_CACHE_KEY make.toml:3:13 {{ now() }} is not understood'),
  ]);
});

test('no text between expressions gets lost', () => {
  const piece = fc.oneof(fc.constantFrom(`{{ env.A }}`, `{{ hash('f') }}`), fc.stringMatching(/^[a-z|/ -]*$/));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = `{{ env.X }}${pieces.join('')}`;
      const texts = parts(text).flatMap((part) => (part.kind === 'text' ? [part.text] : []));
      expect(texts.join('')).toBe(text.replace(/\{\{.*?\}\}/g, ''));
    }),
  );
});
