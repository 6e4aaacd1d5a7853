import { cellKind } from './cell-reading.ts';
import { type CsvDialect, defaultDialect } from './csv-dialect.ts';
import type { IngestOverrides } from './ingest-report.ts';
import { oddity, RecordScanner } from './record-scanner.ts';

export interface DialectChoice {
  dialect: CsvDialect;
  reasons: { delimiter: string; quote: string; escape: string };
}

/** How likely a delimiter is before anything is read: those that also occur inside ordinary text weigh less. */
const delimiters: [string, number][] = [
  [',', 1],
  ['\t', 1],
  [';', 1],
  ['|', 1],
  ['^', 0.95],
  ['~', 0.95],
  ['\x1f', 0.95],
  ['\x01', 0.95],
  ['¦', 0.95],
  ['§', 0.9],
  [' ', 0.72],
  [':', 0.65],
  ['#', 0.6],
  ['!', 0.6],
  ['&', 0.6],
  ['/', 0.6],
  ['*', 0.6],
  ['=', 0.6],
  ['_', 0.5],
  ['-', 0.5],
];

const maxRecords = 600;
const maxKinds = 6000;

interface Score {
  dialect: CsvDialect;
  score: number;
  width: number;
  records: number;
  regular: number;
  /** Records with more than one cell. */
  cut: number;
  quoted: number;
  damage: number;
  /** Share of cells that are not free text. */
  typed: number;
}

/**
 * Finds delimiter, quote and escape from pieces of a file. Each candidate splits the sample; the one wins whose
 * records most often have the same number of cells and whose cells look most like single values, the idea of
 * van den Burg, Nazábal and Sutton (2019), doi:10.1007/s10618-019-00646-y, with our own weights.
 */
export function detectDialect(sample: Buffer[], overrides: IngestOverrides): DialectChoice {
  const text = sample.map((piece) => piece.toString('utf8')).join('\n');
  const loneCrEndsLine = countsLoneCr(text);
  const base = { ...defaultDialect, loneCrEndsLine };
  const quotes = overrides.quote !== undefined ? [overrides.quote] : candidateQuotes(text);
  const scores: Score[] = [];
  for (const [delimiter, prior] of candidateDelimiters(text, overrides)) {
    for (const quote of quotes) {
      for (const escapeMark of candidateEscapes(text, quote, delimiter, overrides)) {
        for (const variant of variants({ ...base, delimiter, quote, escape: escapeMark }, text)) {
          const score = judge(sample, variant);
          score.score *= prior;
          scores.push(score);
        }
      }
    }
  }
  const [only] = scores;
  if (only && scores.every((score) => score.records === 0)) {
    return { dialect: only.dialect, reasons: explain(only, only.dialect, overrides, sample) };
  }
  scores.sort((a, b) => b.score - a.score);
  const best = scores.find((score) => overrides.delimiter !== undefined || isPlausible(score, sample, base));
  if (!best) return singleColumn(sample, base, quotes, overrides);
  const dialect = refineSpaces(sample, best.dialect, overrides);
  return { dialect, reasons: explain(best, dialect, overrides, sample) };
}

function candidateDelimiters(text: string, overrides: IngestOverrides): [string, number][] {
  if (overrides.delimiter !== undefined) return [[overrides.delimiter, 1]];
  return delimiters.filter(([delimiter]) => text.includes(delimiter));
}

function candidateQuotes(text: string): string[] {
  const quotes = ['"'];
  if (/(^|[^\p{L}\p{N}])'[^']*'([^\p{L}\p{N}]|$)/mu.test(text)) quotes.push("'");
  return quotes;
}

function candidateEscapes(
  text: string,
  quote: string,
  delimiter: string,
  overrides: IngestOverrides,
): string[] {
  if (overrides.escape !== undefined) return [overrides.escape];
  if (text.includes(`\\${quote}`) || text.includes(`\\${delimiter}`)) return [quote, '\\'];
  return [quote];
}

