import type {Diagnostic} from '../base/source.ts';
import {type JsonNode, type JsonObject, parseJsonText} from './json-text.ts';
import {TextPlaces} from './text-place.ts';
import type {KeyPlace} from './toml/key-positions.ts';
import {Section} from './toml/section.ts';

type Report = (diagnostic: Diagnostic) => void;

/**
 * A JSON file with comments as the kind of table that a TOML file is read as, so that both are held against a key vocabulary in the
 * same way. A key whose value is null counts as not written. Undefined, and an E_JSON with the place, when the text holds no object.
 */
export function parseJsonSection(file: string, text: string, report: Report): Section | undefined {
  const places = new TextPlaces(file, text);
  const node = parseJsonText(text, 'jsonc');
  if (node.kind === 'object') {
    reportDuplicates(node, places, report);
    return new Section(plainTable(node), keyPlace(node, node.start, node.end), places, places.origin(node.start));
  }
  const offset = node.kind === 'fault' ? node.offset : node.start;
  const message =
    node.kind === 'fault' ? `this is not JSON: ${node.message}` : `${file} must hold an object, "{ ... }"`;
  report({severity: 'error', code: 'E_JSON', message, origin: places.origin(offset)});
  return undefined;
}

function plainTable(node: JsonObject): Readonly<Record<string, unknown>> {
  const entries = node.entries.filter(({value}) => value.kind !== 'scalar' || value.value !== null);
  return Object.fromEntries(entries.map(({key, value}) => [key, plain(value)]));
}

function plain(node: JsonNode): unknown {
  if (node.kind === 'object') return plainTable(node);
  return node.kind === 'array' ? node.items.map(plain) : node.value;
}

function keyPlace(node: JsonNode, keyStart: number, keyEnd: number): KeyPlace {
  const entries = node.kind === 'object' ? node.entries : [];
  return {
    keyStart,
    keyEnd,
    valueStart: node.start,
    valueEnd: node.end,
    keys: new Map(entries.map((entry) => [entry.key, keyPlace(entry.value, entry.keyStart, entry.keyEnd)])),
    items: node.kind === 'array' ? node.items.map((item) => keyPlace(item, item.start, item.end)) : [],
  };
}

function reportDuplicates(node: JsonNode, places: TextPlaces, report: Report): void {
  if (node.kind === 'array') for (const item of node.items) reportDuplicates(item, places, report);
  if (node.kind !== 'object') return;
  const seen = new Set<string>();
  for (const {key, keyStart, keyEnd, value} of node.entries) {
    if (seen.has(key)) {
      const message = `"${key}" is written twice; the last one counts`;
      report({severity: 'warning', code: 'W_SAME_KEY', message, origin: places.origin(keyStart, keyEnd)});
    }
    seen.add(key);
    reportDuplicates(value, places, report);
  }
}
