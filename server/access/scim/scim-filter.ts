import { refuse } from './scim-errors.ts';

type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
type Literal = string | number | boolean | null;

export interface AttributePath {
  name: string;
  sub: string | null;
}

export type Filter =
  | { kind: 'and'; left: Filter; right: Filter }
  | { kind: 'or'; left: Filter; right: Filter }
  | { kind: 'not'; inner: Filter }
  | { kind: 'present'; path: AttributePath }
  | { kind: 'compare'; path: AttributePath; operator: Operator; value: Literal }
  /** `emails[type eq "work"]`: one value of a list for which the inner filter holds. */
  | { kind: 'some'; path: AttributePath; inner: Filter };

const operators = new Set<string>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const deepest = 20;

const token = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;

/**
 * Reads a filter: `userName eq "ada" and (emails[type eq "work"] or not (active eq false))`. Names and operators
 * are read without regard to case. RFC 7644, section 3.4.2.2. Throws INVALID_INPUT (invalidFilter).
 */
export function parseFilter(text: string): Filter {
  const reader = new FilterReader(tokensOf(text));
  const filter = reader.disjunction(0);
  reader.end();
  return filter;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text);
    if (found === null) return refuse('invalidFilter', `The filter cannot be read: ${text.slice(0, 200)}`);
    tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return tokens;
}

class FilterReader {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  disjunction(depth: number): Filter {
    if (depth > deepest) refuse('invalidFilter', `The filter is nested more than ${deepest} deep.`);
    let left = this.#conjunction(depth);
    while (this.#take('or')) left = { kind: 'or', left, right: this.#conjunction(depth) };
    return left;
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#expected('the end of the filter');
  }

  #conjunction(depth: number): Filter {
    let left = this.#term(depth);
    while (this.#take('and')) left = { kind: 'and', left, right: this.#term(depth) };
    return left;
  }

  #term(depth: number): Filter {
    if (this.#take('not')) {
      if (!this.#take('(')) this.#expected('( after not');
      return { kind: 'not', inner: this.#closing(depth, ')') };
    }
    if (this.#take('(')) return this.#closing(depth, ')');
    const path = readPath(this.#next('an attribute'));
    if (this.#take('[')) return { kind: 'some', path, inner: this.#closing(depth, ']') };
    const operator = this.#next('an operator').toLowerCase();
    if (operator === 'pr') return { kind: 'present', path };
    if (!operators.has(operator)) this.#expected('an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr)');
    return {
      kind: 'compare',
      path,
      operator: operator as Operator,
      value: readLiteral(this.#next('a value')),
    };
  }

  #closing(depth: number, mark: string): Filter {
    const inner = this.disjunction(depth + 1);
    if (!this.#take(mark)) this.#expected(mark);
    return inner;
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #next(what: string): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) return this.#expected(what);
    this.#at += 1;
    return found;
  }

  #expected(what: string): never {
    const found = this.#tokens[this.#at];
    return refuse('invalidFilter', `Expected ${what} in the filter, given ${found ?? 'nothing'}.`);
  }
}

/** `urn:...:User:name.givenName` is the attribute `name`, its part `givenName`. */
export function readPath(text: string): AttributePath {
  const bare = text.replace(/^urn:[a-z0-9:.-]*:(?=[a-z$])/i, '');
  const [name = '', sub, ...rest] = bare.split('.');
  if (
    !/^[a-z$][\w$-]*$/i.test(name) ||
    (sub !== undefined && !/^[a-z$][\w$-]*$/i.test(sub)) ||
    rest.length > 0
  )
    return refuse('invalidPath', `${text.slice(0, 100)} is not the path of an attribute.`);
  return { name, sub: sub ?? null };
}

function readLiteral(text: string): Literal {
  try {
    const value = JSON.parse(/^(true|false|null)$/i.test(text) ? text.toLowerCase() : text) as unknown;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Literal;
  } catch {
    // Told below: what is no JSON is no value of a filter either.
  }
  return refuse(
    'invalidFilter',
    `Expected a text in quotes, a number, true, false or null, given ${text.slice(0, 100)}.`,
  );
}

type Resource = Record<string, unknown>;

/** Whether a resource, as the protocol shows it, is what the filter asks for. Texts compare without regard to case. */
export function matches(filter: Filter, resource: Resource): boolean {
  if (filter.kind === 'and') return matches(filter.left, resource) && matches(filter.right, resource);
  if (filter.kind === 'or') return matches(filter.left, resource) || matches(filter.right, resource);
  if (filter.kind === 'not') return !matches(filter.inner, resource);
  if (filter.kind === 'some')
    return listOf(attributeOf(resource, filter.path.name)).some(
      (each) => isResource(each) && matches(filter.inner, each),
    );
  const values = valuesAt(resource, filter.path);
  if (filter.kind === 'present')
    return values.some((value) => value !== null && value !== undefined && value !== '');
  if (filter.operator === 'ne') return !values.some((value) => compare(value, 'eq', filter.value));
  if (values.length === 0) return filter.operator === 'eq' && filter.value === null;
  return values.some((value) => compare(value, filter.operator, filter.value));
}

function valuesAt(resource: Resource, { name, sub }: AttributePath): unknown[] {
  return listOf(attributeOf(resource, name)).flatMap((each) => {
    if (sub !== null) return isResource(each) ? listOf(attributeOf(each, sub)) : [];
    // `emails co "@example.org"` speaks of the value of each.
    return isResource(each) && 'value' in each ? [each.value] : [each];
  });
}

export function attributeOf(resource: Resource, name: string): unknown {
  const key = Object.keys(resource).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : resource[key];
}

const listOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(given: unknown, operator: Operator, wanted: Literal): boolean {
  if (typeof given === 'string' && typeof wanted === 'string') {
    const [a, b] = [given.toLowerCase(), wanted.toLowerCase()];
    if (operator === 'co') return a.includes(b);
    if (operator === 'sw') return a.startsWith(b);
    if (operator === 'ew') return a.endsWith(b);
    return ordered(a < b ? -1 : a > b ? 1 : 0, operator);
  }
  if (typeof given === 'number' && typeof wanted === 'number') return ordered(given - wanted, operator);
  return operator === 'eq' && given === wanted;
}

function ordered(sign: number, operator: Operator): boolean {
  if (operator === 'eq') return sign === 0;
  if (operator === 'gt') return sign > 0;
  if (operator === 'ge') return sign >= 0;
  if (operator === 'lt') return sign < 0;
  return operator === 'le' && sign <= 0;
}
