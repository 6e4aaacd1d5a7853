import { nearestName } from '@stroma/kernel';
import { allowedFunctions, allowedTableFunctions } from './allowed-functions.ts';

/** The longest statement read, in characters. */
const maxSqlLength = 100_000;
/** Levels of the tree; a nested expression takes two. */
const maxDepth = 2400;
const maxSeriesLength = 10_000_000;

/** Why a statement was turned away, with where it says so: a byte offset in the UTF-8 of the statement. */
export class Refusal extends Error {
  readonly code: 'SQL_INVALID' | 'SQL_NOT_ALLOWED' | 'QUERY_FAILED';
  readonly offset: number | null;

  constructor(code: Refusal['code'], message: string, offset: number | null = null) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.offset = offset;
  }
}

export interface GateVerdict {
  /** The tables the statement reads, spelled as given by the caller. */
  tables: Set<string>;
}

/** ASCII only, as the engine compares names: other letters keep their case. */
export const foldName = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

type Node = { readonly [key: string]: unknown };
type Scope = ReadonlySet<string>;

const expressionClasses = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'LAMBDA',
  'LAMBDA_REF',
  'OPERATOR',
  'PARAMETER',
  'POSITIONAL_REFERENCE',
  'STAR',
  'SUBQUERY',
  'WINDOW',
]);
const queryNodes = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE']);
const passiveTableNodes = new Set(['EMPTY', 'EXPRESSION_LIST', 'JOIN', 'PIVOT', 'SUBQUERY']);
const tableNodes = new Set([...passiveTableNodes, 'BASE_TABLE', 'TABLE_FUNCTION', 'SHOW_REF']);

/** What sorts, limits and describes types: holds nothing but expressions. */
const plainNodes = /^(?:[A-Z]+(?:_PERCENT)?_MODIFIER|ORDER_DEFAULT|ASCENDING|DESCENDING|[A-Z_]+_TYPE_INFO)$/;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const offsetOf = (node: Node): number | null =>
  typeof node.query_location === 'number' ? node.query_location : null;
const refuse = (what: string, node: Node): never => {
  throw new Refusal('SQL_NOT_ALLOWED', what, offsetOf(node));
};

/**
 * Walks the engine's own parse tree of one statement and refuses whatever it does not know to be harmless:
 * every table must be a source or a common table expression in scope, every function must be listed.
 */
class Gate {
  readonly tables = new Set<string>();
  readonly #sources: ReadonlyMap<string, string>;

  constructor(sourceNames: readonly string[]) {
    this.#sources = new Map(sourceNames.map((name) => [foldName(name), name]));
  }

