import { chartColours } from '@stroma/charts';
import type { Tile } from '@stroma/contracts';
import { type Box, boxOf, margin } from './board-places.ts';
import type { ExportInput } from './export-input.ts';
import { fittedText, textWidth, wrappedText } from './text-width.ts';
import { type TileBody, tileBody } from './tile-body.ts';

export const headHeight = 36;
const pad = 14;
const font = 'Inter Variable, Inter, sans-serif';

export interface PlacedTile {
  tile: Tile;
  box: Box;
  body: TileBody;
  /** Below the title: what the tile is not filtered by. */
  aside: string;
}

/** Every tile with what it shows, at its place on a board of this width. */
export async function placedTiles(
  { board, results, scheme }: ExportInput,
  width: number,
): Promise<PlacedTile[]> {
  const answers = new Map(results.map((result) => [result.tile_id, result]));
  const placed: PlacedTile[] = [];
  for (const each of board.tiles) {
    // A text says itself what it is about.
    const tile = each.kind === 'text' ? { ...each, title: '' } : each;
    const box = boxOf(tile.place, width);
    const result = answers.get(tile.tile_id);
    const size = {
      scheme,
      width: Math.max(60, Math.floor(box.width - 2 * pad)),
      height: Math.max(40, Math.floor(bodyHeight(tile, box))),
    };
    const columns = [...new Set(result?.not_filtered.map(({ column }) => column) ?? [])];
    placed.push({
      tile,
      box,
      body: await tileBody(tile, result, size),
      aside: columns.length === 0 ? '' : `not filtered by ${columns.join(', ')}`,
    });
  }
  return placed;
}

const bodyHeight = (tile: Tile, box: Box): number =>
  box.height - (tile.title === '' ? pad : headHeight) - pad;

