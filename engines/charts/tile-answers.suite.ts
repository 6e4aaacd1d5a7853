import type { JsonValue } from '@stroma/kernel';
import { expect } from 'vitest';
import { chartSvg } from './compile.ts';
import type { ChartAnswer, ChartColumn, ChartKind, ChartLook, ChartTile, DrawnTile } from './tile.ts';
import { tileChart } from './tile-chart.ts';

export const look: ChartLook = { scheme: 'light', width: 480, height: 280, locale: 'en-GB' };

export const dimension = (column: string, more: object = {}) => ({ column, ...more });
export const measure = (aggregate: string) => ({ aggregate });

export function built(
  kind: ChartKind,
  query: { dimensions?: object[]; measures?: object[]; split?: object },
  options: ChartTile['options'] = {},
): ChartTile {
  const whole = { kind: 'built', dimensions: [], measures: [], ...query } as ChartTile['query'];
  return { title: 'A tile', kind, query: whole, spec: null, options };
}

export function answer(
  columns: [string, ChartColumn['type'], (string | null)?][],
  rows: JsonValue[][],
): ChartAnswer {
  return { columns: columns.map(([name, type, unit = null]) => ({ name, type, unit })), rows };
}

export function drawnOf(tile: ChartTile, data: ChartAnswer, more: Partial<ChartLook> = {}): DrawnTile {
  const chart = tileChart(tile, data, { ...look, ...more });
  if (!('spec' in chart)) throw new Error(`expected a drawing, given ${JSON.stringify(chart)}`);
  return chart;
}

/** The texts of a picture, in the order in which they are drawn. */
export async function textsOf(
  tile: ChartTile,
  data: ChartAnswer,
  more: Partial<ChartLook> = {},
): Promise<string[]> {
  const svg = await chartSvg(drawnOf(tile, data, more), { ...look, ...more });
  expect(svg).not.toContain('NaN');
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}
