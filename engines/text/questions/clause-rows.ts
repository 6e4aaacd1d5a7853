import type { Clause, ClauseSpan } from './clauses.ts';
import { eventTables, tableNounAt } from './event-words.ts';
import { aggregate, column as columnNode, type QueryExpression } from './expression.ts';
import { conditionColumns, type Frame, type PlacedCondition } from './frame.ts';
import type { Comparison } from './lexicon/operators.ts';
import { moneyColumn } from './money.ts';
import { plan } from './plan.ts';
import { type ParseOptions, type Reading, readTokens } from './read-tokens.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import { conditionWords } from './sentence.ts';
import type { Token } from './tokens.ts';
import type { QuestionTable, WordMeaning } from './types.ts';
import { viewOf } from './views.ts';

interface Rows {
  view: PreparedTables;
  reading: Reading;
  words: WordMeaning[];
  confidence: number;
}

/** Reads a clause over the rows that point to its entity, or null where that is not what it says. */
export function rowsOfClause(
  span: ClauseSpan,
  tokens: Token[],
  all: PreparedTables,
  options: ParseOptions,
): Clause | null {
  const { entity } = span;
  const content = contentOf(span, tokens);
  const own = viewOf(all, entity).view;
  const money = span.asks.kind === 'number' && span.asks.of === 'money';
  if ((content.length === 0 && !money) || own === null) return null;
  const named = namedIn(content, all, entity);
  if (named === null) return null;
  // What each row of the entity points to is told of the row itself.
  if (
    named.length > 0 &&
    named.every((table) => own.paths.has(table)) &&
    named.some((table) => table !== entity)
  )
    return null;
  const children = all.tables
    .filter((table) => table !== entity)
    .map((table) => viewOf(all, table))
    .filter(({ view }) => view?.keys.has(entity) === true && named.every((table) => view.paths.has(table)))
    .sort((a, b) => (a.view?.paths.size ?? 0) - (b.view?.paths.size ?? 0));
  const found: Rows[] = [];
  for (const view of children) {
    const outcome = readTokens(content, view, options, { rowsOnly: true });
    if (outcome.reading === null) continue;
    const { frame } = outcome.reading;
    const outside = frame.conditions.every((item) =>
      conditionColumns(item).every((column) => !own.paths.has(column.table)),
    );
    if (money && moneyColumn(view.columns) === null) continue;
    const says = money || frame.conditions.length > 0 || named.some((table) => !own.paths.has(table));
    if (outside && says)
      found.push({ view, reading: outcome.reading, words: outcome.words, confidence: outcome.confidence });
  }
  const top = found.find((item) =>
    found.every(
      (other) => other === item || other.view.view?.paths.has(item.view.view?.base as QuestionTable) === true,
    ),
  );
  return top === undefined ? null : clauseOf(span, tokens, all, top);
}

/** The words of the content; with "treated by more than two doctors" the number between them is left out. */
function contentOf(span: ClauseSpan, tokens: Token[]): Token[] {
  const content = tokens.slice(span.content, span.to);
  if (span.asks.kind !== 'number') return content;
  const comparing =
    /^(?:more|fewer|less|than|at|least|most|exactly|over|under|greater|no|not|only|just|or|times|once|twice|multiple|several|total)$/;
  const numbers = /^(?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|ten)$/;
  if (span.content !== span.from)
    return content.filter((token) => !/^(?:or|more|fewer|less)$/.test(token.lower));
  return content.filter(
    (token) => !comparing.test(token.lower) && !numbers.test(token.lower) && !/^[<>=]$/.test(token.lower),
  );
}

/** The tables that the words name, as things or as what happened; null where one name is of several that could be. */
function namedIn(content: Token[], all: PreparedTables, entity: QuestionTable): QuestionTable[] | null {
  const named: QuestionTable[] = [];
  const points = (table: QuestionTable): boolean => viewOf(all, table).view?.keys.has(entity) === true;
  for (let at = 0; at < content.length; at += 1) {
    const noun = tableNounAt(content, at, all);
    const said = noun?.exact === true || (noun?.tables.length ?? 0) > 1 ? noun?.tables : undefined;
    const tables = said ?? eventTables(content[at] as Token, all);
    const fitting = tables.length > 1 ? tables.filter(points) : tables;
    if (fitting.length > 1 || (said !== undefined && fitting.length === 0)) return null;
    named.push(...fitting);
    at += (noun?.length ?? 1) - 1;
  }
  return named;
}

const opposite: Record<Comparison, Comparison> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const symbols: Record<Comparison, string> = {
  '=': 'exactly',
  '<>': 'other than',
  '<': 'fewer than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
};

