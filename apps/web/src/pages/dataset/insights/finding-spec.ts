import type { InsightChart } from '@stroma/contracts';
import type { Column, Row } from '../../../lib/cell.ts';

/** What a small chart is drawn from. */
export interface DrawnFinding {
  spec: Record<string, unknown>;
  columns: Column[];
  rows: Row[];
}

/** A year alone is no moment to the axis. */
const moment = (text: string): string => (/^\d{4}$/.test(text) ? `${text}-01-01` : text);

export function drawnFinding({ kind, x_title, y_title, x_type, points }: InsightChart): DrawnFinding {
  const isTime = x_type === 'time';
  const columns: Column[] = [
    { name: 'x', type: isTime ? 'timestamp' : x_type === 'number' ? 'number' : 'text' },
    { name: 'y', type: 'number' },
    { name: 'marked', type: 'boolean' },
    { name: 'lower', type: 'number' },
    { name: 'upper', type: 'number' },
  ];
  const rows: Row[] = points.map(({ x, y, marked, lower, upper }) => [
    isTime ? moment(String(x)) : x,
    y,
    marked,
    lower,
    upper,
  ]);
  const x = {
    field: 'x',
    type: isTime ? 'temporal' : x_type === 'number' ? 'quantitative' : 'nominal',
    title: x_title,
    ...(x_type === 'category' ? { sort: null } : { scale: { zero: false, nice: false } }),
  };
  const y = { field: 'y', type: 'quantitative', title: y_title, scale: { zero: kind === 'bar' } };
  const colour = '#d55e00';
  const interval = {
    mark: { type: 'rule', strokeWidth: 1.5 },
    encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
  };
  const expected = {
    mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1, opacity: 0.7, color: colour },
    encoding: { x, y: { ...y, field: 'lower' } },
  };
  const marks = {
    transform: [{ filter: 'datum.marked' }],
    mark: { type: 'point', filled: true, shape: 'diamond', size: 60, color: colour, opacity: 1 },
    encoding: { x, y },
  };
  const layer =
    kind === 'line'
      ? [{ mark: { type: 'line', strokeWidth: 1.25 }, encoding: { x, y } }, expected, marks]
      : kind === 'points'
        ? [interval, { mark: { type: 'point', filled: true, size: 50 }, encoding: { x, y } }]
        : [
            {
              mark: { type: 'bar' },
              encoding: {
                x,
                y,
                opacity: { condition: { test: 'datum.marked', value: 1 }, value: 0.65 },
              },
            },
            interval,
          ];
  return {
    spec: {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      data: { name: 'rows' },
      height: 300,
      layer,
    },
    columns,
    rows,
  };
}
