import type { Atom } from './atoms.ts';
import { ReadFailure } from './frame.ts';
import { nearest } from './nearest.ts';
import { rollingRange } from './periods.ts';
import { literalOf, readMoreLiterals } from './reader-literals.ts';
import { addCondition, markColumn } from './reader-marks.ts';
import { mainDates } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import type { TimeSpec } from './times.ts';
import type { ValueLink } from './value-links.ts';

export function readValue(state: ReaderState, atom: Extract<Atom, { kind: 'value' }>): undefined {
  const place = state.at;
  const text = state.textOf(atom);
  let links = atom.links;
  const near = state.bare.at(-1);
  // `treatment placebo`, `placebo group`: a column said beside it decides.
  const following = state.atoms[place + 1];
  if (following?.kind === 'column') {
    const same = links.filter((link) => following.links.some((other) => other.column === link.column));
    if (same.length > 0) links = same;
  }
  if (near !== undefined && links.some((link) => link.column === near.column))
    links = links.filter((link) => link.column === near.column);
  const last = state.conditions.at(-1)?.condition;
  if (
    last?.kind === 'equals' &&
    links.length > 1 &&
    state.joiner !== null &&
    links.some((link) => link.column === last.column)
  )
    links = links.filter((link) => link.column === last.column);
  links = nearestValues(state, links);
  const best = links[0] as (typeof links)[0];
  const rivals = links.filter(
    (link) => link.score >= best.score - 0.03 && (link.column !== best.column || link.value !== best.value),
  );
  if (rivals.length > 0) {
    const columns = [...new Set([best, ...rivals].map((link) => `"${link.column.name}"`))].slice(0, 4);
    if (columns.length > 1)
      throw new ReadFailure(
        `"${text}" is a value of ${columns.join(' and ')}; say which column is meant.`,
        [text],
        true,
      );
    throw new ReadFailure(
      `"${text}" could be ${[best, ...rivals]
        .slice(0, 4)
        .map((link) => `"${link.value}"`)
        .join(' or ')}; say which.`,
      [text],
      true,
    );
  }
  if (best.score < 0.8) state.penalty += 0.1;
  if (best.typo) state.penalty += 0.05;
  const others = atom.links.filter((link) => link !== best).slice(0, 3);
  state.mark(
    place,
    'value',
    `${best.column.name} is ${best.value}`,
    best.column,
    best.value,
    best.score,
    others.map((link) => ({
      target: `${link.column.name} is ${link.value}`,
      column: link.column.name,
      value: link.value,
    })),
  );
  let next = place + 1;
  if (
    following?.kind === 'column' &&
    following.links.some((other) => other.column === best.column) &&
    !otherwiseUsed(state, next, best.column)
  ) {
    markColumn(state, next, best.column, 'filter');
    next += 1;
  }
  if (near !== undefined && near.column === best.column && near.at >= place - 4)
    state.bare = state.bare.filter((item) => item !== near);
  const more = readMoreLiterals(state, next, best.column);
  const values = [literalOf(best.column, best.value), ...more.literals.map((item) => item.literal)];
  for (const item of more.literals)
    state.mark(item.place, 'value', `${best.column.name} is ${item.shown}`, best.column, item.shown);
  state.at = more.literals.length > 0 ? more.next : next;
  const joined = more.joined === 'none' && state.joiner === 'or' ? 'or' : more.joined;
  addCondition(state, { kind: 'equals', column: best.column, values, negated: state.negate, joined });
}

/** A column after a value that is needed by what follows it: `male weight over 5`. */
function otherwiseUsed(state: ReaderState, place: number, column: IndexedColumn): boolean {
  return column.numeric && ['compare', 'between'].includes(state.operatorAt(place + 1)?.op ?? '');
}

/**
 * A value of two columns is one of the name it stands in ("Jane Smith"), of the thing it was said beside, or else of
 * the rows themselves.
 */
