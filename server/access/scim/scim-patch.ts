import type { ScimPatch } from '@stroma/contracts';
import { refuse } from './scim-errors.ts';
import { attributeOf, type Filter, isResource, matches, parseFilter, readPath } from './scim-filter.ts';

type Resource = Record<string, unknown>;
type Operation = ScimPatch['Operations'][number];

interface Target {
  name: string;
  filter: Filter | null;
  sub: string | null;
}

/**
 * The resource after the operations; the one given stays as it is. RFC 7644, section 3.5.2. Throws INVALID_INPUT
 * (invalidPath, noTarget, invalidValue).
 */
export function applyPatch(resource: Resource, operations: readonly Operation[]): Resource {
  const result = structuredClone(resource);
  for (const operation of operations) applyOne(result, operation);
  return result;
}

function applyOne(resource: Resource, { op, path, value }: Operation): void {
  if (path === undefined || path === '') {
    if (op === 'remove') refuse('noTarget', 'An operation that removes needs a path.');
    if (!isResource(value))
      refuse('invalidValue', 'An operation without a path needs an object as its value.');
    // Some directories write paths as the names of the object: `{ "name.givenName": "Ada" }`.
    for (const [name, each] of Object.entries(value))
      if (name !== 'schemas') put(resource, op, readTarget(name), each);
    return;
  }
  const target = readTarget(path);
  if (op === 'remove') remove(resource, target, value);
  else put(resource, op, target, value);
}

function readTarget(path: string): Target {
  const [, before = '', inner, sub] = /^([^[\]]+)(?:\[(.*)\](?:\.([\w$-]+))?)?$/s.exec(path.trim()) ?? [];
  if (before === '') return refuse('invalidPath', `${path.slice(0, 100)} is not the path of an attribute.`);
  const attribute = readPath(before);
  if (inner === undefined) return { name: attribute.name, filter: null, sub: attribute.sub };
  return { name: attribute.name, filter: parseFilter(inner), sub: sub ?? null };
}

function put(resource: Resource, op: Operation['op'], { name, filter, sub }: Target, value: unknown): void {
  const key = keyOf(resource, name);
  const present = resource[key];
  if (filter !== null) {
    putSelected(resource, key, filter, sub, value);
  } else if (sub !== null) {
    const parent = isResource(present) ? present : {};
    parent[keyOf(parent, sub)] = value;
    resource[key] = parent;
  } else if (op === 'add' && Array.isArray(present)) {
    resource[key] = [
      ...present,
      ...asList(value).filter((each) => !present.some((other) => same(other, each))),
    ];
  } else if (isResource(present) && isResource(value)) {
    resource[key] = { ...present, ...value };
  } else {
    resource[key] = value;
  }
}

/** `emails[type eq "work"].value`: where no value is so yet, one that is so is made. */
function putSelected(
  resource: Resource,
  key: string,
  filter: Filter,
  sub: string | null,
  value: unknown,
): void {
  const list = asList(resource[key]).filter(isResource);
  const chosen = list.filter((each) => matches(filter, each));
  if (chosen.length === 0) {
    const made = { ...equalities(filter) };
    list.push(made);
    chosen.push(made);
  }
  for (const each of chosen) {
    if (sub !== null) each[keyOf(each, sub)] = value;
    else if (isResource(value)) Object.assign(each, value);
    else refuse('invalidValue', 'A value of a list is an object.');
  }
  resource[key] = list;
}

function remove(resource: Resource, { name, filter, sub }: Target, value: unknown): void {
  const key = keyOf(resource, name);
  const present = resource[key];
  if (filter === null && sub !== null) {
    if (isResource(present)) delete present[keyOf(present, sub)];
  } else if (filter === null && Array.isArray(present) && value !== undefined) {
    // Not in the standard, but sent: the members to remove stand in the value.
    const gone = asList(value);
    resource[key] = present.filter((each) => !gone.some((other) => same(each, other)));
  } else if (filter === null) {
    delete resource[key];
  } else if (Array.isArray(present)) {
    const isChosen = (each: unknown) => isResource(each) && matches(filter, each);
    if (sub === null) resource[key] = present.filter((each) => !isChosen(each));
    else for (const each of present) if (isChosen(each) && isResource(each)) delete each[keyOf(each, sub)];
  }
}

const keyOf = (resource: Resource, name: string): string =>
  Object.keys(resource).find((each) => each.toLowerCase() === name.toLowerCase()) ?? name;

const asList = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

function same(one: unknown, other: unknown): boolean {
  if (isResource(one) && isResource(other) && attributeOf(one, 'value') !== undefined)
    return attributeOf(one, 'value') === attributeOf(other, 'value');
  return JSON.stringify(one) === JSON.stringify(other);
}

function equalities(filter: Filter): Resource {
  if (filter.kind === 'and') return { ...equalities(filter.left), ...equalities(filter.right) };
  if (filter.kind === 'compare' && filter.operator === 'eq') return { [filter.path.name]: filter.value };
  return refuse('noTarget', 'No value is so, and the filter does not say what a new one would be.');
}