/** Aligned columns (runs of spaces) and bare LFs in a file of CRs are told by trying both readings. */
function variants(dialect: CsvDialect, text: string): CsvDialect[] {
  const list = [dialect];
  if (dialect.delimiter === ' ' && /[^\n] {2}/.test(text)) list.push({ ...dialect, collapse: true });
  if (dialect.loneCrEndsLine && /(?<!\r)\n/.test(text)) list.push({ ...dialect, lfEndsLine: false });
  return list;
}

/** A CR without LF ends lines where there are no others, or where it does so at least once in twenty. */
function countsLoneCr(text: string): boolean {
  const lone = text.match(/\r(?!\n)/g)?.length ?? 0;
  const feeds = text.match(/\n/g)?.length ?? 0;
  return lone > 0 && lone >= feeds * 0.05;
}

function judge(sample: Buffer[], dialect: CsvDialect): Score {
  const widths = new Map<number, number>();
  const kinds: { width: number; value: number; typed: boolean }[] = [];
  let records = 0;
  let quoted = 0;
  let damage = 0;
  for (const piece of sample) {
    const scanner = new RecordScanner(dialect, 2 ** 17, 4096);
    const most = records + maxRecords;
    for (let at = 0; at < piece.length && records < most; ) {
      const next = scanner.next(piece, at, piece.length, true);
      if (next < 0) break;
      at = next;
      if (scanner.filled === 0) continue;
      records++;
      widths.set(scanner.cells, (widths.get(scanner.cells) ?? 0) + 1);
      if (scanner.oddities & (oddity.strayQuote | oddity.unterminatedQuote)) damage++;
      const stored = Math.min(scanner.cells, 4096);
      for (let i = 0; i < stored && kinds.length < maxKinds; i++) {
        const isQuoted = ((scanner.flags[i] as number) & 1) === 1;
        if (isQuoted) quoted++;
        kinds.push(judgeCell(scanner.text(piece, i), isQuoted, dialect, scanner.cells));
      }
    }
  }
  const [width, regular] = [...widths].sort(
    (a, b) => b[1] * Math.min(b[0], 3) - a[1] * Math.min(a[0], 3),
  )[0] ?? [1, 0];
  const own = kinds.filter((kind) => kind.width === width);
  const mean = own.reduce((sum, kind) => sum + kind.value, 0) / Math.max(1, own.length);
  const typed = own.filter((kind) => kind.typed).length / Math.max(1, own.length);
  let cut = 0;
  for (const [cells, count] of widths) if (cells > 1) cut += count;
  const consistency = records === 0 ? 0 : regular / records;
  const harm = 1 - 0.5 * (damage / Math.max(1, records));
  const score = consistency * mean * (1 - 1 / Math.max(1, width)) * harm;
  return { dialect, score, width, records, regular, cut, quoted, damage, typed };
}

function judgeCell(cell: string, quoted: boolean, dialect: CsvDialect, width: number) {
  const kind = cellKind(cell);
  if (kind === 'empty') return { width, value: 0.8, typed: false };
  if (kind !== 'text') return { width, value: 1, typed: true };
  return { width, value: quoted ? 1 : judgeText(cell, dialect), typed: false };
}

