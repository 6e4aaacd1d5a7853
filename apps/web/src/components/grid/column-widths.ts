import { type Column, cellText, type Row } from '../../lib/cell.ts';

const narrowest = 80;
const widest = 336;
const perCharacter = 8.2;
/** Tabular digits are wider than letters are on average. */
const perDigit = 9.3;
const padding = 26;
const headerMarks = 36;

/** Pixels for each column, from its name and the longest text of the rows at hand. */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly Row[],
  decimals: readonly number[],
): number[] {
  return columns.map(({ name, type }, index) => {
    const cellCharacter = type === 'text' || type === 'nested' ? perCharacter : perDigit;
    let longest = 0;
    for (const row of rows)
      longest = Math.max(longest, shownText(row[index], type, decimals[index] ?? 0)?.length ?? 4);
    const wanted = Math.max(name.length * perCharacter + headerMarks, longest * cellCharacter) + padding;
    return Math.round(Math.min(widest, Math.max(narrowest, wanted)));
  });
}

const exactDecimals = 6;

/** Decimals for each column, so that its numbers stand under each other: the most that any of the rows at hand needs. */
export function columnDecimals(columns: readonly Column[], rows: readonly Row[]): number[] {
  return columns.map(({ type }, index) => {
    if (type !== 'number') return 0;
    const values = rows.map((row) => row[index]).filter((value) => typeof value === 'number');
    return Math.max(0, ...values.filter(isPlain).map(neededDecimals));
  });
}

const isPlain = (value: number) => value === 0 || (Math.abs(value) < 1e9 && Math.abs(value) >= 1e-4);

const decimalsOf = (value: number) => String(value).split('.')[1]?.length ?? 0;

/** All decimals of a value that has up to six; of a computed one, as many as six significant digits need. */
function neededDecimals(value: number): number {
  const own = decimalsOf(value);
  return own <= exactDecimals ? own : decimalsOf(Number(value.toPrecision(6)));
}

/**
 * A cell as the grid shows it. A number gets at least the column's decimals and never fewer than it needs itself;
 * a very large or very small one is in scientific notation.
 */
export function shownText(
  value: Row[number] | undefined,
  type: Column['type'],
  decimals: number,
): string | null {
  if (typeof value !== 'number' || type !== 'number') return cellText(value);
  return isPlain(value) ? value.toFixed(Math.max(decimals, neededDecimals(value))) : value.toExponential(4);
}