/** A whole board as one picture: title, filters, tiles, and where it came from. */
export async function boardSvg(input: ExportInput): Promise<{ svg: string; width: number; height: number }> {
  const { board, notes, scheme, width } = input;
  const colours = chartColours(scheme === 'dark');
  const inner = width - 2 * margin;
  const tiles = await placedTiles(input, inner);
  const said = [
    ...wrappedText(board.description, inner, 13).slice(0, 3),
    ...notes.filters.flatMap((line) => wrappedText(line, inner, 12)),
  ];
  const top = margin + 34 + said.length * 18 + 12;
  const origin = Math.min(...tiles.map(({ box }) => box.y), Number.POSITIVE_INFINITY);
  const start = Number.isFinite(origin) ? origin : 0;
  const bottom = Math.max(start, ...tiles.map(({ box }) => box.y + box.height));
  const foot = footLines(input).flatMap((line) => wrappedText(line, inner, 11));
  const height = Math.ceil(top + bottom - start + 20 + foot.length * 15 + margin);
  const parts = [
    `<rect width="${width}" height="${height}" fill="${scheme === 'dark' ? '#111213' : '#f7f7f8'}"/>`,
    text(board.name, margin, margin + 22, { size: 22, weight: 600, fill: colours.ink }),
    ...said.map((line, at) => text(line, margin, margin + 46 + at * 18, { size: 12.5, fill: colours.soft })),
    ...tiles.map((each, at) => tileSvg(each, at, { x: margin, y: top - start }, scheme)),
    ...foot.map((line, at) =>
      text(line, margin, top + bottom - start + 28 + at * 15, { size: 11, fill: colours.faint }),
    ),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">${parts.join('')}</svg>`;
  return { svg, width, height };
}

export function footLines({ board, notes }: Pick<ExportInput, 'board' | 'notes'>): string[] {
  return [
    `${notes.organisation} · made by ${notes.madeBy} · ${notes.madeAt} · revision ${board.revision} of ${board.dashboard_id} · ${notes.software} · ${notes.exportId}`,
    ...(notes.datasets.length === 0
      ? []
      : [`Data: ${notes.datasets.map(({ name, number }) => `${name} version ${number}`).join(', ')}`]),
    ...(notes.queries.length === 0
      ? []
      : [`Queries (SHA-256): ${notes.queries.map(({ sha256 }) => sha256).join(' ')}`]),
  ];
}

function tileSvg(
  { tile, box, body, aside }: PlacedTile,
  at: number,
  shift: { x: number; y: number },
  scheme: 'light' | 'dark',
): string {
  const colours = chartColours(scheme === 'dark');
  const x = box.x + shift.x;
  const y = box.y + shift.y;
  const head = tile.title === '' ? pad : headHeight;
  const inner = { x: pad, y: head, width: box.width - 2 * pad, height: box.height - head - pad };
  const asideText = aside === '' ? '' : fittedText(aside, inner.width / 2, 11);
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect width="${box.width}" height="${box.height}" rx="8" fill="${colours.surface}" stroke="${colours.line}"/>`,
    tile.title === ''
      ? ''
      : text(
          fittedText(tile.title, inner.width - (asideText === '' ? 0 : inner.width / 2), 13, 600),
          pad,
          23,
          {
            size: 13,
            weight: 600,
            fill: colours.ink,
          },
        ),
    asideText === ''
      ? ''
      : text(asideText, box.width - pad, 23, { size: 11, fill: colours.faint, anchor: 'end' }),
    `<svg x="${inner.x}" y="${inner.y}" width="${inner.width}" height="${inner.height}" overflow="hidden">`,
    bodySvg(body, inner.width, inner.height, `t${at}`, scheme),
    '</svg></g>',
  ].join('');
}

function bodySvg(
  body: TileBody,
  width: number,
  height: number,
  prefix: string,
  scheme: 'light' | 'dark',
): string {
  const colours = chartColours(scheme === 'dark');
  switch (body.form) {
    case 'chart':
      return nested(body.svg, prefix);
    case 'note':
      return wrappedText(body.text, width, 12)
        .slice(0, 8)
        .map((line, at) => text(line, 0, 16 + at * 17, { size: 12, fill: colours.soft }))
        .join('');
    case 'text':
      return textSvg(body.blocks, width, colours);
    case 'number':
      return numberSvg(body, width, height, prefix, scheme);
    case 'table':
      return tableSvg(body, width, colours);
  }
}

function numberSvg(
  { number, svg }: Extract<TileBody, { form: 'number' }>,
  width: number,
  height: number,
  prefix: string,
  scheme: 'light' | 'dark',
): string {
  const colours = chartColours(scheme === 'dark');
  const size = Math.min(36, Math.max(20, height / 2.4));
  const fill = number.status === null ? colours.ink : colours.status[number.status];
  const value = `${number.text}${number.unit === null ? '' : ` ${number.unit}`}`;
  const { change } = number;
  const good = change?.good === true ? 'good' : change?.good === false ? 'critical' : 'neutral';
  return [
    svg === null ? '' : `<g opacity="0.9">${nested(svg, prefix)}</g>`,
    text(fittedText(value, width, size, 600), 0, size, { size, weight: 600, fill }),
    change === null
      ? ''
      : text(
          fittedText(`${change.text}${change.since === null ? '' : ` since ${change.since}`}`, width, 12),
          0,
          size + 20,
          { size: 12, fill: colours.status[good] },
        ),
  ].join('');
}

function textSvg(
  blocks: Extract<TileBody, { form: 'text' }>['blocks'],
  width: number,
  colours: ReturnType<typeof chartColours>,
): string {
  let y = 0;
  const parts: string[] = [];
  for (const { kind, text: words, sign } of blocks) {
    const size = kind === 'heading' ? 15 : 13;
    const indent = kind === 'point' ? 4 + Math.max(10, textWidth(sign, size)) : 0;
    const lines = wrappedText(words, width - indent, size);
    for (const [at, line] of lines.entries()) {
      y += size + 6;
      if (kind === 'point' && at === 0) parts.push(text(sign, 2, y, { size, fill: colours.soft }));
      parts.push(
        text(line, indent, y, {
          size,
          fill: kind === 'heading' ? colours.ink : colours.soft,
          ...(kind === 'heading' && { weight: 600 }),
        }),
      );
    }
    y += 6;
  }
  return parts.join('');
}

function tableSvg(
  { columns, rows, more }: Extract<TileBody, { form: 'table' }>,
  width: number,
  colours: ReturnType<typeof chartColours>,
): string {
  const widths = columnWidths(columns, rows, width);
  const line = (cells: readonly string[], y: number, style: { fill: string; weight?: number }) => {
    let x = 0;
    return cells
      .map((cell, at) => {
        const room = widths[at] ?? 0;
        const place = columns[at]?.isNumber === true ? x + room - 8 : x;
        x += room;
        const anchor = columns[at]?.isNumber === true ? 'end' : 'start';
        return text(fittedText(cell, room - 10, 12), place, y, { size: 12, anchor, ...style });
      })
      .join('');
  };
  return [
    line(
      columns.map(({ name }) => name),
      14,
      { fill: colours.soft, weight: 500 },
    ),
    `<path d="M0 21.5H${width}" stroke="${colours.line}"/>`,
    ...rows.map((row, at) => line(row, 38 + at * 24, { fill: colours.ink })),
    more > 0 ? text('… more rows', 0, 38 + rows.length * 24, { size: 11, fill: colours.faint }) : '',
  ].join('');
}

function columnWidths(
  columns: readonly { name: string }[],
  rows: readonly string[][],
  width: number,
): number[] {
  const wished = columns.map(({ name }, at) =>
    Math.min(40, Math.max(name.length, 4, ...rows.slice(0, 50).map((row) => row[at]?.length ?? 0))),
  );
  const sum = wished.reduce((a, b) => a + b, 0);
  return wished.map((each) => (each / Math.max(1, sum)) * width);
}

/** A picture within a picture: its names get a prefix, so that no two charts share one. */
export function nested(svg: string, prefix: string): string {
  return svg
    .replace(/^[\s\S]*?(?=<svg)/, '')
    .replace(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}-$1"`);
}

export const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has none of them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

function text(
  words: string,
  x: number,
  y: number,
  {
    size,
    fill,
    weight = 400,
    anchor = 'start',
  }: { size: number; fill: string; weight?: number; anchor?: 'start' | 'end' },
): string {
  if (words === '') return '';
  const end = anchor === 'end' ? ' text-anchor="end"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}"${end}>${escaped(words)}</text>`;
}