function nearestValues(state: ReaderState, links: ValueLink[]): ValueLink[] {
  if (state.index.view === null || links.length < 2) return links;
  const next = state.atoms[state.at + 1];
  const last = state.conditions.at(-1)?.condition;
  const before = state.atoms[state.at - 1];
  const partners = [
    ...(next?.kind === 'value' ? next.links.map((link) => link.column) : []),
    ...(before?.kind === 'value' && last?.kind === 'equals' ? [last.column] : []),
  ];
  const named = links.filter((link) => partners.some((column) => isFullName(link.column, column)));
  if (named.length > 0) return nearest(named, (link) => link.column);
  const beside = [...state.bare].reverse().find((item) => item.column.entityOf !== null)?.column
    .entityOf?.table;
  const own = links.filter((link) => link.column.table === beside);
  return own.length > 0 ? own : nearest(links, (link) => link.column);
}

const isFullName = (a: IndexedColumn, b: IndexedColumn): boolean =>
  a.table === b.table && a !== b && /name/i.test(a.name) && /name/i.test(b.name);

export function readTable(state: ReaderState, atom: Extract<Atom, { kind: 'table' }>): undefined {
  const table = atom.tables[0];
  if (table === undefined) return state.fail('No such table.');
  state.tables.push(table);
  const last = state.measures.at(-1);
  if (last?.fn === 'rows' && last.table === null) last.table = table;
  if (state.table === null) state.table = { table, exact: atom.exact, at: state.at };
  if (!atom.exact) state.penalty += 0.02;
  state.mark(state.at, 'table', `rows of ${table.label ?? table.name}`);
  state.at += 1;
}

export function readTime(state: ReaderState, atom: Extract<Atom, { kind: 'time' }>): undefined {
  const column = timeColumn(state, atom);
  const spec = upToNewest(atom.spec, column);
  state.mark(state.at, 'time', `${column.name}: ${spec.label}`, column);
  addCondition(state, { kind: 'time', column, spec, negated: state.negate });
  const condition = state.conditions.at(-1);
  if (condition !== undefined) condition.place = 'scope';
  state.at += 1;
}

/** "The last 30 days" of data that ended before them are its own last ones, and the answer says so. */
function upToNewest(spec: TimeSpec, column: IndexedColumn): TimeSpec {
  if (spec.kind !== 'range' || spec.rolling === undefined || !column.temporal) return spec;
  const newest = new Date(String(column.profile.max));
  if (Number.isNaN(newest.getTime()) || newest.getTime() >= Date.parse(spec.from ?? '')) return spec;
  const { count, unit } = spec.rolling;
  const range = rollingRange(spec.rolling, newest);
  const newestDay = newest.toISOString().slice(0, 10);
  const units = `${count === 1 ? '' : `${count} `}${unit}${count === 1 ? '' : 's'}`;
  return { ...spec, ...range, label: `the ${units} up to ${newestDay}, the newest ${column.name}` };
}

/** The column that a time without a column is about. */
function timeColumn(state: ReaderState, atom: Extract<Atom, { kind: 'time' }>): IndexedColumn {
  const text = state.textOf(atom);
  const { spec } = atom;
  if (spec.kind === 'part') {
    const wanted = spec.part === 'month_of_year' ? ['month'] : ['weekday', 'dayofweek'];
    const named = state.index.columns.find((column) => wanted.includes(column.joined));
    if (named !== undefined) return named;
  }
  const bare = state.bare.find((item) => item.column.temporal || item.column.year);
  if (bare !== undefined) {
    state.bare = state.bare.filter((item) => item !== bare);
    return bare.column;
  }
  const dates = state.index.columns.filter((column) => column.temporal);
  const own = mainDates(nearest(dates, (column) => column));
  const years = state.index.columns.filter((column) => column.year);
  const whole = spec.kind === 'range' && spec.years !== null;
  const only = own[0];
  if (only !== undefined && own.length === 1) return only;
  if (own.length > 1)
    throw new ReadFailure(
      `"${text}" could be about ${own
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(' or ')}; say which.`,
      [text],
      true,
    );
  const year = years[0];
  if (year !== undefined && years.length === 1 && whole) return year;
  return state.fail(`No date column is there for "${text}".`, [text]);
}
