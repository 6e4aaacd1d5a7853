import type { CategoryPlan, EncodedPart, EncoderOptions } from './encoder-options.ts';
import type { CategoryColumn } from './feature-table.ts';

/** Levels of the training rows: the frequent ones in the order of their names, and whether others are pooled. */
export function frequentLevels(
  column: CategoryColumn,
  { rareBelow, mostLevels }: Pick<EncoderOptions, 'rareBelow' | 'mostLevels'>,
): { levels: string[]; pooled: boolean } {
  const counts = new Float64Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  const there = [...counts.keys()].filter((code) => (counts[code] as number) > 0);
  const byCount = there.toSorted(
    (a, b) => (counts[b] as number) - (counts[a] as number) || compare(column.levels[a], column.levels[b]),
  );
  const frequent = byCount.filter((code) => (counts[code] as number) >= rareBelow).slice(0, mostLevels);
  // A single level that would be pooled is as well kept by its name.
  const kept = there.length - frequent.length === 1 && there.length <= mostLevels ? there : frequent;
  const levels = kept.map((code) => column.levels[code] as string).sort(compare);
  return { levels, pooled: kept.length < there.length };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

export function planOfCategories(
  column: CategoryColumn,
  options: Pick<EncoderOptions, 'rareBelow' | 'mostLevels'> & { coding: CategoryPlan['coding'] },
): CategoryPlan {
  return {
    plan: 'category',
    name: column.name,
    coding: options.coding,
    ...frequentLevels(column, options),
    missing: options.coding === 'one-hot' && column.codes.includes(-1),
  };
}

/** Codes of the plan's levels for each row: its place, `levels.length` for a pooled one, -1 for missing or unseen. */
export function codesIn(
  { levels, pooled }: { levels: readonly string[]; pooled: boolean },
  column: CategoryColumn,
): Int32Array {
  const placeOf = new Map(levels.map((level, place) => [level, place]));
  const other = pooled ? levels.length : -1;
  const places = column.levels.map((level) => placeOf.get(level) ?? other);
  return column.codes.map((code) => (code < 0 ? -1 : (places[code] as number)));
}

export function encodeCategories(plan: CategoryPlan, column: CategoryColumn): EncodedPart {
  const codes = codesIn(plan, column);
  const count = plan.levels.length + (plan.pooled ? 1 : 0);
  if (plan.coding === 'native')
    return {
      names: [plan.name],
      columns: [Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : code))],
      categories: [count],
      scalable: [false],
    };
  if (plan.coding === 'ordinal')
    return {
      names: [plan.name],
      columns: [Float64Array.from(codes)],
      categories: [0],
      scalable: [true],
    };
  const part: EncodedPart = { names: [], columns: [], categories: [], scalable: [] };
  const add = (label: string, code: (own: number, row: number) => boolean) => {
    part.names.push(label);
    part.columns.push(Float64Array.from(codes, (own, row) => (code(own, row) ? 1 : 0)));
    part.categories.push(0);
    part.scalable.push(false);
  };
  // Of two levels one column says all.
  const from = count === 2 && !plan.missing ? 1 : 0;
  for (let code = from; code < count; code++)
    add(`${plan.name}=${plan.levels[code] ?? '(other)'}`, (own) => own === code);
  if (plan.missing) add(`${plan.name} is missing`, (_, row) => (column.codes[row] as number) < 0);
  return part;
}
