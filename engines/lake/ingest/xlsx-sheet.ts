import { serialText } from './xlsx-dates.ts';
import { unescapeExcel, type Workbook } from './xlsx-workbook.ts';
import { attribute, readXml } from './xml-events.ts';
import type { ZipArchive } from './zip-archive.ts';

export interface Merge {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

const maxMerges = 100_000;

/** Column number from 0 of a reference such as `AB12`; -1 when there is none. */
export function columnOf(reference: string): number {
  let column = 0;
  for (let i = 0; i < reference.length; i++) {
    const code = reference.charCodeAt(i) - 64;
    if (code < 1 || code > 26) break;
    column = column * 26 + code;
  }
  return column - 1;
}

const rowOf = (reference: string): number => Number(/[0-9]+$/.exec(reference)?.[0] ?? 0);

/**
 * Reads the rows of a sheet in order as texts: numbers as JavaScript writes them, dates by their number format as
 * ISO 8601, booleans as `true`/`false`, errors as `#N/A`. `row` counts from 1; rows without cells are not given.
 */
export async function readSheet(
  archive: ZipArchive,
  part: string,
  workbook: Workbook,
  options: { maxBytes: number; maxColumns: number },
  visit: (row: number, cells: (string | null)[]) => void,
  merge: (merge: Merge) => void,
): Promise<void> {
  let row = 0;
  let cells: (string | null)[] = [];
  let column = -1;
  let type = '';
  let style = 0;
  let value = '';
  let reading = false;
  let phonetic = false;
  let merges = 0;
  await readXml(
    archive.read(part),
    {
      open(name, attributes) {
        if (name === 'c') {
          const reference = attribute(attributes, 'r');
          column = reference === null ? column + 1 : columnOf(reference);
          type = attribute(attributes, 't') ?? 'n';
          style = Number(attribute(attributes, 's') ?? 0);
          value = '';
        } else if (name === 'v' || name === 't') reading = !phonetic;
        else if (name === 'rPh') phonetic = true;
        else if (name === 'row') {
          const given = Number(attribute(attributes, 'r') ?? 0);
          row = given > row ? given : row + 1;
          cells = [];
          column = -1;
        } else if (name === 'mergeCell' && merges++ < maxMerges) {
          const [from = '', to = from] = (attribute(attributes, 'ref') ?? '').split(':');
          merge({
            firstRow: rowOf(from),
            lastRow: rowOf(to),
            firstColumn: columnOf(from),
            lastColumn: columnOf(to),
          });
        }
      },
      close(name) {
        if (name === 'v' || name === 't') reading = false;
        else if (name === 'rPh') phonetic = false;
        else if (name === 'c') {
          const text = cellText(value, type, style, workbook);
          if (text === null || column < 0 || column > options.maxColumns) return;
          while (cells.length < column) cells.push(null);
          cells[column] = text;
        } else if (name === 'row' && cells.length > 0) visit(row, cells);
      },
      text(text) {
        if (reading) value += text;
      },
    },
    options.maxBytes,
  );
}

function cellText(value: string, type: string, style: number, workbook: Workbook): string | null {
  if (value === '') return null;
  switch (type) {
    case 's':
      return workbook.strings[Number(value)] ?? null;
    case 'str':
    case 'inlineStr':
      return unescapeExcel(value);
    case 'b':
      return value.trim() === '1' || value.trim() === 'true' ? 'true' : 'false';
    case 'e':
      return value;
    case 'd':
      return value.replace('T', ' ').replace(/ 00:00:00(\.0+)?Z?$/, '');
    default: {
      const number = Number(value);
      if (Number.isNaN(number)) return value;
      const date = workbook.styles[style];
      return (date && serialText(number, date, workbook.date1904)) ?? String(number);
    }
  }
}