function judgeText(cell: string, dialect: CsvDialect): number {
  if (cell.includes('\t') || cell.includes('\x1f') || cell.includes('\x01')) return 0.1;
  if (/^["']|["']$/.test(cell) && !/^["'].*["']$/s.test(cell)) return 0.2;
  if (/^["'].*["']$/s.test(cell) && dialect.quote !== cell[0]) return 0.4;
  if (/[|;^~]/.test(cell)) return 0.5;
  if (cell.includes(',')) return 0.7;
  return /\s/.test(cell) ? 0.88 : 0.92;
}

function isPlausible(score: Score, sample: Buffer[], base: CsvDialect): boolean {
  if (score.width < 2) return false;
  const { delimiter } = score.dialect;
  const share = score.regular / Math.max(1, score.records);
  if (',\t;|^~\x1f\x01'.includes(delimiter)) {
    // Ragged, but nearly every line is cut and most cells are values: prose is not.
    if (score.cut >= score.records * 0.8 && share >= 0.25 && score.typed >= 0.3) return true;
    if (share < 0.5 && score.regular < 3) return false;
    return share >= 0.25 || score.regular >= 20;
  }
  if (share < 0.8 || score.regular < 2) return false;
  if (score.typed < 0.15 || (score.width === 2 && score.typed < 0.4)) return false;
  return judgeWhole(sample, base) < 0.6;
}

/** Share of lines that are one typed value as they are: dates, times and numbers must not be taken apart. */
function judgeWhole(sample: Buffer[], base: CsvDialect): number {
  const whole = judge(sample, { ...base, delimiter: '\0' });
  return whole.typed;
}

function singleColumn(
  sample: Buffer[],
  base: CsvDialect,
  quotes: string[],
  overrides: IngestOverrides,
): DialectChoice {
  const quote = overrides.quote ?? quotes[0] ?? '"';
  const dialect = { ...base, quote, escape: overrides.escape ?? (quote || '"') };
  const commas = sample.some((piece) => piece.includes(','));
  // A table of one column must not be cut at commas inside its text; the unit separator occurs in none.
  const delimiter = commas ? '\x1f' : ',';
  return {
    dialect: { ...dialect, delimiter },
    reasons: {
      delimiter: 'No character splits the lines into the same number of cells: the table has one column.',
      quote: 'The usual quote.',
      escape: 'The usual escape: a doubled quote.',
    },
  };
}

/** Tells `, ` from `,` and from `,` with stray spaces before quotes. */
function refineSpaces(sample: Buffer[], dialect: CsvDialect, overrides: IngestOverrides): CsvDialect {
  const { delimiter, quote } = dialect;
  if (overrides.delimiter !== undefined || !',;|'.includes(delimiter)) {
    return {
      ...dialect,
      skipInitialSpace: delimiter.length === 1 && delimiter !== ' ' && hasSpacedQuote(sample, dialect),
    };
  }
  const spaced = { ...dialect, delimiter: `${delimiter} ` };
  let multi = 0;
  for (const piece of sample) {
    const one = new RecordScanner({ ...dialect, skipInitialSpace: true }, 2 ** 17, 4096);
    const two = new RecordScanner(spaced, 2 ** 17, 4096);
    for (let at = 0, seen = 0; at < piece.length && seen < maxRecords; seen++) {
      const next = one.next(piece, at, piece.length, true);
      const other = two.next(piece, at, piece.length, true);
      if (one.cells !== two.cells || next !== other) {
        return { ...dialect, skipInitialSpace: hasSpacedQuote(sample, dialect) };
      }
      if (one.cells > 1) multi++;
      at = next;
    }
  }
  return multi > 0 && quote !== ' ' ? spaced : dialect;
}

function hasSpacedQuote(sample: Buffer[], { delimiter, quote }: CsvDialect): boolean {
  return quote !== '' && sample.some((piece) => piece.includes(`${delimiter} ${quote}`));
}

function explain(
  best: Score,
  dialect: CsvDialect,
  overrides: IngestOverrides,
  sample: Buffer[],
): DialectChoice['reasons'] {
  const given = 'Set by the user.';
  const quotedText =
    best.quoted > 0
      ? `${best.quoted} cells of the sample are quoted with it.`
      : 'The usual quote; no cell of the sample is quoted.';
  const lines = `${best.regular} of ${best.records} lines of the sample have ${best.width} cells when split at it`;
  return {
    delimiter:
      overrides.delimiter !== undefined
        ? given
        : `${lines}${sample.length > 1 ? ' (beginning, middle and end of the file)' : ''}.`,
    quote: overrides.quote !== undefined ? given : quotedText,
    escape:
      overrides.escape !== undefined
        ? given
        : dialect.escape === '\\'
          ? 'Backslashes stand before quotes inside cells.'
          : 'The usual escape: a doubled quote.',
  };
}
