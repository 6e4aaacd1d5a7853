import { type CellKind, cellKind } from './cell-reading.ts';

const maxHeaderLines = 5;

export interface HeaderChoice {
  lines: number;
  reason: string;
}

type BodyKind = 'number' | 'date' | 'boolean' | 'text' | 'empty';

/**
 * How many of the first rows of a table are its header. `rows` are the first records of the table, `body` records
 * from further down (may be empty). A header names things: it holds text where the column below holds numbers,
 * dates or booleans. Where every column is text, the first row counts as a header unless it looks like one more
 * data row.
 */
export function detectHeader(rows: string[][], body: string[][]): HeaderChoice {
  const first = rows[0];
  if (!first) return { lines: 0, reason: 'The table has no lines.' };
  const kinds = rows.map((row) => row.map(cellKind));
  const below = body.length > 0 ? body : rows.slice(1);
  if (below.length === 0) {
    const text = (kinds[0] ?? []).every((kind) => kind === 'text' || kind === 'empty');
    return text
      ? { lines: 1, reason: 'The only line holds text alone: it names columns of an empty table.' }
      : { lines: 0, reason: 'The only line holds values.' };
  }
  const width = Math.max(...rows.slice(0, 2).map((row) => row.length), below[0]?.length ?? 0);
  const columns = columnKinds(below, width);
  const votes = vote(kinds[0] ?? [], columns, first);
  if (votes.against > 0 && votes.against >= votes.forIt) {
    return { lines: 0, reason: 'The first line holds values of the same kinds as the lines below it.' };
  }
  if (votes.forIt === 0 && !namesColumns(first, below)) {
    return {
      lines: 0,
      reason: 'The first line looks like the lines below it: its values occur again in their columns.',
    };
  }
  let lines = 1;
  while (lines < Math.min(maxHeaderLines, rows.length - 1) && continuesHeader(rows, kinds, lines, columns))
    lines++;
  if (lines > 1)
    return { lines, reason: `The first ${lines} lines hold names where the columns below hold values.` };
  return votes.forIt > 0
    ? {
        lines: 1,
        reason: `The first line holds text in ${votes.forIt} columns of numbers, dates or booleans.`,
      }
    : { lines: 1, reason: 'All columns are text, and the values of the first line do not occur below it.' };
}

function columnKinds(body: string[][], width: number): BodyKind[] {
  return Array.from({ length: width }, (_, column) => {
    const counts = { number: 0, date: 0, boolean: 0, text: 0 };
    for (const row of body) {
      const kind = cellKind(row[column] ?? '');
      if (kind === 'number' || kind === 'boolean' || kind === 'text') counts[kind]++;
      else if (kind === 'date' || kind === 'time') counts.date++;
    }
    const total = counts.number + counts.date + counts.boolean + counts.text;
    if (total === 0) return 'empty';
    if (counts.text > total * 0.4) return 'text';
    return counts.number >= counts.date && counts.number >= counts.boolean
      ? 'number'
      : counts.date > 0
        ? 'date'
        : 'boolean';
  });
}

function vote(header: CellKind[], columns: BodyKind[], cells: string[]): { forIt: number; against: number } {
  let forIt = 0;
  let against = 0;
  const years = isYearHeader(cells, header);
  columns.forEach((column, index) => {
    if (column === 'text' || column === 'empty') {
      // A number above a column of text is a value more often than a name.
      if (column === 'text' && header[index] === 'number' && !years) against += 0.5;
      return;
    }
    const kind = header[index];
    if (kind === 'text') forIt++;
    else if (kind !== undefined && kind !== 'empty' && kind !== 'null') against += years ? 0 : 1;
  });
  if (years) forIt++;
  return { forIt, against };
}

/** Columns named by years or running numbers, after at least one name in words: `country,2019,2020,2021`. */
function isYearHeader(cells: string[], kinds: CellKind[]): boolean {
  const numbers = cells.filter((_, index) => kinds[index] === 'number').map((cell) => Number(cell.trim()));
  if (numbers.length < 2 || !(kinds[0] === 'text' || kinds[0] === 'empty')) return false;
  const rising =
    numbers.length >= 3 &&
    numbers.every((value, index) => index === 0 || value === (numbers[index - 1] as number) + 1);
  const yearly = numbers.every(
    (value, index) =>
      value >= 1500 && value <= 2200 && (index === 0 || value > (numbers[index - 1] as number)),
  );
  return numbers.every((value) => Number.isInteger(value)) && (rising || yearly);
}

