import { type Clause, clausesOf } from './clauses.ts';
import { eventTables, tableNounAt } from './event-words.ts';
import { conditionColumns, type PlacedCondition } from './frame.ts';
import { joinWords } from './join-words.ts';
import { columnsOf } from './plan-rows.ts';
import { type Outcome, type ParseOptions, type Reading, readTokens } from './read-tokens.ts';
import type { PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import type { QuestionTable } from './types.ts';
import { viewOf } from './views.ts';

type Answered = Extract<Outcome, { reading: object }>;

interface Candidate {
  base: QuestionTable;
  outcome: Answered;
}

/**
 * A question over several tables. Each table is tried as the rows that the question is about, together with what its
 * rows point to; what is said of rows that point the other way ("who never had a visit") is read apart first.
 */
export function readRelated(tokens: Token[], all: PreparedTables, options: ParseOptions): Outcome {
  let refusal: Extract<Outcome, { reading: null }> | null = null;
  const clauses = clausesOf(tokens, all, options);
  const keep = (outcome: Extract<Outcome, { reading: null }>): void => {
    if (refusal === null || outcome.reached > refusal.reached) refusal = outcome;
  };
  for (const clause of clauses.filter((item) => item.certain)) {
    const outcome = withClause(clause, tokens, all, options);
    if (outcome.reading !== null) return outcome;
    keep(outcome);
  }
  const plain = overViews(tokens, all, options, []);
  if (plain.reading !== null) return plain;
  keep(plain);
  for (const clause of clauses.filter((item) => !item.certain)) {
    const outcome = withClause(clause, tokens, all, options);
    if (outcome.reading !== null) return outcome;
  }
  return refusal ?? plain;
}

function withClause(clause: Clause, tokens: Token[], all: PreparedTables, options: ParseOptions): Outcome {
  const rest = tokens.filter((_, place) => place < clause.from || place >= clause.to);
  const outcome = overViews(rest, all, options, [clause]);
  if (outcome.reading === null) return outcome;
  const words = [...outcome.words, ...clause.words].sort((a, b) => a.start - b.start);
  return { ...outcome, words, confidence: Math.min(outcome.confidence, clause.confidence) };
}

/** The reading over the view whose rows are what is asked about; two that differ are one too many. */
function overViews(tokens: Token[], all: PreparedTables, options: ParseOptions, clauses: Clause[]): Outcome {
  const found: Candidate[] = [];
  let refusal: Extract<Outcome, { reading: null }> | null = null;
  for (const base of all.tables) {
    const view = viewOf(all, base);
    const given = clauses.map((clause) => clause.conditionIn(view));
    if (given.includes(null)) continue;
    const outcome = readTokens(tokens, view, options, { given: given as PlacedCondition[] });
    if (outcome.reading !== null) {
      if (isNeeded(base, outcome.reading, tokens, all)) found.push({ base, outcome });
    } else if (refusal === null || outcome.reached > refusal.reached) refusal = outcome;
  }
  const chosen = choose(found, all);
  if (chosen !== null) {
    const { frame, planned } = chosen.outcome.reading;
    frame.drawsOn = joinWords(frame, planned.tables, viewOf(all, chosen.base));
    return chosen.outcome;
  }
  if (found.length > 0)
    return {
      reading: null,
      reason: `It could be about the rows of ${found
        .slice(0, 4)
        .map(({ base }) => `"${base.label ?? base.name}"`)
        .join(' or ')}; say which.`,
      notUnderstood: [],
      words: found[0]?.outcome.words ?? [],
      reached: tokens.length,
    };
  return (
    refusal ?? {
      reading: null,
      reason: 'I do not understand the question.',
      notUnderstood: [],
      words: [],
      reached: 0,
    }
  );
}

/** The nearest to the top: the table that all others that could answer point to, so that nothing is repeated. */
function choose(found: Candidate[], all: PreparedTables): Candidate | null {
  const sure = Math.max(0, ...found.map((item) => item.outcome.confidence));
  const heavy = Math.max(...found.map((item) => item.outcome.reading.weight));
  // A reading that makes less of the words is not the one that was meant.
  const near = found.filter(
    (item) => item.outcome.confidence >= sure - 0.12 && item.outcome.reading.weight >= heavy - 0.6,
  );
  if (near.length < 2) return near[0] ?? null;
  const top = near.filter((item) =>
    near.every((other) => other === item || viewOf(all, other.base).view?.paths.has(item.base) === true),
  );
  if (top.length === 1) return top[0] ?? null;
  const named = near.filter((item) => item.outcome.reading.state.table?.exact === true);
  if (named.length > 0 && named.length < near.length) return choose(named, all);
  const queries = new Set(near.map((item) => JSON.stringify(item.outcome.reading.planned.query)));
  return queries.size === 1 ? (near[0] ?? null) : null;
}

/** False where all that is spoken of could be told without the rows of `base`: then they only repeat it. */
function isNeeded(base: QuestionTable, reading: Reading, tokens: Token[], all: PreparedTables): boolean {
  const path = viewOf(all, base).view?.paths;
  const spoken = new Set<QuestionTable>();
  for (const { noun, tables } of spokenOf(tokens, all)) {
    const reached = tables.filter((table) => path?.has(table) === true);
    if (reached.length === 1 || (noun && reached.includes(base)))
      spoken.add(reached.includes(base) ? base : (reached[0] as QuestionTable));
  }
  const { frame } = reading;
  const columns = [
    ...columnsOf(frame),
    ...[...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])].flatMap(conditionColumns),
  ];
  const named = new Set(
    reading.state.atoms.flatMap((atom) =>
      atom.kind === 'column' ? atom.links.map((link) => link.column) : [],
    ),
  );
  for (const column of columns) {
    // A date that nobody named does not say which rows are meant.
    if (column.temporal && !named.has(column)) continue;
    spoken.add(column.entityOf?.table ?? column.table);
  }
  if (spoken.size === 0 || spoken.has(base)) return true;
  return !all.tables.some((table) => {
    const reach = viewOf(all, table).view?.paths;
    return (
      table !== base && path?.has(table) === true && [...spoken].every((other) => reach?.has(other) === true)
    );
  });
}

function spokenOf(tokens: Token[], all: PreparedTables): { noun: boolean; tables: QuestionTable[] }[] {
  return tokens.flatMap((token, at) => {
    const noun = tableNounAt(tokens, at, all);
    const events = eventTables(token, all);
    return [
      ...(noun === null || (!noun.exact && noun.tables.length < 2)
        ? []
        : [{ noun: true, tables: noun.tables }]),
      ...(events.length === 0 ? [] : [{ noun: false, tables: events }]),
    ];
  });
}
