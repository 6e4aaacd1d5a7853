import { type Column, cellText, isNumeric, type Row } from '../../lib/cell.ts';

const narrowest = 80;
const widest = 336;
const perCharacter = 8.2;
const padding = 26;
const headerMarks = 36;

/** Pixels for each column, from its name and the longest text of the rows at hand. */
export function columnWidths(columns: readonly Column[], rows: readonly Row[]): number[] {
  return columns.map(({ name, type }, index) => {
    let longest = 0;
    for (const row of rows) longest = Math.max(longest, shownText(row[index], type)?.length ?? 4);
    const wanted = Math.max(name.length * perCharacter + headerMarks, longest * perCharacter) + padding;
    return Math.round(Math.min(widest, Math.max(narrowest, wanted)));
  });
}

/** A cell as the grid shows it: measured numbers to six significant digits, everything else as it is. */
export function shownText(value: Row[number] | undefined, type: Column['type']): string | null {
  if (typeof value !== 'number' || !isNumeric(type) || Number.isInteger(value)) return cellText(value);
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(4);
  return String(Number(value.toPrecision(6)));
}
