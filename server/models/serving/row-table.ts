import type { PredictionRow, SignatureColumn } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { categoriesOf, type FeatureColumn, type FeatureTable } from '@stroma/learn';

type Cell = PredictionRow[string] | undefined;

interface Misfit {
  row: number;
  column: string;
  expected: string;
  given: unknown;
}

const mostTold = 20;

/**
 * Rows as a table of the signature's columns; what else they name is left aside. Null is missing. Throws INVALID_INPUT
 * with every column that a row lacks and every value of another kind.
 */
export function tableOfRows(
  signature: readonly SignatureColumn[],
  rows: readonly PredictionRow[],
): FeatureTable {
  const misfits: Misfit[] = [];
  const misfit = (row: number, column: string, expected: string, given: unknown): null => {
    misfits.push({ row: row + 1, column, expected, given });
    return null;
  };
  const columns = signature.map((column): FeatureColumn => {
    const { name, kind } = column;
    const cells = rows.map((row): Cell => (Object.hasOwn(row, name) ? row[name] : undefined));
    const read = <Value>(readCell: (cell: NonNullable<Cell>) => Value | null, expected: string) =>
      cells.map((cell, row): Value | null => {
        if (cell === null) return null;
        if (cell === undefined)
          return misfit(row, name, `${expected}, or null where it is missing`, 'nothing');
        const value = readCell(cell);
        return value === null ? misfit(row, name, expected, cell) : value;
      });
    if (kind === 'number') return { kind, name, values: numbers(read(numberOf, 'a number')) };
    if (kind === 'time')
      return {
        kind,
        name,
        values: numbers(read(momentOf, 'a time in ISO 8601, or milliseconds since 1970')),
      };
    const texts = read((cell) => (cell === '' ? '' : String(cell)), 'a text').map((text) =>
      text === '' ? null : text,
    );
    return kind === 'text' ? { kind, name, values: texts } : categoriesOf(name, texts);
  });
  if (misfits.length > 0) throw unfit(misfits, rows.length);
  return { rows: rows.length, columns };
}

const numbers = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? Number.NaN);

/** A form sends numbers as text. */
function numberOf(cell: NonNullable<Cell>): number | null {
  if (typeof cell === 'boolean') return null;
  const value = typeof cell === 'string' && cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}

const zoned = /(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/;

function momentOf(cell: NonNullable<Cell>): number | null {
  if (typeof cell === 'boolean') return null;
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  const text = cell.trim().replace(' ', 'T');
  const at = Date.parse(text.includes('T') && !zoned.test(text) ? `${text}Z` : text);
  return Number.isNaN(at) ? null : at;
}

function unfit(misfits: readonly Misfit[], rows: number): StromaError {
  const told = misfits.slice(0, 5).map(({ row, column, expected, given }) => {
    const where = rows === 1 ? '' : `, row ${row}`;
    return `"${column}"${where}: expected ${expected}; given ${given === 'nothing' ? 'nothing' : JSON.stringify(given)?.slice(0, 60)}`;
  });
  const more = misfits.length > told.length ? ` and ${misfits.length - told.length} more` : '';
  return new StromaError('INVALID_INPUT', `${told.join('. ')}${more}.`, {
    field: 'rows',
    problems: misfits.slice(0, mostTold),
  });
}
