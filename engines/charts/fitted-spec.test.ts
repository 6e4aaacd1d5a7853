import { describe, expect, it } from 'vitest';
import { fittedSpec } from './fitted-spec.ts';

const columns = [
  { name: 'year', type: 'integer' as const },
  { name: 'days', type: 'integer' as const },
  { name: 'mean', type: 'number' as const },
];
const rows = [
  [1999, 0, 1.5],
  [2001, 9, 2.5],
];
const spec = (field: string, more: object = {}) => ({
  title: 'A title the panel already has',
  mark: 'line',
  encoding: { x: { field, type: 'quantitative', ...more }, y: { field: 'mean', type: 'quantitative' } },
});
const axisOf = (fitted: Record<string, unknown>, channel = 'x') =>
  (fitted.encoding as Record<string, { axis?: object }>)[channel]?.axis;

describe('a chart in its place', () => {
  it('is as wide as its place and leaves the title to the panel', () => {
    const fitted = fittedSpec(spec('days'), columns, rows, 600);
    expect(fitted).toMatchObject({ width: 600, height: 320 });
    expect(fitted).not.toHaveProperty('title');
  });

  it('steps whole numbers by whole numbers, and writes years without a thousands mark', () => {
    expect(axisOf(fittedSpec(spec('days'), columns, rows, 600))).toEqual({ tickMinStep: 1 });
    expect(axisOf(fittedSpec(spec('year'), columns, rows, 600))).toEqual({ tickMinStep: 1, format: 'd' });
    expect(axisOf(fittedSpec(spec('days'), columns, rows, 600), 'y')).toBeUndefined();
  });

  it('takes its colours from the theme', () => {
    const coloured = { ...spec('days') };
    const encoding = {
      ...coloured.encoding,
      color: { field: 'a', type: 'nominal', scale: { scheme: 'set1', domain: [1] } },
    };
    expect(fittedSpec({ ...coloured, encoding }, columns, rows, 600)).toMatchObject({
      encoding: { color: { scale: { domain: [1] } } },
    });
    const fitted = JSON.stringify(fittedSpec({ ...coloured, encoding }, columns, rows, 600));
    expect(fitted).not.toContain('set1');
  });

  it('leaves alone what the spec says itself', () => {
    expect(axisOf(fittedSpec(spec('year', { axis: { format: '.1f' } }), columns, rows, 600))).toEqual({
      tickMinStep: 1,
      format: '.1f',
    });
    expect(axisOf(fittedSpec(spec('days', { bin: true }), columns, rows, 600))).toBeUndefined();
    expect(fittedSpec({ ...spec('days'), width: { step: 20 } }, columns, rows, 600)).toMatchObject({
      width: { step: 20 },
    });
  });
});
