import type { ColumnProfile, TableProfile } from '@stroma/kernel';
import { fail } from '../../platform/failure.ts';

export interface NumberColumn {
  name: string;
  unit: string | null;
  /** Yes and no read as 1 and 0: counted in series and as a measure, never searched for odd values. */
  isFlag: boolean;
  median: number;
  q1: number;
  q3: number;
  min: number;
  max: number;
  n: number;
  /** Spread evenly only after the logarithm is taken. */
  isLogarithmic: boolean;
}

/** Width of a bucket of time: seconds, or a calendar's own. */
export type BucketWidth = number | 'month' | 'year';

export interface TimePlan {
  column: string;
  /** Whole numbers of years, or moments. */
  isYear: boolean;
  width: BucketWidth;
}

export interface InsightPlan {
  rows: number;
  numbers: NumberColumn[];
  categories: { name: string; distinct: number }[];
  time: TimePlan | null;
  measure: string | null;
  measures: string[];
  /** Names that tell a row apart, shown beside odd ones. */
  keys: string[];
  /** Every so many-th row is looked at where columns are compared with each other; 1 for all. */
  sampleEvery: number;
  seed: number;
  notes: string[];
}

export interface PlanRequest {
  measure: string | null;
  timeColumn: string | null;
  seed: number;
}

const mostNumbers = 24;
const mostCategories = 12;
const mostClasses = 60;
const sampleRows = 10_000;
const finestPoints = 20_000;
const ordinaryPoints = 2_000;
/** Up to so many rows a point is a moment of the table itself. */
const smallTable = 50_000;

const day = 86_400;
const widths: readonly BucketWidth[] = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  10_800,
  21_600,
  43_200,
  day,
  7 * day,
  'month',
  'year',
];
export const secondsOf = (width: BucketWidth): number =>
  width === 'month' ? 30.436875 * day : width === 'year' ? 365.2425 * day : width;

/** What of a table can be looked at, from its profile alone. Throws INVALID_INPUT for columns that do not fit. */
export function planInsights(profile: TableProfile, { measure, timeColumn, seed }: PlanRequest): InsightPlan {
  const notes: string[] = [];
  const time = planTime(profile, timeColumn);
  const all = profile.columns.filter((column) => column.name !== time?.column);
  const numeric = all
    .filter((column) => isMeasured(column, profile.rows))
    .map((column) => numberColumn(column, profile.rows));
  const flags = all.filter(isFlag).map(flagColumn);
  const measures = [...numeric, ...flags].map(({ name }) => name);
  const chosen = measure ?? chooseMeasure(all, numeric);
  if (measure !== null && !measures.includes(measure))
    fail(
      'INVALID_INPUT',
      `Expected as measure a column of numbers or yes/no that varies: ${measures.slice(0, 20).join(', ') || 'this dataset has none'}.`,
      { field: 'measure' },
    );
  const ordered = [...numeric, ...flags].sort(
    (a, b) => Number(b.name === chosen) - Number(a.name === chosen),
  );
  const numbers = ordered.slice(0, mostNumbers);
  if (numbers.length < ordered.length)
    notes.push(
      `Of ${ordered.length} columns of numbers the first ${numbers.length} were looked at: ${numbers.map(({ name }) => name).join(', ')}.`,
    );
  const categories = all
    .filter((column) => isCategory(column, profile.rows))
    .map(({ name, distinct }) => ({ name, distinct }));
  if (categories.length > mostCategories)
    notes.push(`Of ${categories.length} columns of categories the first ${mostCategories} were looked at.`);
  return {
    rows: profile.rows,
    numbers,
    categories: categories.slice(0, mostCategories),
    time,
    measure: chosen,
    measures,
    keys: profile.candidate_keys.find((key) => key.length <= 2) ?? [],
    sampleEvery: Math.max(1, Math.ceil(profile.rows / sampleRows)),
    seed,
    notes,
  };
}

const isTime = ({ type }: ColumnProfile): boolean => type === 'timestamp' || type === 'date';
const isYear = ({ type, semantic, distinct }: ColumnProfile): boolean =>
  type === 'integer' && semantic === 'year' && distinct >= 8;
const ofBirth = /birth|dob|geburt/i;

