import fc from 'fast-check';
import { z } from 'zod';
import { anyCodePoint } from '../platform/any-text.suite.ts';

/** The part of JSON Schema that zod writes. */
interface Shape {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: boolean | Shape;
  propertyNames?: Shape;
  items?: Shape;
  prefixItems?: Shape[];
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  $ref?: string;
  $defs?: Record<string, Shape>;
}

/** Ids to choose from, by prefix (`ds`), for whatever asks for one. */
export type Ids = (prefix: string) => string[];

const idPattern = /^\^([a-z]{2,4})_/;

/** Inputs a schema takes, as far as its JSON Schema says; what it checks beyond that may still refuse them. */
export function validInputs(schema: z.ZodType, ids: Ids): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  return valuesOf(root, { ids, defs: root.$defs ?? {}, root }, 0);
}

interface Sight {
  ids: Ids;
  defs: Record<string, Shape>;
  root: Shape;
}

function valuesOf(shape: Shape, sight: Sight, depth: number): fc.Arbitrary<unknown> {
  const { $ref, const: constant, enum: options } = shape;
  if (depth > 6) return fc.constant(null);
  if ($ref !== undefined) {
    const name = /^#\/\$defs\/(.+)$/.exec($ref)?.[1];
    const target = name === undefined ? sight.root : (sight.defs[name] ?? {});
    return valuesOf(target, sight, depth + 1);
  }
  if (constant !== undefined) return fc.constant(constant);
  if (options !== undefined) return fc.constantFrom(...options);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valuesOf(each, sight, depth + 1)));
  if (shape.allOf !== undefined)
    return fc
      .tuple(...shape.allOf.map((each) => valuesOf(each, sight, depth + 1)))
      .map((parts) =>
        parts.every((part) => typeof part === 'object') ? Object.assign({}, ...parts) : parts[0],
      );
  const type = Array.isArray(shape.type) ? shape.type[0] : shape.type;
  if (type === 'object') return objectsOf(shape, sight, depth);
  if (type === 'array') return arraysOf(shape, sight, depth);
  if (type === 'string') return textsOf(shape, sight);
  if (type === 'integer') return fc.integer(boundsOf(shape, 1));
  if (type === 'number') return fc.double({ ...boundsOf(shape, 0), noNaN: true, noDefaultInfinity: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string({ maxLength: 20 }));
}

function objectsOf(shape: Shape, sight: Sight, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(shape.properties ?? {});
  const required = new Set(shape.required ?? []);
  const named = fc.record(
    Object.fromEntries(properties.map(([key, each]) => [key, valuesOf(each, sight, depth + 1)])),
    { requiredKeys: properties.map(([key]) => key).filter((key) => required.has(key)) } as never,
  );
  if (typeof shape.additionalProperties !== 'object') return named;
  const keys =
    shape.propertyNames === undefined ? fc.string({ maxLength: 12 }) : textsOf(shape.propertyNames, sight);
  const more = fc.dictionary(keys, valuesOf(shape.additionalProperties, sight, depth + 1), { maxKeys: 3 });
  return fc.tuple(named, more).map(([a, b]) => ({ ...b, ...(a as object) }));
}

function arraysOf(shape: Shape, sight: Sight, depth: number): fc.Arbitrary<unknown> {
  if (shape.prefixItems !== undefined)
    return fc.tuple(...shape.prefixItems.map((each) => valuesOf(each, sight, depth + 1)));
  const minLength = shape.minItems ?? 0;
  return fc.array(valuesOf(shape.items ?? {}, sight, depth + 1), {
    minLength,
    maxLength: Math.min(shape.maxItems ?? 3, Math.max(3, minLength)),
  });
}

function boundsOf(shape: Shape, step: number): { min: number; max: number } {
  const min =
    shape.minimum ?? (shape.exclusiveMinimum === undefined ? -1000 : shape.exclusiveMinimum + (step || 1e-6));
  const max =
    shape.maximum ??
    (shape.exclusiveMaximum === undefined ? min + 1000 : shape.exclusiveMaximum - (step || 1e-6));
  return { min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31) };
}