  visit(value: unknown, scope: Scope, depth: number): void {
    if (!isNode(value)) return;
    if (depth > maxDepth) throw new Refusal('SQL_NOT_ALLOWED', 'The statement is nested too deeply.');
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, scope, depth + 1);
      return;
    }
    if (typeof value.class === 'string') this.#expression(value);
    else if (typeof value.type === 'string') {
      if (queryNodes.has(value.type)) {
        this.#query(value, scope, depth);
        return;
      }
      if (tableNodes.has(value.type)) this.#table(value, scope);
      else if (!plainNodes.test(value.type))
        refuse(`Clauses of the kind ${value.type} are not run here.`, value);
    }
    if (value.class === 'CONSTANT') return;
    this.#children(value, scope, depth);
  }

  #children(node: Node, scope: Scope, depth: number): void {
    for (const key of Object.keys(node)) this.visit(node[key], scope, depth + 1);
  }

  /** A common table expression sees those before it, and itself only when it is recursive. */
  #query(node: Node, scope: Scope, depth: number): void {
    let inner = scope;
    const map = isNode(node.cte_map) ? node.cte_map.map : undefined;
    for (const entry of Array.isArray(map) ? map : []) {
      if (!isNode(entry)) continue;
      const name = foldName(textOf(entry.key));
      this.visit(entry.value, inner, depth + 1);
      inner = new Set([...inner, name]);
    }
    if (node.type === 'RECURSIVE_CTE_NODE' || node.type === 'CTE_NODE') {
      const name = foldName(textOf(node.cte_name));
      if (node.type === 'CTE_NODE') this.visit(node.query, inner, depth + 1);
      inner = new Set([...inner, name]);
    }
    for (const key of Object.keys(node)) {
      if (key === 'cte_map' || (key === 'query' && node.type === 'CTE_NODE')) continue;
      this.visit(node[key], inner, depth + 1);
    }
  }

  #expression(node: Node): void {
    const kind = textOf(node.class);
    if (!expressionClasses.has(kind)) refuse(`Expressions of the kind ${kind} are not run here.`, node);
    if (kind === 'FUNCTION' || kind === 'WINDOW') this.#function(node);
  }

  #function(node: Node): void {
    const name = foldName(textOf(node.function_name));
    if (node.export_state === true) refuse('EXPORT_STATE is not run here.', node);
    if (!allowedFunctions.has(name) && !allowedTableFunctions.has(name)) this.#unknownFunction(name, node);
    if (name === 'generate_series' || name === 'range') this.#series(node);
  }

  #unknownFunction(name: string, node: Node): never {
    const nearest = nearestName(name, allowedFunctions);
    const hint = nearest ? ` Did you mean ${nearest}?` : '';
    throw new Refusal(
      'SQL_NOT_ALLOWED',
      `The function ${name.slice(0, 100)} cannot be called here.${hint}`,
      offsetOf(node),
    );
  }

  /** A series written with plain numbers is refused when it is plainly too long. */
  #series(node: Node): void {
    const numbers = (Array.isArray(node.children) ? node.children : []).map(constantNumber);
    if (numbers.some((number) => number === null)) return;
    const [first, second, step] = numbers as number[];
    const from = second === undefined ? 0 : (first ?? 0);
    const to = second === undefined ? (first ?? 0) : second;
    if (Math.abs((to - from) / (step || 1)) > maxSeriesLength) {
      refuse(`A series may have at most ${maxSeriesLength.toLocaleString('en')} values.`, node);
    }
  }

  #table(node: Node, scope: Scope): void {
    const kind = textOf(node.type);
    if (passiveTableNodes.has(kind)) return;
    if (kind === 'BASE_TABLE') this.#baseTable(node, scope);
    else if (kind === 'TABLE_FUNCTION') this.#tableFunction(node);
    else this.#show(node);
  }

  #baseTable(node: Node, scope: Scope): void {
    const name = textOf(node.table_name);
    const schema = foldName(textOf(node.schema_name));
    const catalog = foldName(textOf(node.catalog_name));
    const folded = foldName(name);
    if (schema === '' && catalog === '' && scope.has(folded)) return;
    const source = this.#sources.get(folded);
    const qualified = (schema === '' || schema === 'main') && (catalog === '' || catalog === 'memory');
    if (source !== undefined && qualified) {
      this.tables.add(source);
      return;
    }
    const written = [textOf(node.catalog_name), textOf(node.schema_name), name].filter((part) => part !== '');
    const known = [...this.#sources.values(), ...scope];
    const nearest = nearestName(name, known);
    const readable = known
      .slice(0, 20)
      .map((table) => `"${table}"`)
      .join(', ');
    throw new Refusal(
      'SQL_INVALID',
      `There is no table "${written.join('.').slice(0, 200)}" here.${nearest ? ` Did you mean "${nearest}"?` : ''} ` +
        (known.length > 0 ? `Tables that can be read: ${readable}.` : 'No table was given to read.'),
      offsetOf(node),
    );
  }

  #tableFunction(node: Node): void {
    const call = isNode(node.function) ? node.function : {};
    const name = foldName(textOf(call.function_name));
    if (call.class !== 'FUNCTION' || !allowedTableFunctions.has(name)) {
      refuse(
        `The table function ${name.slice(0, 100)} cannot be called here. ` +
          `Read the tables by their names; ${[...allowedTableFunctions].join(', ')} may be called.`,
        node,
      );
    }
  }

  #show(node: Node): void {
    const kind = textOf(node.show_type);
    if ((kind === 'DESCRIBE' || kind === 'SUMMARY') && isNode(node.query)) return;
    if (kind === 'SHOW_UNQUALIFIED' && node.table_name === '"tables"') {
      for (const name of this.#sources.values()) this.tables.add(name);
      return;
    }
    refuse('Only DESCRIBE, SUMMARIZE and SHOW TABLES may look at what there is.', node);
  }
}

function constantNumber(value: unknown): number | null {
  if (!isNode(value)) return null;
  if (value.class === 'FUNCTION' && value.function_name === '-' && Array.isArray(value.children)) {
    const inner = value.children.length === 1 ? constantNumber(value.children[0]) : null;
    return inner === null ? null : -inner;
  }
  if (value.class === 'CAST') return constantNumber(value.child);
  if (value.class !== 'CONSTANT' || !isNode(value.value)) return null;
  const number = Number(value.value.value);
  const scale =
    isNode(value.value.type) && isNode(value.value.type.type_info) ? value.value.type.type_info.scale : 0;
  return Number.isFinite(number) ? number / 10 ** (typeof scale === 'number' ? scale : 0) : null;
}

/** Refuses by shape alone, before any parser sees the text. */
export function checkText(sql: string): void {
  if (sql.length > maxSqlLength) {
    throw new Refusal(
      'SQL_NOT_ALLOWED',
      `A statement may be at most ${maxSqlLength} characters long; this one has ${sql.length}.`,
    );
  }
  if (sql.includes('\0') || !sql.isWellFormed()) {
    throw new Refusal('SQL_INVALID', 'The statement holds a NUL or half of a surrogate pair.');
  }
  if (sql.trim() === '') throw new Refusal('SQL_INVALID', 'The statement is empty.');
}

/**
 * Checks the tree `json_serialize_sql` gave for a statement.
 * @throws Refusal with the code, message and place.
 */
export function checkTree(tree: unknown, sourceNames: readonly string[]): GateVerdict {
  const statements = isNode(tree) && Array.isArray(tree.statements) ? tree.statements : [];
  if (statements.length !== 1) {
    throw new Refusal('SQL_NOT_ALLOWED', `Expected one statement, got ${statements.length}.`);
  }
  const gate = new Gate(sourceNames);
  const [statement] = statements;
  if (!isNode(statement) || !isNode(statement.node) || !queryNodes.has(textOf(statement.node.type))) {
    throw new Refusal('SQL_NOT_ALLOWED', 'Only SELECT statements are run.');
  }
  gate.visit(statement.node, new Set(), 0);
  return { tables: gate.tables };
}
