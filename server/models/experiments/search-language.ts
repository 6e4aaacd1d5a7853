import { fail } from '../../platform/failure.ts';

export type Entity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset';
export type Comparator =
  | '='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'like'
  | 'ilike'
  | 'in'
  | 'not in'
  | 'is null'
  | 'is not null';

export interface Condition {
  entity: Entity;
  key: string;
  comparator: Comparator;
  value: string | number | readonly string[] | null;
}

export interface Order {
  entity: Entity;
  key: string;
  descending: boolean;
}

const entities: Readonly<Record<string, Entity>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  dataset: 'dataset',
  datasets: 'dataset',
};

const mostConditions = 50;

/** A name with its dots, each part plain or quoted by `"` or backticks; a number; a text; a sign. */
const token =
  /\s*(?:((?:[A-Za-z_]\w*\s*\.\s*)?(?:`[^`]*`|"[^"]*")|[A-Za-z_][\w./-]*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|'((?:[^'\\]|\\.|'')*)'|(!=|>=|<=|=|>|<|[(),]))/y;

type Token = { kind: 'name' | 'number' | 'text' | 'sign'; text: string; at: number };

/**
 * Reads the search language of MLflow: conditions joined by AND, such as
 * `metrics.auc > 0.8 AND params."a b" = '6' AND tags.team LIKE 'gen%' AND status IN ('FINISHED', 'FAILED')`.
 * Throws INVALID_INPUT.
 * https://mlflow.org/docs/latest/search-runs.html
 */
export function parseFilter(text: string): Condition[] {
  const reader = new Reader(text);
  if (reader.isAtEnd) return [];
  const conditions = [reader.condition()];
  while (!reader.isAtEnd) {
    reader.expectWord('and');
    conditions.push(reader.condition());
    if (conditions.length > mostConditions)
      fail('INVALID_INPUT', `Expected at most ${mostConditions} conditions in the filter.`, {
        field: 'filter',
      });
  }
  return conditions;
}

/** `metrics.auc DESC`; without a direction the order is ascending. Throws INVALID_INPUT. */
export function parseOrder(line: string): Order {
  const reader = new Reader(line, 'order_by');
  const { entity, key } = reader.name();
  const descending = reader.takeWord('desc');
  if (!descending) reader.takeWord('asc');
  if (!reader.isAtEnd) reader.refuse('ASC, DESC or the end');
  return { entity, key, descending };
}

class Reader {
  readonly #text: string;
  readonly #field: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(text: string, field = 'filter') {
    this.#text = text;
    this.#field = field;
    const end = text.trimEnd().length;
    token.lastIndex = 0;
    while (token.lastIndex < end) {
      const at = token.lastIndex;
      const found = token.exec(text);
      if (found === null) {
        this.#tokens.push({ kind: 'sign', text: text.slice(at).trim().slice(0, 20), at });
        break;
      }
      const [, name, number, quoted, sign = ''] = found;
      if (name !== undefined) this.#tokens.push({ kind: 'name', text: name, at });
      else if (number !== undefined) this.#tokens.push({ kind: 'number', text: number, at });
      else if (quoted !== undefined)
        this.#tokens.push({
          kind: 'text',
          text: quoted.replace(/''|\\(.)/g, (_, escaped) => escaped ?? "'"),
          at,
        });
      else this.#tokens.push({ kind: 'sign', text: sign, at });
    }
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  condition(): Condition {
    const named = this.name();
    const comparator = this.#comparator();
    if (comparator === 'is null' || comparator === 'is not null')
      return { ...named, comparator, value: null };
    if (comparator === 'in' || comparator === 'not in') return { ...named, comparator, value: this.#list() };
    return { ...named, comparator, value: this.#value() };
  }

  name(): { entity: Entity; key: string } {
    const { kind, text } = this.#next('a name such as metrics.auc');
    if (kind !== 'name') return this.refuse('a name such as metrics.auc', -1);
    const dot = /^\s*([A-Za-z_]\w*)\s*\./.exec(text);
    const entity = dot === null ? undefined : entities[(dot[1] ?? '').toLowerCase()];
    if (dot === null) return { entity: 'attribute', key: bare(text) };
    if (entity === undefined)
      return this.refuse('metrics, params, tags, attributes or datasets before the dot', -1);
    return { entity, key: bare(text.slice(dot[0].length).trim()) };
  }

  takeWord(word: string): boolean {
    const present = this.#tokens[this.#at];
    if (present?.kind !== 'name' || present.text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) this.refuse(word.toUpperCase());
  }

  refuse(expected: string, back = 0): never {
    const found = this.#tokens[this.#at + back];
    return fail(
      'INVALID_INPUT',
      `Expected ${expected} in ${this.#field}, given ${found === undefined ? 'nothing' : `"${found.text.slice(0, 60)}" at character ${found.at + 1}`} of: ${this.#text.slice(0, 200)}`,
      { field: this.#field },
    );
  }

  #comparator(): Comparator {
    const present = this.#tokens[this.#at];
    if (present?.kind === 'sign' && /^(?:!=|[<>]=?|=)$/.test(present.text)) {
      this.#at += 1;
      return present.text as Comparator;
    }
    if (this.takeWord('like')) return 'like';
    if (this.takeWord('ilike')) return 'ilike';
    if (this.takeWord('in')) return 'in';
    if (this.takeWord('not')) {
      this.expectWord('in');
      return 'not in';
    }
    if (this.takeWord('is')) {
      const isNot = this.takeWord('not');
      this.expectWord('null');
      return isNot ? 'is not null' : 'is null';
    }
    return this.refuse('a comparator (=, !=, >, >=, <, <=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL)');
  }

  #value(): string | number {
    const { kind, text } = this.#next('a value');
    if (kind === 'text') return text;
    if (kind === 'number') return Number(text);
    // A text in double quotes is read as a quoted name.
    if (kind === 'name' && text.startsWith('"')) return bare(text);
    return this.refuse('a number, or a text in quotes', -1);
  }

  #list(): string[] {
    const values: string[] = [];
    this.#sign('(');
    do {
      const value = this.#value();
      if (typeof value !== 'string') this.refuse('a text in quotes', -1);
      else values.push(value);
      if (values.length > 500) this.refuse('at most 500 values');
    } while (this.#takeSign(','));
    this.#sign(')');
    return values;
  }

  #takeSign(sign: string): boolean {
    const present = this.#tokens[this.#at];
    if (present?.kind !== 'sign' || present.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #sign(sign: string): void {
    if (!this.#takeSign(sign)) this.refuse(sign);
  }

  #next(expected: string): Token {
    const found = this.#tokens[this.#at];
    if (found === undefined) return this.refuse(expected);
    this.#at += 1;
    return found;
  }
}

const bare = (name: string): string => (/^["`]/.test(name) ? name.slice(1, -1) : name);
