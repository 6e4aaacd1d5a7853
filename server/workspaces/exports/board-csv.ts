import type { TileResult } from '@stroma/contracts';
import { csvField } from '../../platform/csv-field.ts';
import type { ExportInput } from './export-input.ts';
import { zipFile } from './zip-file.ts';

/** One tile's answer as CSV (RFC 4180); a spreadsheet takes nothing of it for a formula. */
export function tileCsv({ columns, rows }: Pick<TileResult, 'columns' | 'rows'>): string {
  const lines = [
    columns.map(({ name }) => csvField(name)).join(','),
    ...rows.map((row) => columns.map((_, at) => cell(row[at] ?? null)).join(',')),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** A number is no formula, also where it is negative. */
function cell(value: TileResult['rows'][number][number]): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return csvField(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A board of one table is that table; of several, an archive with each of them and a list of what they are. */
export function boardCsv(input: ExportInput): {
  bytes: Uint8Array<ArrayBuffer>;
  extension: string;
  contentType: string;
} {
  const { board, results, notes } = input;
  const titles = new Map(board.tiles.map((tile) => [tile.tile_id, tile.title]));
  const answered = results.filter(({ columns, error }) => columns.length > 0 && error === null);
  const [only] = answered;
  if (answered.length === 1 && board.tiles.length === 1 && only !== undefined)
    return {
      bytes: new Uint8Array(Buffer.from(`\ufeff${tileCsv(only)}`, 'utf8')),
      extension: 'csv',
      contentType: 'text/csv; charset=utf-8',
    };
  const files = answered.map((result, at) => ({
    name: `${String(at + 1).padStart(2, '0')} ${fileTitle(titles.get(result.tile_id) ?? '')}.csv`,
    content: Buffer.from(`\ufeff${tileCsv(result)}`, 'utf8'),
  }));
  const about = [
    ['dashboard', board.name],
    ['revision', String(board.revision)],
    ['made by', notes.madeBy],
    ['made at', notes.madeAt],
    ['export', notes.exportId],
    ...notes.filters.map((line) => ['filter', line]),
    ...notes.datasets.map(({ name, number, versionId }) => [
      'data',
      `${name} version ${number} (${versionId})`,
    ]),
    ...notes.queries.map(({ title, sha256 }) => ['query', `${title}: ${sha256}`]),
  ];
  const list = `${about.map((line) => line.map(csvField).join(',')).join('\r\n')}\r\n`;
  const bytes = zipFile(
    [...files, { name: 'about.csv', content: Buffer.from(`\ufeff${list}`, 'utf8') }],
    new Date(),
  );
  return { bytes, extension: 'zip', contentType: 'application/zip' };
}

const fileTitle = (title: string): string =>
  title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} _-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60) || 'tile';
