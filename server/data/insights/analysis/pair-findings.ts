import { type ClassedColumn, classesOfNumbers, classesOfTexts, mutualInformation } from '@stroma/learn';
import { meanOf, ranksOf } from '@stroma/stats';
import type { InsightPlan, NumberColumn } from '../insights.plan.ts';
import type { ReadSample } from '../insights.reading.ts';
import { behind } from '../insights.sql.ts';
import { counted, type Draft, draft, type Found, type Looked, say, sayP } from './drafts.ts';

/** Which columns say the same as others. */
export interface Redundancy extends Found {
  /** Says the same as a column that is told of. */
  isRepeated(column: string): boolean;
  isCopyOf(a: string, b: string): boolean;
}

interface Side {
  name: string;
  number: NumberColumn | null;
  values: Float64Array | null;
  texts: readonly (string | null)[] | null;
  classed: ClassedColumn;
}

const leastStrength = 0.2;
const mostClasses = 16;
/** A straight line this good is a change of unit or a copy. */
const copied = 0.9999;

/** Columns that tell of each other: by mutual information, beside Pearson's and Spearman's coefficients. */
export function pairFindings(plan: InsightPlan, sample: ReadSample, looked: Looked): Redundancy {
  const n = sample.rows.length;
  const classes = Math.max(2, Math.min(mostClasses, Math.floor(Math.sqrt(n / 20))));
  const sides = sidesOf(plan, sample, classes);
  const drafts: Draft[] = [];
  const copies = new Set<string>();
  let pairs = 0;
  for (const [at, a] of sides.entries())
    for (const b of sides.slice(at + 1)) {
      const about = mutualInformation(a.classed, b.classed);
      const linear = a.values !== null && b.values !== null ? coefficients(a.values, b.values) : null;
      pairs += 1;
      if (isCopy(a, b, linear, about.toldOfA, about.toldOfB)) {
        copies.add(JSON.stringify([a.name, b.name]));
        drafts.push(redundant(a, b, n, plan, linear));
        continue;
      }
      const test = looked.test(about.p);
      if (about.strength >= leastStrength) drafts.push(association(a, b, { ...about, linear, test, plan }));
    }
  const repeated = new Set([...copies].map((pair) => spareOf(JSON.parse(pair), plan.measure)));
  const told = drafts.filter(
    ({ kind, columns }) => kind !== 'association' || !columns.some((column) => repeated.has(column)),
  );
  const kinds = told.filter(({ kind }) => kind === 'association');
  const notFound =
    pairs > 0 && kinds.length === 0
      ? [`No two of ${counted(sides.length, 'column')} tell much of each other.`]
      : [];
  return {
    drafts: told,
    notFound,
    isRepeated: (column) => repeated.has(column),
    isCopyOf: (a, b) => copies.has(JSON.stringify([a, b])) || copies.has(JSON.stringify([b, a])),
  };
}

/** Of two that say the same the later one, never the measure. */
const spareOf = ([a, b]: [string, string], measure: string | null): string => (b === measure ? a : b);

function sidesOf({ numbers, categories }: InsightPlan, sample: ReadSample, classes: number): Side[] {
  return [
    ...numbers.map((number, at): Side => {
      const values = sample.numbers[at] as Float64Array;
      return { name: number.name, number, values, texts: null, classed: classesOfNumbers(values, classes) };
    }),
    ...categories
      .map(({ name }, at): Side => {
        const texts = sample.texts[at] ?? [];
        return { name, number: null, values: null, texts, classed: classesOfTexts(texts, classes) };
      })
      // Yes and no is there as a number already.
      .filter(({ name }) => !numbers.some((number) => number.name === name)),
  ].filter(({ classed }) => classed.classes > 1);
}

interface Linear {
  pearson: number;
  spearman: number;
  n: number;
}

/** Of the rows in which both are present; null where there are fewer than 10 or one does not vary. */
function coefficients(a: Float64Array, b: Float64Array): Linear | null {
  const both = [...a.keys()].filter(
    (row) => !Number.isNaN(a[row] as number) && !Number.isNaN(b[row] as number),
  );
  if (both.length < 10) return null;
  const [x, y] = [a, b].map((values) => Float64Array.from(both, (row) => values[row] as number)) as [
    Float64Array,
    Float64Array,
  ];
  const pearson = correlation(x, y);
  const spearman = correlation(ranksOf(x).ranks, ranksOf(y).ranks);
  return Number.isFinite(pearson) && Number.isFinite(spearman) ? { pearson, spearman, n: both.length } : null;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [meanOf(x), meanOf(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at++) {
    const dx = (x[at] as number) - mx;
    const dy = (y[at] as number) - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** The same in another unit, or other words for the same values. */
function isCopy(a: Side, b: Side, linear: Linear | null, toldOfA: number, toldOfB: number): boolean {
  if (linear !== null) return Math.abs(linear.pearson) >= copied;
  return a.texts !== null && b.texts !== null && toldOfA > 0.9999 && toldOfB > 0.9999;
}

function redundant(a: Side, b: Side, n: number, plan: InsightPlan, linear: Linear | null): Draft {
  const how =
    linear === null
      ? 'each value of one stands with one value of the other'
      : `a straight line through both leaves nothing (Pearson's r ${say(linear.pearson)})`;
  return draft({
    group: 'quality',
    kind: 'redundant_columns',
    severity: 'info',
    columns: [a.name, b.name],
    title: `${a.name} and ${b.name} say the same`,
    text: `In ${counted(linear?.n ?? n, 'row')} looked at, ${a.name} and ${b.name} say the same: ${how}.`,
    numbers: { n: linear?.n ?? n, pearson: linear?.pearson ?? null },
    n: linear?.n ?? n,
    sampled: n < plan.rows,
    sql:
      a.number !== null && b.number !== null
        ? behind.pair(a.number, b.number)
        : behind.counts(a.name, b.name),
    weight: 1,
  });
}

function association(
  a: Side,
  b: Side,
  {
    information,
    strength,
    p,
    n,
    linear,
    test,
    plan,
  }: ReturnType<typeof mutualInformation> & { linear: Linear | null; test: number; plan: InsightPlan },
): Draft {
  const straight = linear === null ? 0 : Math.max(Math.abs(linear.pearson), Math.abs(linear.spearman));
  const isCurved = linear !== null && straight < strength - 0.15;
  const line =
    linear === null
      ? ''
      : ` Pearson's r ${say(linear.pearson)}, Spearman's rho ${say(linear.spearman)}.${isCurved ? ' A straight line or a steady rise would miss most of it.' : ''}`;
  return draft({
    group: 'drives',
    kind: 'association',
    severity: strength >= 0.7 || (isCurved && strength >= 0.4) ? 'warning' : 'info',
    columns: [a.name, b.name],
    title: isCurved
      ? `${a.name} and ${b.name} go together, and not in a line`
      : `${a.name} and ${b.name} go together`,
    text: `Knowing ${a.name} tells ${say(information)} nats of ${b.name} (mutual information, less what chance gives), as much as a correlation of ${say(strength)} would; G-test over ${counted(n, 'row')}: ${sayP(p)}.${line}`,
    numbers: {
      information,
      strength,
      n,
      p,
      pearson: linear?.pearson ?? null,
      spearman: linear?.spearman ?? null,
    },
    effect: { name: 'informational correlation', value: strength },
    p,
    test,
    n,
    sampled: n < plan.rows,
    sql:
      a.number !== null && b.number !== null
        ? behind.pair(a.number, b.number)
        : behind.counts(a.name, b.name),
    weight: strength + (isCurved ? 0.2 : 0),
  });
}