function textsOf({ pattern, format, minLength = 0, maxLength }: Shape, { ids }: Sight): fc.Arbitrary<string> {
  const prefix = pattern === undefined ? undefined : idPattern.exec(pattern)?.[1];
  if (prefix !== undefined) return idsOf(prefix, ids);
  if (pattern?.startsWith('^[a-z]{2,4}_')) return idsOf('ds', ids);
  if (format === 'email') return fc.nat(999).map((n) => `person-${n}@example.org`);
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri')
    return fc.constantFrom('https://127.0.0.1/', 'http://idp.invalid/x', 'https://[::1]/y');
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (format === 'date') return fc.constant('2026-01-31');
  if (pattern !== undefined) return matching(new RegExp(pattern, 'u'), maxLength);
  const top = Math.max(minLength, Math.min(maxLength ?? 60, 60));
  return fc.oneof(
    fc.string({ minLength, maxLength: top, unit: 'grapheme' }),
    fc
      .constantFrom('select 1 as one', 'how many rows', 'name', 'csv')
      .map((text) => text.padEnd(minLength, ' x')),
  );
}

const samples = [
  'example.org',
  'lab.example.org',
  'name',
  'a',
  '1',
  '123456',
  '+491701234567',
  'https://example.org/',
];

/** Making what a pattern generates costs more than generating from it. */
const patterns = new Map<string, fc.Arbitrary<string>>();

function matching(pattern: RegExp, maxLength = 200): fc.Arbitrary<string> {
  // What looks ahead cannot be generated from its pattern.
  if (/\(\?[=!<]/.test(pattern.source)) {
    const fitting = samples.filter((each) => pattern.test(each));
    return fc.constantFrom(...(fitting.length > 0 ? fitting : samples));
  }
  const known = patterns.get(pattern.source) ?? fc.stringMatching(pattern);
  patterns.set(pattern.source, known);
  return known.map((text) => text.slice(0, maxLength));
}

const idsOf = (prefix: string, ids: Ids): fc.Arbitrary<string> => {
  const known = ids(prefix);
  const made = fc.uuid().map((uuid) => `${prefix}_${uuid}`);
  return known.length === 0 ? made : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, made);
};

/** A value in a place where nobody expects it. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    -(2 ** 53),
    2 ** 63,
    0.1,
    [],
    {},
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\u202egnp.exe',
    'İıſK',
    '👩‍🔬'.repeat(40),
    '\r\nset-cookie: stroma_session=x',
    "' or 1=1 --",
    "'; drop table users; --",
    '1; select pg_sleep(10)',
    "$1 || (select string_agg(token_hash, ',') from sessions)",
    "\\'; copy users to program 'id' --",
    '../../../../etc/passwd',
    '..%2f..%2f..%2fetc%2fpasswd',
    '..\\..\\windows\\win.ini',
    '/proc/self/environ',
    'file:///etc/passwd',
    'http://169.254.169.254/latest/meta-data/',
    '{{7*7}}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what somebody would send to a template engine
    '${7*7}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the same for another
    '${jndi:ldap://127.0.0.1/a}',
    '<%= process.env %>',
    '<script>alert(1)</script>',
    '=cmd|/c calc!A1',
    '%00',
    '%s%n%x',
    '(a+)+$',
    'NaN',
    'Infinity',
    'undefined',
    '__proto__',
    '9999-99-99T99:99:99Z',
    '-271821-04-20T00:00:00.000Z',
  ),
  fc.constantFrom(1_000, 20_000, 300_000).map((length) => 'x'.repeat(length)),
  fc.constantFrom(50, 2_000).map((depth) => nested(depth)),
  fc.constant(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}')),
  fc.array(fc.constant('x'), { minLength: 1_000, maxLength: 5_000 }),
  fc.string({ unit: anyCodePoint, maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A valid input with one thing wrong: a field gone, a field more, or a hostile value somewhere. */
export function spoiledInputs(schema: z.ZodType, ids: Ids): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      validInputs(schema, ids),
      hostileValues,
      fc.nat(),
      fc.constantFrom('replace', 'remove', 'add', 'whole'),
    )
    .map(([input, hostile, at, how]) => spoil(input, hostile, at, how));
}

function spoil(input: unknown, hostile: unknown, at: number, how: string): unknown {
  if (how === 'whole' || typeof input !== 'object' || input === null) return hostile;
  if (Array.isArray(input)) {
    if (how === 'add' || input.length === 0) return [...input, hostile];
    return input.map((each, index) =>
      index === at % input.length ? spoil(each, hostile, at, 'whole') : each,
    );
  }
  const keys = Object.keys(input);
  const key = keys[at % Math.max(1, keys.length)];
  if (how === 'add' || key === undefined)
    return { ...input, [typeof hostile === 'string' ? hostile.slice(0, 50) : 'extra']: hostile };
  const { [key]: value, ...rest } = input as Record<string, unknown>;
  if (how === 'remove') return rest;
  const inner =
    typeof value === 'object' && value !== null && at % 2 === 0
      ? spoil(value, hostile, at >> 1, how)
      : hostile;
  return { ...rest, [key]: inner };
}
