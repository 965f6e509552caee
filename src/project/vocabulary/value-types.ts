import {isTable} from '../toml/section.ts';
import {byteSize, durationMs} from '../units.ts';
import type {ValueType} from './key-spec.ts';

interface ValueKind {
  readonly accepts: (value: unknown) => boolean;
  /** For messages and the reference: "a text". */
  readonly words: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const isString = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isPattern = (value: unknown): boolean => {
  try {
    return typeof value === 'string' && new RegExp(value, 'm') instanceof RegExp;
  } catch {
    return false;
  }
};
const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

export const valueKinds: Readonly<Record<ValueType, ValueKind>> = {
  string: {accepts: isString, words: 'a text', schema: {type: 'string'}},
  boolean: {accepts: (value) => typeof value === 'boolean', words: 'true or false', schema: {type: 'boolean'}},
  count: {accepts: isCount, words: 'a whole number of at least 0', schema: {type: 'integer', minimum: 0}},
  port: {
    accepts: (value) => isCount(value) && Number(value) <= 65_535,
    words: 'a port from 0 to 65535',
    schema: {type: 'integer', minimum: 0, maximum: 65_535},
  },
  ports: {
    accepts: (value) => Array.isArray(value) && value.every((port) => isCount(port) && port > 0 && port <= 65_535),
    words: 'a list of ports from 1 to 65535',
    schema: {type: 'array', items: {type: 'integer', minimum: 1, maximum: 65_535}},
  },
  pattern: {accepts: isPattern, words: 'a regular expression', schema: {type: 'string', format: 'regex'}},
  number: {accepts: (value) => typeof value === 'number', words: 'a number', schema: {type: 'number'}},
  strings: {
    accepts: (value) => Array.isArray(value) && value.every(isString),
    words: 'a list of texts',
    schema: {type: 'array', items: {type: 'string'}},
  },
  duration: {
    accepts: (value) => durationMs(value) !== undefined,
    words: 'a time like "90s" or "2m", or a number of seconds',
    schema: {
      type: ['string', 'number'],
      pattern: '^\\s*\\d+(\\.\\d+)?\\s*((ms|s|min|m|h|d)\\s*(\\d+(\\.\\d+)?\\s*(ms|s|min|m|h|d)\\s*)*)?$',
      minimum: 0,
    },
  },
  size: {
    accepts: (value) => byteSize(value) !== undefined,
    words: 'a size like "512MB" or "2GiB", or a number of bytes',
    schema: {type: ['string', 'integer'], pattern: '^\\s*\\d+(\\.\\d+)?\\s*([kKmMgGtT]?([iI]?[bB])?)\\s*$', minimum: 0},
  },
  scalar: {
    accepts: isScalar,
    words: 'a text, a number, true or false',
    schema: {type: ['string', 'number', 'boolean']},
  },
  table: {accepts: isTable, words: 'a table', schema: {type: 'object'}},
  tables: {
    accepts: (value) => Array.isArray(value) && value.every(isTable),
    words: 'a list of tables',
    schema: {type: 'array', items: {type: 'object'}},
  },
  'mixed list': {
    accepts: (value) => Array.isArray(value) && value.every((item) => isString(item) || isTable(item)),
    words: 'a list of texts and tables',
    schema: {type: 'array', items: {type: ['string', 'object']}},
  },
  anything: {accepts: () => true, words: 'any value', schema: {}},
};

/** "a text or a list of texts". */
export function typeWords(types: readonly ValueType[]): string {
  return types.map((type) => valueKinds[type].words).join(' or ');
}

/** What a value is, in the words of the messages. */
export function valueWords(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.every(isString) ? 'a list of texts' : 'a list';
  return isTable(value) ? 'a table' : 'a date or time';
}
