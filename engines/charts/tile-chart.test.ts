import type { JsonValue } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { chartSvg } from './compile.ts';
import type { ChartTile } from './tile.ts';
import { answer, built, dimension, drawnOf, look, measure, textsOf } from './tile-answers.suite.ts';
import { tileChart } from './tile-chart.ts';

const species = answer(
  [
    ['species', 'text'],
    ['mean_body_mass', 'number', 'g'],
  ],
  [
    ['Gentoo', 5076.02],
    ['Chinstrap', 3733.09],
    ['Adelie', 3700.66],
  ],
);
const bySpecies = { dimensions: [dimension('species')], measures: [measure('mean')] };
const months = (value: (month: number) => number) =>
  Array.from({ length: 12 }, (_, at) => [`2024-${String(at + 1).padStart(2, '0')}-01`, value(at)]);

describe('a tile as a chart', () => {
  it('draws bars with their names, unit and values, in the order of the answer', async () => {
    const texts = await textsOf(built('bar', bySpecies), species);
    expect(texts).toContain('Mean body mass (g)');
    expect(texts.filter((text) => ['Gentoo', 'Chinstrap', 'Adelie'].includes(text))).toEqual([
      'Gentoo',
      'Chinstrap',
      'Adelie',
    ]);
    expect(texts).toEqual(expect.arrayContaining(['5,076 g', '3,733 g', '3,701 g']));
  });

  it('writes numbers and months as the language does', async () => {
    const german = { locale: 'de-DE' };
    expect(await textsOf(built('bar', bySpecies), species, german)).toContain('5.076 g');
    const rain = answer(
      [
        ['day', 'date'],
        ['rain', 'number'],
      ],
      months((at) => 1000 + at),
    );
    const tile = built('line', {
      dimensions: [dimension('day', { grain: 'month' })],
      measures: [measure('sum')],
    });
    expect((await textsOf(tile, rain, german)).some((text) => /^(Mai|März|Okt) 2024$/.test(text))).toBe(true);
  });

  it('shows each period once, also one without a value, and stacks what adds up', () => {
    const rows: JsonValue[][] = [
      ['2024-01-01', 'rain', 3],
      ['2024-01-01', 'sun', 4],
      ['2024-03-01', 'sun', 5],
    ];
    const tile = built('bar', {
      dimensions: [dimension('day', { grain: 'month' })],
      split: dimension('weather'),
      measures: [measure('count')],
    });
    const columns: Parameters<typeof answer>[0] = [
      ['day', 'date'],
      ['weather', 'text'],
      ['count', 'integer'],
    ];
    const { spec } = drawnOf(tile, answer(columns, rows));
    expect(JSON.stringify(spec)).toContain('["Jan 2024","Feb 2024","Mar 2024"]');
    expect(JSON.stringify(spec)).toContain('"stack":"zero"');
  });

  it('makes the bar of a period as wide as the period, in UTC, where they are many', () => {
    const rows = Array.from({ length: 60 }, (_, at): JsonValue[] => [
      new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10),
      at,
    ]);
    const tile = built('bar', {
      dimensions: [dimension('day', { grain: 'day' })],
      measures: [measure('count')],
    });
    const first = drawnOf(
      tile,
      answer(
        [
          ['day', 'date'],
          ['count', 'integer'],
        ],
        rows,
      ),
    ).data.rows?.[0];
    expect(Number(first?.x)).toBeGreaterThan(Date.UTC(2024, 0, 1));
    expect(Number(first?.x2)).toBeLessThan(Date.UTC(2024, 0, 2));
    expect(first).toMatchObject({ base: 0, top: 0 });
  });

  it('gives a group without a name a name', async () => {
    const missing = answer(
      [
        ['species', 'text'],
        ['count', 'integer'],
      ],
      [
        [null, 2],
        ['Adelie', 3],
      ],
    );
    expect(await textsOf(built('bar', { ...bySpecies, measures: [measure('count')] }), missing)).toContain(
      'missing',
    );
  });

  it('shows shares of a whole that add up to all of it, the small ones together', () => {
    const rows = Array.from({ length: 12 }, (_, at): JsonValue[] => [`kind ${at}`, 12 - at]);
    const tile = built('pie', { dimensions: [dimension('kind')], measures: [measure('count')] });
    const { data } = drawnOf(
      tile,
      answer(
        [
          ['kind', 'text'],
          ['count', 'integer'],
        ],
        rows,
      ),
    );
    expect(data.rows).toHaveLength(8);
    expect(data.rows?.at(-1)).toMatchObject({ series: 'Other (5)', value: 15 });
    expect(data.rows?.reduce((sum, { value }) => sum + Number(value), 0)).toBe(78);
  });

  it('draws ranges as wide as they are', async () => {
    const bins = answer(
      [
        ['body_mass', 'number', 'g'],
        ['count', 'integer'],
      ],
      [
        [2700, 3],
        [2900, 9],
        [3300, 4],
      ],
    );
    const tile = built('histogram', {
      dimensions: [dimension('body_mass', { bins: 4 })],
      measures: [measure('count')],
    });
    expect(drawnOf(tile, bins).data.rows).toMatchObject([
      { x: 2700, x2: 2900 },
      { x: 2900, x2: 3100 },
      { x: 3300, x2: 3500 },
    ]);
    expect(await textsOf(tile, bins)).toEqual(expect.arrayContaining(['Body mass (g)', 'Count']));
  });

  it('makes a box of five measures, and of the values themselves', async () => {
    const five = ['p05', 'p25', 'median', 'p75', 'p95'];
    const summary = answer(
      [
        ['species', 'text'],
        ...five.map((each): [string, 'number', string] => [`${each}_body_mass`, 'number', 'g']),
      ],
      [['Adelie', 2900, 3350, 3700, 4000, 4500]],
    );
    const tile = built('box', { dimensions: [dimension('species')], measures: five.map(measure) });
    expect(drawnOf(tile, summary).data.rows?.[0]).toMatchObject({
      min: 2900,
      low: 3350,
      middle: 3700,
      high: 4000,
      max: 4500,
    });
    expect(await textsOf(tile, summary)).toContain('Body mass (g)');
    const values = answer(
      [
        ['species', 'text'],
        ['mass', 'number', 'g'],
      ],
      [1, 2, 3, 4, 50].map((each) => ['Adelie', each]),
    );
    const raw: ChartTile = { title: '', kind: 'box', query: { kind: 'sql' }, spec: null, options: {} };
    expect(await textsOf(raw, values)).toEqual(expect.arrayContaining(['Adelie', 'Mass (g)']));
  });

  it('writes the values into the cells of a small field', async () => {
    const cells = answer(
      [
        ['island', 'text'],
        ['species', 'text'],
        ['n', 'integer'],
      ],
      [
        ['Dream', 'Adelie', 56],
        ['Dream', 'Chinstrap', 68],
        ['Biscoe', 'Gentoo', 124],
      ],
    );
    const tile = built('heatmap', {
      dimensions: [dimension('island'), dimension('species')],
      measures: [measure('count')],
    });
    expect(await textsOf(tile, cells)).toEqual(
      expect.arrayContaining(['56', '68', '124', 'Biscoe', 'Gentoo']),
    );
  });

  it('says a number, its unit, and whether its change is welcome', async () => {
    const trend = answer(
      [
        ['day', 'date'],
        ['mean', 'number'],
      ],
      months((at) => 100 + at),
    );
    const tile = built(
      'number',
      { dimensions: [dimension('day', { grain: 'month' })], measures: [measure('mean')] },
      {
        unit: 'mg',
        compare: 'previous_period',
        higher_is: 'worse',
        thresholds: [{ at: 105, status: 'warning' }],
      },
    );
    const { number } = drawnOf(tile, trend);
    expect(number).toMatchObject({
      value: 111,
      text: '111',
      unit: 'mg',
      status: 'warning',
      change: { absolute: 1, text: '+0.9%', direction: 'up', good: false, since: 'Nov 2024' },
    });
    expect(number?.trail).toHaveLength(12);
    expect(await textsOf(tile, trend)).toContain('111 mg');
  });

  it('compares with the period before where the answer has it', () => {
    const tile = built('number', { measures: [measure('sum')] }, { compare: 'previous_period' });
    const now = answer([['sum', 'number']], [[90]]);
    const comparison = { from: '2024-01-01T00:00:00Z', to: '2024-01-08T00:00:00Z', rows: [[120]] };
    expect(drawnOf(tile, { ...now, comparison }).number?.change).toMatchObject({
      absolute: -30,
      relative: -0.25,
      text: '−25.0%',
    });
  });

  it('puts a number between two ends, with its target', async () => {
    const tile = built(
      'gauge',
      { measures: [measure('mean')] },
      { min: 2000, max: 7000, target: 5000, unit: 'g' },
    );
    const texts = await textsOf(tile, answer([['mean_mass', 'number']], [[4201.75]]));
    expect(texts).toEqual(expect.arrayContaining(['4,202', 'g', '2,000', '7,000']));
  });

  it('piles areas up without a hole where a series has no value', async () => {
    const rain = answer(
      [
        ['day', 'date'],
        ['weather', 'text'],
        ['days', 'integer'],
      ],
      months(() => 3).flatMap(([day], at) => [
        ...(at % 3 === 1 ? [] : [[day as string, 'snow', 2]]),
        [day as string, 'sun', 5],
        ...(at % 4 === 2 ? [] : [[day as string, 'rain', 4]]),
      ]),
    );
    const tile = built('area', {
      dimensions: [dimension('day', { grain: 'month' })],
      split: dimension('weather'),
      measures: [measure('count')],
    });
    const svg = await chartSvg(drawnOf(tile, rain), look);
    const areas = [...svg.matchAll(/d="(M[^"]+Z)"/g)].map(([, path = '']) =>
      [...path.matchAll(/[ML]([-\d.]+),([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
    );
    const piled = areas.filter((points) => points.length === 24);
    expect(piled).toHaveLength(3);
    // Forth along the top and back along the bottom, at the same moments for all: the top of one is the bottom of the next.
    const tops = piled.map((points) => points.slice(0, 12).map(([, y]) => y));
    const bottoms = piled.map((points) =>
      points
        .slice(12)
        .toReversed()
        .map(([, y]) => y),
    );
    expect(tops.filter((top) => bottoms.some((bottom) => String(bottom) === String(top)))).toHaveLength(2);
  });

  it('keeps the colour of a series when others are filtered away', () => {
    const rows: JsonValue[][] = [[2000, 'Gentoo', 1]];
    const tile = built('line', {
      dimensions: [dimension('year')],
      split: dimension('species'),
      measures: [measure('mean')],
    });
    const data = answer(
      [
        ['year', 'integer'],
        ['species', 'text'],
        ['mean', 'number'],
      ],
      rows,
    );
    const colour = (domains?: Record<string, string[]>) =>
      JSON.stringify(drawnOf(tile, data, { domains }).spec).match(/"range":\["(#\w+)"\]/)?.[1];
    expect(colour({ species: ['Adelie', 'Chinstrap', 'Gentoo'] })).toBe('#009E73');
    expect(colour()).toBe('#0072B2');
  });

  it('uses a spec of the tile’s own, with its columns by their names', async () => {
    const spec = {
      mark: 'bar',
      encoding: {
        y: { field: 'species', type: 'nominal' },
        x: { field: 'mean_body_mass', type: 'quantitative' },
      },
    };
    const own: ChartTile = { title: '', kind: 'bar', query: { kind: 'sql' }, spec, options: {} };
    expect(await textsOf(own, species)).toEqual(expect.arrayContaining(['Gentoo', 'mean_body_mass']));
  });

  it('draws nothing without rows, and leaves tables and texts to who lays them out', () => {
    expect(tileChart(built('bar', bySpecies), { ...species, rows: [] }, look)).toEqual({
      form: 'empty',
      reason: 'no_rows',
    });
    expect(tileChart(built('table', {}), species, look)).toEqual({ form: 'layout' });
    expect(tileChart({ ...built('text', {}), query: null }, { columns: [], rows: [] }, look)).toEqual({
      form: 'layout',
    });
  });

  it('fades what is not selected', () => {
    const chart = drawnOf(built('bar', bySpecies), species, { isSelected: ([name]) => name === 'Adelie' });
    expect(chart.data.rows?.map(({ on }) => on)).toEqual([false, false, true]);
  });
});
