import type {CacheKeyPart} from '../project.ts';

const expression = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
const fileHash = /^(?:hash|hash_file|file_hash|hashFiles)\(\s*(?:path\s*=\s*)?(?:'([^']*)'|"([^"]*)")\s*\)$/;
const variable =
  /^(?:env\.([A-Za-z_][A-Za-z0-9_]*)|(?:get_)?env\(\s*(?:name\s*=\s*)?(?:'([^']*)'|"([^"]*)")\s*\))(?:\s*\|\s*default\(\s*(?:value\s*=\s*)?(?:'([^']*)'|"([^"]*)")\s*\))?$/;

/**
 * A `cache_key` in its two written forms: files joined by a bar (`Cargo.toml|Cargo.lock`), or text with expressions in it
 * (`build-{{ env.SHA | default('local') }}-{{ hash('Cargo.lock') }}`). An expression that is not understood is given to `unknown`, and
 * counts as its own text.
 */
export function cacheKeyParts(text: string, unknown: (expression: string) => void): readonly CacheKeyPart[] {
  if (!text.includes('{{')) {
    return text
      .split('|')
      .flatMap((path): CacheKeyPart[] => (path.trim() === '' ? [] : [{kind: 'file', path: path.trim()}]));
  }
  const parts: CacheKeyPart[] = [];
  let end = 0;
  for (const match of text.matchAll(expression)) {
    if (match.index > end) parts.push({kind: 'text', text: text.slice(end, match.index)});
    parts.push(expressionPart(match[1] ?? '') ?? {kind: 'text', text: match[0]});
    if (expressionPart(match[1] ?? '') === undefined) unknown(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({kind: 'text', text: text.slice(end)});
  return parts;
}

function expressionPart(inner: string): CacheKeyPart | undefined {
  const file = fileHash.exec(inner);
  if (file !== null) return {kind: 'file', path: file[1] ?? file[2] ?? ''};
  const found = variable.exec(inner);
  if (found === null) return undefined;
  const fallback = found[4] ?? found[5];
  return {kind: 'env', name: found[1] ?? found[2] ?? found[3] ?? '', ...(fallback !== undefined && {fallback})};
}