/** In a table of text alone: does the first row name columns, or is it one more row? */
function namesColumns(first: string[], body: string[][]): boolean {
  const cells = first.map((cell) => cell.trim());
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length === 0 || filled.length < cells.length / 2) return false;
  if (filled.some((cell) => cell.length > 120)) return false;
  const repeats = cells.filter(
    (cell, column) => cell !== '' && body.some((row) => (row[column] ?? '').trim() === cell),
  );
  if (repeats.length * 2 < filled.length) return true;
  // The same header once more further down repeats every cell; a data row repeats some.
  return (
    body.some((row) => cells.every((cell, column) => (row[column] ?? '').trim() === cell)) &&
    repeats.length === cells.length
  );
}

function continuesHeader(rows: string[][], kinds: CellKind[][], index: number, columns: BodyKind[]): boolean {
  const row = kinds[index] ?? [];
  const above = rows[index - 1] ?? [];
  let text = 0;
  let typed = 0;
  columns.forEach((column, i) => {
    if (column === 'text' || column === 'empty') return;
    if (row[i] === 'text') text++;
    else if (row[i] !== 'empty' && row[i] !== undefined) typed++;
  });
  const own = (rows[index] ?? []).map((cell) => cell.trim());
  if (typed > 0) return false;
  const typedColumns = columns.filter((column) => column !== 'text' && column !== 'empty').length;
  if (text > 0 && (text >= typedColumns / 2 || own.every((cell, i) => cell === '' || row[i] === 'text'))) {
    return text >= typedColumns / 2 || unitsOnly(own);
  }
  if (typedColumns > 0) return false;
  return hasGaps(above) && own.every((cell) => cell !== '') && new Set(own).size === own.length;
}

const unitLike = /^[([]?[%°µμa-zA-Z][\w%°µμ/^².·-]{0,7}[)\]]?$/;
const unitsOnly = (cells: string[]) => cells.every((cell) => cell === '' || unitLike.test(cell));

function hasGaps(cells: string[]): boolean {
  const trimmed = cells.map((cell) => cell.trim());
  return trimmed.some((cell) => cell === '') && trimmed.some((cell) => cell !== '');
}

export interface ColumnName {
  name: string;
  /** The header as the file has it, when the name differs from it. */
  original: string | null;
  /** The file has no name for it. */
  unnamed: boolean;
}

/**
 * One name a column from the header rows. Parts of several rows are joined with `_` where the names are written
 * without spaces and with a space otherwise; a gap in an upper row takes the name at its left, as merged cells
 * do. Spaces are trimmed, empty names become `column_3`, names that occur again get `_2`, `_3` (letter case is
 * ignored, as SQL does).
 */
export function nameColumns(header: string[][], width: number): ColumnName[] {
  const rows = header.map((row, index) =>
    index < header.length - 1 ? fillGaps(row, header, index, width) : row,
  );
  const spaced = rows.some((row) => row.some((cell) => /\S\s+\S/.test(cell.trim())));
  const taken = new Set<string>();
  const names: ColumnName[] = [];
  for (let column = 0; column < width; column++) {
    const parts = rows.map((row) => tidy(row[column] ?? '')).filter((part) => part !== '');
    const distinct = parts.filter((part, index) => !repeatsBelow(part, parts[index + 1]));
    const original = header
      .map((row) => row[column] ?? '')
      .join('\n')
      .replace(/^\n+|\n+$/g, '');
    const base = distinct.join(spaced ? ' ' : '_') || `column_${column + 1}`;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    names.push({
      name,
      original: name === original || header.length === 0 ? null : original,
      unnamed: distinct.length === 0,
    });
  }
  return names;
}

/** `bill` above `bill_length` adds nothing. */
function repeatsBelow(part: string, below: string | undefined): boolean {
  if (below === undefined || !below.toLowerCase().startsWith(part.toLowerCase())) return false;
  return below.length === part.length || /[\W_]/.test(below[part.length] as string);
}

function tidy(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return cell.replace(/[\s\u0000-\u001f\ufeff]+/g, ' ').trim();
}

function fillGaps(row: string[], header: string[][], index: number, width: number): string[] {
  const below = header[index + 1] ?? [];
  const filled: string[] = [];
  for (let column = 0; column < width; column++) {
    const cell = tidy(row[column] ?? '');
    const hasBelow = tidy(below[column] ?? '') !== '';
    const left = filled[column - 1] ?? '';
    const isGroup = tidy(row[column - 1] ?? '') === '' || tidy(below[column - 1] ?? '') !== '';
    filled.push(cell === '' && hasBelow && isGroup ? left : cell);
  }
  return filled;
}
