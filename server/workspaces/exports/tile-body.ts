import {
  chartView,
  type DrawnTile,
  type NumberFacts,
  type TextBlock,
  textBlocks,
  tileChart,
  wordsOf,
} from '@stroma/charts';
import type { Tile, TileResult } from '@stroma/contracts';
import { cellText } from './cell-text.ts';

/** What stands in a tile below its title. */
export type TileBody =
  | { form: 'chart'; svg: string }
  | { form: 'number'; number: NumberFacts; svg: string | null }
  | { form: 'table'; columns: { name: string; isNumber: boolean }[]; rows: string[][]; more: number }
  /** Each without its marks; the sign stands before a point. */
  | { form: 'text'; blocks: { kind: TextBlock['kind']; text: string; sign: string }[] }
  | { form: 'note'; text: string };

export interface BodySize {
  scheme: 'light' | 'dark';
  width: number;
  height: number;
}

const locale = 'en-GB';
const rowHeight = 24;

/** Nothing a chart names is fetched: neither files of this machine nor addresses. */
const closedLoader = {
  load: () => Promise.reject(new Error('A chart reads nothing but its rows.')),
  sanitize: () => Promise.reject(new Error('A chart links nowhere.')),
  http: () => Promise.reject(new Error('A chart reads nothing but its rows.')),
  file: () => Promise.reject(new Error('A chart reads nothing but its rows.')),
};

export async function tileBody(
  tile: Tile,
  result: TileResult | undefined,
  size: BodySize,
): Promise<TileBody> {
  if (tile.kind === 'text') {
    const blocks = textBlocks(tile.options.text ?? '').map((block) => ({
      kind: block.kind,
      text: wordsOf(block),
      sign: block.number === undefined ? '•' : `${block.number}.`,
    }));
    return { form: 'text', blocks };
  }
  if (result === undefined) return { form: 'note', text: 'Not asked.' };
  if (result.error !== null) return { form: 'note', text: result.error.message };
  if (tile.kind === 'table') return tableOf(result, Math.max(1, Math.floor(size.height / rowHeight) - 1));
  const chart = tileChart(tile, result, { ...size, locale });
  if (chart.form === 'layout') return tableOf(result, Math.max(1, Math.floor(size.height / rowHeight) - 1));
  if (chart.form === 'empty')
    return { form: 'note', text: chart.reason === 'no_rows' ? 'No rows.' : 'Nothing to draw.' };
  if (chart.form === 'number' && chart.number !== null && tile.kind === 'number') {
    const hasTrail = chart.number.trail.length > 1;
    return { form: 'number', number: chart.number, svg: hasTrail ? await svgOf(chart, size.scheme) : null };
  }
  return { form: 'chart', svg: await svgOf(chart, size.scheme) };
}

async function svgOf(chart: DrawnTile, scheme: 'light' | 'dark'): Promise<string> {
  const view = await chartView(chart, { scheme, locale }, { loader: closedLoader } as never);
  try {
    await view.runAsync();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** The first rows of an answer as text. */
export function tableOf(
  { columns, rows, truncated }: Pick<TileResult, 'columns' | 'rows' | 'truncated'>,
  most: number,
): Extract<TileBody, { form: 'table' }> {
  const shown = rows.slice(0, most);
  return {
    form: 'table',
    columns: columns.map(({ name, type, unit }) => ({
      name: unit === null ? name : `${name} (${unit})`,
      isNumber: type === 'integer' || type === 'number',
    })),
    rows: shown.map((row) => columns.map((column, at) => cellText(row[at] ?? null, column))),
    more: rows.length - shown.length + (truncated ? 1 : 0),
  };
}
