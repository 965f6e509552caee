import {makeReaders} from './dialects/make-file.ts';
import type {KeySpec, NameSpec, TableSpec} from './vocabulary/key-spec.ts';
import {valueKinds} from './vocabulary/value-types.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (draft 2020-12) of make.toml, for editors: which dialect a file has is told by its tables, as the reader does. Made
 * from the same vocabulary that the reader checks with.
 */
export function makeTomlSchema(): object {
  const shapes = new Shapes();
  const {tasks, phases, lifecycle} = {
    tasks: shapes.table(makeReaders['cargo-make'].keys),
    phases: shapes.table(makeReaders.phases.keys),
    lifecycle: shapes.table(makeReaders.lifecycle.keys),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'make.toml',
    description: 'A delivery pipeline for paceline.',
    type: 'object',
    if: {required: ['tasks']},
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: tasks,
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    else: {if: {required: ['phases']}, then: phases, else: lifecycle},
    $defs: shapes.definitions,
  };
}

/** Turns table specs into schemas; the ones with an id become definitions, which also ends the recursion of shapes that hold themselves. */
class Shapes {
  readonly definitions: Record<string, Schema> = {};

  table(spec: TableSpec): Schema {
    if (spec.id === undefined) return this.#tableSchema(spec);
    if (!Object.hasOwn(this.definitions, spec.id)) {
      this.definitions[spec.id] = {};
      this.definitions[spec.id] = this.#tableSchema(spec);
    }
    return {$ref: `#/$defs/${spec.id}`};
  }

  #tableSchema({keys, names = []}: TableSpec): Schema {
    const required = Object.keys(keys).filter((key) => keys[key]?.required === true);
    const patterns = Map.groupBy(
      names.filter(({pattern}) => pattern !== undefined),
      ({pattern}) => pattern?.source ?? '',
    );
    const free = names.filter(({pattern}) => pattern === undefined);
    return {
      type: 'object',
      ...(Object.keys(keys).length > 0 && {properties: mapped(keys, (spec) => this.#key(spec))}),
      ...(patterns.size > 0 && {
        patternProperties: Object.fromEntries([...patterns].map(([source, specs]) => [source, this.#any(specs)])),
      }),
      additionalProperties: free.length > 0 && this.#any(free),
      ...(required.length > 0 && {required}),
    };
  }

  #any(names: readonly NameSpec[]): Schema {
    const [first, ...rest] = names.map(({spec}) => this.#key(spec));
    return first !== undefined && rest.length === 0 ? first : {anyOf: [first, ...rest]};
  }

  #key(spec: KeySpec): Schema {
    const kinds = spec.types.map((type): Schema => {
      if (type === 'table' && spec.table !== undefined) return this.table(spec.table);
      if (type === 'tables' && spec.items !== undefined) return {type: 'array', items: this.table(spec.items)};
      if (type === 'mixed list' && spec.items !== undefined) {
        return {type: 'array', items: {anyOf: [{type: 'string'}, this.table(spec.items)]}};
      }
      if (type === 'string' && spec.choices !== undefined) return {enum: spec.choices};
      if (type === 'strings' && spec.choices !== undefined) return {type: 'array', items: {enum: spec.choices}};
      return valueKinds[type].schema;
    });
    const [only, ...others] = kinds;
    return {description: description(spec), ...(others.length === 0 ? only : {anyOf: kinds})};
  }
}

function description(spec: KeySpec): string {
  if (spec.closed === true) return `Not acted on: ${spec.doc}.`;
  const reason = spec.inherent === undefined ? spec.unsupported?.(undefined) : undefined;
  return reason === undefined ? spec.doc : `${spec.doc} Not acted on: ${reason}.`;
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
