/** The part of JSON Schema (2020-12) that the API's bodies need; the same schemas stand in the OpenAPI file. */
export interface Schema {
  readonly type: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Of an object that stands for a map; else only `properties` are there. */
  readonly additionalProperties?: Schema | false;
}

export const TEXT: Schema = { type: 'string' };
export const NUMBER: Schema = { type: 'number' };
export const FLAG: Schema = { type: 'boolean' };
export const TEXTS: Schema = { type: 'array', items: TEXT };
/** A moment, milliseconds since 1970. */
export const TIME: Schema = {
  type: ['number', 'null'],
  description: 'milliseconds since 1970',
};

/** An object with these members and no others. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = Object.keys(properties),
): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** What does not fit, each with its place: `/block/0 is no string`; empty when all does. */
export function misfits(schema: Schema, value: unknown, at = ''): readonly string[] {
  const types = [schema.type].flat();
  const place = at === '' ? 'the body' : at;
  if (!types.includes(typeOf(value))) return [`${place} is no ${types.join(' or ')}`];
  if (schema.enum !== undefined && !schema.enum.some((one) => one === value)) {
    return [`${place} is none of ${schema.enum.join(', ')}`];
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    return value.flatMap((one, index) => misfits(items, one, `${at}/${index}`));
  }
  return typeOf(value) === 'object' ? objectMisfits(schema, value as object, at) : [];
}

function objectMisfits(schema: Schema, value: object, at: string): readonly string[] {
  const { properties = {}, required = [], additionalProperties = false } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  const members = Object.entries(value).flatMap(([name, member]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (known === false || known === undefined) return [`${at}/${name} is not known`];
    return misfits(known, member, `${at}/${name}`);
  });
  return [...missing.map((name) => `${at}/${name} is missing`), ...members];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
