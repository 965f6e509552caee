import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'smol-toml';
import {describe, expect, test} from 'vitest';
import {makeTomlSchema} from './schema.ts';

type Schema = Readonly<Record<string, unknown>> | boolean;

const schema = JSON.parse(JSON.stringify(makeTomlSchema())) as Readonly<Record<string, unknown>>;

/** What a value breaks of a schema; knows the words that make.toml's schema uses, and fails on any other. */
function problems(rules: Schema, value: unknown, path: string): readonly string[] {
  if (typeof rules === 'boolean') return rules ? [] : [`${path} is not allowed`];
  return Object.entries(rules).flatMap(([word, rule]): readonly string[] => {
    const list = rule as readonly Schema[];
    switch (word) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
      case 'then':
      case 'else':
        return [];
      case '$ref':
        return problems(
          (schema.$defs as Record<string, Schema>)[String(rule).replace('#/$defs/', '')] ?? false,
          value,
          path,
        );
      case 'type':
        return [rule].flat().includes(typeName(value)) ||
          ([rule].flat().includes('number') && typeName(value) === 'integer')
          ? []
          : [`${path} is no ${String(rule)}`];
      case 'enum':
        return (rule as readonly unknown[]).includes(value) ? [] : [`${path} is none of ${String(rule)}`];
      case 'minimum':
        return typeof value !== 'number' || value >= Number(rule) ? [] : [`${path} is too small`];
      case 'maximum':
        return typeof value !== 'number' || value <= Number(rule) ? [] : [`${path} is too big`];
      case 'pattern':
        return typeof value !== 'string' || new RegExp(String(rule)).test(value) ? [] : [`${path} has another form`];
      case 'required':
        return (rule as readonly string[]).flatMap((key) =>
          !isObject(value) || key in value ? [] : [`${path}.${key} is missing`],
        );
      case 'anyOf':
        return list.some((one) => problems(one, value, path).length === 0)
          ? []
          : [`${path} is nothing of what it can be`];
      case 'items':
        return Array.isArray(value)
          ? value.flatMap((item, index) => problems(rule as Schema, item, `${path}[${index}]`))
          : [];
      case 'if':
        return problems(
          (problems(rule as Schema, value, path).length === 0 ? rules.then : rules.else) as Schema,
          value,
          path,
        );
      case 'properties':
      case 'patternProperties':
        return [];
      case 'additionalProperties':
        return isObject(value)
          ? Object.entries(value).flatMap(([key, inner]) => problems(ofKey(rules, key), inner, `${path}.${key}`))
          : [];
      default:
        throw new Error(`the schema uses "${word}"`);
    }
  });
}

function ofKey(rules: Readonly<Record<string, unknown>>, key: string): Schema {
  const properties = (rules.properties ?? {}) as Readonly<Record<string, Schema>>;
  const patterns = (rules.patternProperties ?? {}) as Readonly<Record<string, Schema>>;
  const pattern = Object.keys(patterns).find((source) => new RegExp(source).test(key));
  if (Object.hasOwn(properties, key)) return properties[key]!;
  return pattern === undefined ? (rules.additionalProperties as Schema) : patterns[pattern]!;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const check = (toml: string): readonly string[] => problems(schema, parse(toml), 'file');

describe('the JSON Schema', () => {
  test('accepts what the reader accepts, in each dialect', () => {
    expect(
      check(
        '[lifecycle.build]\ncommand = "b"\ntimeout = "90s"\nresources = {memory = "2GiB"}\nenv.production.commands = ["x"]\n[hooks]\nbefore_build = {commands = ["x"]}\n[workspace]\nmembers = ["a"]\n[workspace.web]\npath = "web"\n[security]\nx = 1\n',
      ),
    ).toEqual([]);
    expect(
      check('[phases.build]\nrequires = ["a"]\n[phases.build.hooks]\nbefore = ["x"]\n[performance]\nmax_workers = 2\n'),
    ).toEqual([]);
    expect(
      check(
        '[service.db]\nimage = "x"\nports = [80]\nallow = ["host-volumes"]\ninit = {sql = ["a.sql"]}\n[tasks.build]\nservices = ["db"]\nscript = ["a"]\nrun_task = [{name = "x"}]\n[tasks.build.linux]\ncommand = "y"\n[env.P]\nA = 1\n',
      ),
    ).toEqual([]);
  });

  test('points at wrong keys and values', () => {
    expect(check('[lifecycle.build]\ncomand = "b"\n')).toEqual(['file.lifecycle.build.comand is not allowed']);
    expect(check('[lifecycle.build]\ntimeout = "soon"\n')).toEqual(['file.lifecycle.build.timeout has another form']);
    expect(check('[lifecycle.build]\nretries = -1\n')).toEqual(['file.lifecycle.build.retries is too small']);
    expect(check('[workspace.web]\ndescription = "x"\n')).toHaveLength(1);
    expect(check('[hooks]\npre_build = ["x"]\n')).toEqual(['file.hooks.pre_build is not allowed']);
    expect(check('[tasks.build]\ncommands = ["x"]\n')).toEqual(['file.tasks.build.commands is not allowed']);
    expect(check('[service.db]\nallow = ["root"]\nports = [0]\npool = {mni = 1}\n')).toEqual([
      'file.service.db.allow[0] is none of privileged,host-volumes',
      'file.service.db.ports[0] is too small',
      'file.service.db.pool.mni is not allowed',
    ]);
  });

  test('describes every key', () => {
    const silent: string[] = [];
    const visit = (rules: unknown, path: string): void => {
      if (!isObject(rules)) return;
      for (const [key, inner] of Object.entries((rules.properties ?? {}) as object)) {
        if (!isObject(inner) || typeof inner.description !== 'string' || inner.description === '')
          silent.push(`${path}.${key}`);
      }
      for (const [key, inner] of Object.entries(rules)) visit(inner, `${path}.${key}`);
    };
    visit(schema, '');
    expect(silent).toEqual([]);
  });

  const corpus = join(import.meta.dirname, '../../../shared/corpus/make');
  test.skipIf(!existsSync(corpus))('accepts the real files (../shared/corpus/make)', () => {
    const refused = readdirSync(corpus).flatMap((name) =>
      check(readFileSync(join(corpus, name), 'utf8')).map((problem) => `${name}: ${problem}`),
    );
    expect(refused).toEqual([]);
  });
});