function planTime({ rows, columns }: TableProfile, wanted: string | null): TimePlan | null {
  const fitting = columns.filter((column) => (isTime(column) || isYear(column)) && column.distinct > 1);
  const rank = (column: ColumnProfile) =>
    (isTime(column) ? 4 : 0) + (column.type === 'timestamp' ? 2 : 0) - (ofBirth.test(column.name) ? 8 : 0);
  const best = fitting.toSorted((a, b) => rank(b) - rank(a) || b.distinct - a.distinct)[0];
  const column = wanted === null ? best : columns.find(({ name }) => name === wanted);
  if (wanted !== null && (column === undefined || !fitting.includes(column)))
    fail(
      'INVALID_INPUT',
      `Expected as time_column a column of dates, times or years: ${fitting.map(({ name }) => name).join(', ') || 'this dataset has none'}.`,
      { field: 'time_column' },
    );
  if (column === undefined || (wanted === null && ofBirth.test(column.name))) return null;
  if (isYear(column)) return { column: column.name, isYear: true, width: 'year' };
  const span = (momentOf(column.max) - momentOf(column.min)) / 1000;
  if (!(span > 0)) return null;
  const points = rows <= smallTable ? finestPoints : ordinaryPoints;
  const interval = Math.max((span / Math.max(1, column.distinct - 1)) * 0.98, span / points);
  const width = widths.find((each) => secondsOf(each) >= interval) ?? 'year';
  return { column: column.name, isYear: false, width };
}

/** Profiles write moments as ISO text, without a zone in UTC. */
function momentOf(value: unknown): number {
  const text = String(value);
  return Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) || text.length <= 10 ? text : `${text}Z`);
}

const idName = /(^|[_\s-])(id|uuid|nr|no|index|key|code)$|Id$/;

/** A column of numbers that says how much, not which one. */
function isMeasured(column: ColumnProfile, rows: number): boolean {
  const { type, semantic, distinct, quantiles, name } = column;
  if ((type !== 'integer' && type !== 'number') || distinct < 3 || quantiles === null) return false;
  if (semantic === 'identifier' || semantic === 'year' || semantic === 'postal_code' || semantic === 'phone')
    return false;
  if (type === 'integer' && (idName.test(name) || isCounter(column, rows))) return false;
  return Number.isFinite(Number(column.min)) && Number.isFinite(Number(column.max));
}

/** 1, 2, 3 ...: a number for each row. */
function isCounter({ distinct, min, max, nulls }: ColumnProfile, rows: number): boolean {
  return nulls === 0 && distinct === rows && rows > 20 && Number(max) - Number(min) === rows - 1;
}

const isFlag = ({ type, distinct }: ColumnProfile): boolean => type === 'boolean' && distinct === 2;

function isCategory({ type, semantic, distinct }: ColumnProfile, rows: number): boolean {
  if (distinct < 2 || distinct > Math.min(mostClasses, rows / 4)) return false;
  if (type === 'text' || type === 'boolean') return semantic !== 'identifier' && semantic !== 'person_name';
  return type === 'integer' && (semantic === 'category' || distinct <= 2);
}

function numberColumn({ name, unit, quantiles, min, max, nulls }: ColumnProfile, rows: number): NumberColumn {
  const { p25: q1, p50: median, p75: q3 } = quantiles ?? { p25: 0, p50: 0, p75: 0 };
  const least = Number(min);
  return {
    name,
    unit,
    isFlag: false,
    median,
    q1,
    q3,
    min: least,
    max: Number(max),
    n: rows - nulls,
    isLogarithmic: least > 0 && leansRight(q1, median, q3),
  };
}

/** Whether the quartiles lie far more evenly about the median after the logarithm is taken. */
function leansRight(q1: number, median: number, q3: number): boolean {
  const lean = (a: number, b: number, c: number) => (c > a ? (c + a - 2 * b) / (c - a) : 0);
  const plain = lean(q1, median, q3);
  return plain > 0.15 && Math.abs(lean(Math.log(q1), Math.log(median), Math.log(q3))) < plain / 2;
}

function flagColumn({ name }: ColumnProfile): NumberColumn {
  return {
    name,
    unit: null,
    isFlag: true,
    median: 0,
    q1: 0,
    q3: 1,
    min: 0,
    max: 1,
    n: 0,
    isLogarithmic: false,
  };
}

/** A measurement with a unit before any other, then the one of most values; of equals the first. */
function chooseMeasure(columns: readonly ColumnProfile[], numeric: readonly NumberColumn[]): string | null {
  const known = new Map(columns.map((column) => [column.name, column]));
  const rank = (name: string) => {
    const column = known.get(name);
    return (column?.semantic === 'measurement' || column?.unit ? 1e9 : 0) + (column?.distinct ?? 0);
  };
  return numeric.toSorted((a, b) => rank(b.name) - rank(a.name))[0]?.name ?? null;
}