function clauseOf(span: ClauseSpan, tokens: Token[], all: PreparedTables, rows: Rows): Clause | null {
  const { asks, entity } = span;
  const key = rows.view.view?.keys.get(entity);
  const base = rows.view.view?.base;
  if (key === undefined || base === undefined) return null;
  const counted = rows.reading.frame.outputs.find(
    (column) => column !== key && column.entityOf?.table !== entity,
  );
  const other = counted === undefined ? null : countedEntity(counted, rows.view, entity);
  if (asks.kind === 'number' && counted !== undefined && other === null) return null;
  const query = keysOf(rows, key);
  const money = asks.kind === 'number' && asks.of === 'money' ? moneyColumn(rows.view.columns) : null;
  // Entities with fewer rows than asked are also those with none at all.
  const withNone = asks.kind === 'number' && meets(0, asks.cmp, asks.count);
  if (asks.kind === 'number') {
    query.distinct = false;
    query.groupBy = [columnNode(key.table.name, key.name)];
    const cmp = withNone ? opposite[asks.cmp] : asks.cmp;
    query.having = {
      node: 'compare',
      op: cmp,
      left:
        money !== null
          ? aggregate('sum', [columnNode(money.table.name, money.name)])
          : other === null
            ? aggregate('count', [])
            : aggregate('count', [columnNode(other.table.name, other.name)], { distinct: true }),
      right: { node: 'number', value: asks.count },
    };
  }
  const label = (table: QuestionTable): string => table.label ?? table.name;
  const conditions = rows.reading.frame.conditions.map(conditionWords);
  const such = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const things =
    other?.entityOf == null ? label(base) : `different ${label(other.entityOf.table)} in ${label(base)}`;
  const sum = money === null ? '' : `a total ${money.name} of `;
  const many =
    asks.kind === 'number'
      ? `${sum}${symbols[asks.cmp]} ${asks.count}${money === null ? '' : ' in'} ${things}`
      : asks.kind === 'none'
        ? `no ${things}`
        : `some ${things}`;
  const words = `the row of ${label(entity)} has ${many}${such}`;
  const negated = asks.kind === 'none' || withNone;
  const tables = [...rows.reading.planned.tables, base.name];
  const shares = /^(?:percent|percentage|share|proportion|fraction)$/;
  const place = tokens.slice(0, span.from).some((token) => shares.test(token.lower)) ? 'predicate' : 'noun';
  return {
    from: span.from,
    to: span.to,
    certain: asks.kind !== 'some',
    confidence: rows.confidence,
    words: [...leadWords(span, tokens, words), ...rows.words],
    conditionIn: (view): PlacedCondition | null => {
      const column = keyIn(view, entity, all);
      return column === null
        ? null
        : { condition: { kind: 'member', column, query, tables, words, negated }, place, joiner: 'and' };
    },
  };
}

/** The key by which different things are counted: the doctors in the treatments of a patient. */
function countedEntity(
  column: IndexedColumn,
  view: PreparedTables,
  entity: QuestionTable,
): IndexedColumn | null {
  if (column.entityOf !== null) return column;
  for (const [table, key] of view.view?.keys ?? [])
    if (table !== entity && table === column.table && (key.entityOf?.names ?? []).includes(column))
      return key;
  return column.table === view.view?.base && column.profile.type === 'text' ? column : null;
}

function meets(value: number, cmp: Comparison, count: number): boolean {
  switch (cmp) {
    case '=':
      return value === count;
    case '<>':
      return value !== count;
    case '<':
      return value < count;
    case '<=':
      return value <= count;
    case '>':
      return value > count;
    case '>=':
      return value >= count;
  }
}

/** The keys of the entity in the rows of the clause. */
function keysOf(rows: Rows, key: IndexedColumn): QueryExpression {
  const frame: Frame = {
    ...rows.reading.frame,
    task: 'distinct',
    outputs: [key],
    measures: [],
    groups: [],
    having: [],
    order: null,
  };
  const { query } = plan(frame, rows.view);
  return { ...query, orderBy: [], limit: null };
}

/** The entity's key as a view holds it: of its own rows, or of those its rows point to. */
function keyIn(index: PreparedTables, entity: QuestionTable, all: PreparedTables): IndexedColumn | null {
  if (index.view?.base !== entity) return index.view?.keys.get(entity) ?? null;
  for (const table of all.tables) {
    const steps = viewOf(all, table).view?.paths.get(entity) ?? [];
    const last = steps.at(-1);
    if (last !== undefined && !last.extension)
      return (
        index.columns.find((column) => column.table === entity && column.name === last.parent.name) ?? null
      );
  }
  return null;
}

/** The words that open the clause, each linked to what the clause says. */
function leadWords(span: ClauseSpan, tokens: Token[], words: string): WordMeaning[] {
  return tokens.slice(span.from, span.content).map((token) => ({
    text: token.text,
    start: token.start,
    end: token.end,
    role: 'filter',
    target: words,
    column: null,
    value: null,
    confidence: 1,
    alternatives: [],
  }));
}
