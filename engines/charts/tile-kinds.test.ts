import type { JsonValue } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartSvg } from './compile.ts';
import type { ChartColumn, ChartKind } from './tile.ts';
import { answer, built, dimension, drawnOf, look, measure, textsOf } from './tile-answers.suite.ts';
import { tileChart } from './tile-chart.ts';

describe('places and networks', () => {
  it('finds countries by name, other name and code, in two languages, and says which it did not find', async () => {
    const rows: JsonValue[][] = [
      ['Deutschland', 1],
      ['Korea, Rep.', 2],
      ['USA', 3],
      ['br', 4],
      ['Côte d’Ivoire', 5],
      ['Singapore', 6],
      ['Atlantis', 7],
    ];
    const tile = built('map', { dimensions: [dimension('country')], measures: [measure('mean')] });
    const data = answer(
      [
        ['country', 'text'],
        ['life', 'number', 'years'],
      ],
      rows,
    );
    const chart = drawnOf(tile, data, { locale: 'de' });
    expect(chart.data.rows?.map(({ id }) => id)).toEqual(['276', '410', '840', '076', '384', '702']);
    expect(chart.notShown).toEqual(['Atlantis']);
    const svg = await chartSvg(chart, look);
    const fills = [...svg.matchAll(/aria-roledescription="geoshape"[^>]*fill="([^"]+)"/g)].map(
      ([, fill]) => fill,
    );
    expect(new Set(fills).size).toBeGreaterThan(4);
    expect(svg).toContain('Life (years)');
  });

  it('draws the states of the USA', async () => {
    const tile = built(
      'map',
      { dimensions: [dimension('state')], measures: [measure('mean')] },
      { region: 'us_states' },
    );
    const data = answer(
      [
        ['state', 'text'],
        ['rate', 'number'],
      ],
      [
        ['Texas', 5],
        ['CA', 7],
        ['36', 3],
      ],
    );
    expect(drawnOf(tile, data).data.rows?.map(({ id }) => id)).toEqual(['48', '06', '36']);
    expect(await textsOf(tile, data)).toContain('Rate');
  });

  it('lays a network out within its place, the same way each time', async () => {
    const ties = answer(
      [
        ['gene', 'text'],
        ['drug', 'text'],
        ['n', 'integer'],
      ],
      [
        ['A', 'X', 1],
        ['A', 'Y', 2],
        ['B', 'Y', 3],
      ],
    );
    const tile = built('network', {
      dimensions: [dimension('gene'), dimension('drug')],
      measures: [measure('count')],
    });
    const first = await chartSvg(drawnOf(tile, ties), look);
    expect(await chartSvg(drawnOf(tile, ties), look)).toBe(first);
    expect(first).not.toContain('NaN');
    const places = [...first.matchAll(/<text[^>]*translate\(([-\d.]+),([-\d.]+)\)/g)];
    // Each name, and the ground that keeps it readable over the ties.
    expect(places).toHaveLength(8);
    for (const [, x, y] of places) {
      expect(Number(x)).toBeGreaterThan(0);
      expect(Number(x)).toBeLessThan(look.width);
      expect(Number(y)).toBeGreaterThan(0);
      expect(Number(y)).toBeLessThan(look.height);
    }
  });
});

describe('every kind, over any answer', () => {
  const kinds: ChartKind[] = [
    'line',
    'bar',
    'area',
    'scatter',
    'pie',
    'donut',
    'histogram',
    'box',
    'heatmap',
    'number',
    'gauge',
    'map',
    'network',
  ];
  const cell: Record<string, fc.Arbitrary<JsonValue>> = {
    text: fc.oneof(fc.string(), fc.constant(null)),
    number: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    integer: fc.oneof(fc.integer(), fc.constant(null)),
    date: fc.oneof(fc.constantFrom('2024-02-29', '1999-12-31'), fc.constant(null)),
  };
  const table = fc
    .array(fc.constantFrom('text', 'number', 'integer', 'date'), { minLength: 1, maxLength: 5 })
    .chain((types) =>
      fc
        .array(fc.tuple(...types.map((type) => cell[type] ?? fc.constant(null))), {
          minLength: 1,
          maxLength: 6,
        })
        .map((rows) =>
          answer(
            types.map((type, at) => [`c.${at}[x]`, type as ChartColumn['type']]),
            rows,
          ),
        ),
    );
  it.each(kinds)('%s is a picture or says why not', (kind) => {
    fc.assert(
      fc.property(table, (data) => {
        const chart = tileChart(
          { title: '', kind, query: { kind: 'sql' }, spec: null, options: {} },
          data,
          look,
        );
        expect(['chart', 'number', 'empty']).toContain(chart.form);
      }),
      { numRuns: 40 },
    );
  });
});
