import type { Field } from './fields.ts';
import { axisFormat, chartWord } from './locale.ts';
import { categoryColours, chartColours } from './theme.ts';
import type { ChartLook, ChartTile, DrawnTile } from './tile.ts';

export type Spec = Record<string, unknown>;
export type Value = Record<string, unknown>;

/** A Vega-Lite tile over `rows`, as large as its place. */
export function drawn(look: ChartLook, spec: Spec, rows: Value[], more: Partial<DrawnTile> = {}): DrawnTile {
  return {
    form: more.form ?? 'chart',
    grammar: 'vega-lite',
    spec: {
      data: { name: 'rows' },
      width: look.width,
      height: look.height,
      autosize: { type: 'fit', contains: 'padding' },
      ...spec,
    },
    data: { rows, ...more.data },
    outlines: more.outlines ?? null,
    number: more.number ?? null,
    notShown: more.notShown ?? [],
  };
}

/** What is not selected fades, where something is. */
export function opacity(look: ChartLook, full = 1): Spec {
  return look.isSelected === undefined
    ? { opacity: { value: full } }
    : { opacity: { condition: { test: 'datum.on === false', value: 0.22 }, value: full } };
}

/** Text of the mark beside the pointer. */
export const tooltip = { expr: 'datum.tip' };

/** The axis of the measure. */
export function measureAxis(tile: ChartTile, title: string, fromZero: boolean): Spec {
  const { options } = tile;
  const format = axisFormat(options);
  const scale = options.log
    ? { type: 'log', nice: true }
    : {
        zero: fromZero && options.min === undefined,
        nice: true,
        ...(options.min !== undefined && { domainMin: options.min }),
        ...(options.max !== undefined && { domainMax: options.max }),
      };
  return {
    type: 'quantitative',
    title: options.y_title ?? title,
    scale,
    axis: { ...(format !== undefined && { format }), tickCount: 5 },
  };
}

const timeFormats = {
  year: '%Y',
  quarter: 'Q%q %Y',
  month: '%b %Y',
  week: '%d %b %Y',
  day: '%d %b %Y',
  hour: null,
  minute: null,
} as const;

/** The axis of a moment: UTC, in the words of the language. */
export function timeAxis(field: Field, look: ChartLook): Spec {
  const format = field.grain === null ? null : timeFormats[field.grain];
  return {
    type: 'temporal',
    scale: { type: 'utc' },
    axis: {
      ...(format !== null && { format }),
      labelFlush: true,
      tickCount: Math.max(2, Math.floor(look.width / 110)),
    },
  };
}

/** The colour of a series: named in the options, otherwise by its place among all values of the column. */
export function seriesColour(
  tile: ChartTile,
  look: ChartLook,
  names: readonly string[],
  title: string | null,
  column: string | null = null,
): Spec {
  const { colours } = tile.options;
  const palette = categoryColours(look.scheme === 'dark');
  const known = (column === null ? undefined : look.domains?.[column]) ?? names;
  const range = names.map((name, at) => {
    const place = known.indexOf(name);
    return colours?.[name] ?? palette[(place < 0 ? at : place) % palette.length] ?? '';
  });
  return {
    field: 'series',
    type: 'nominal',
    scale: { domain: [...names], range },
    legend: names.length > 1 ? legend(tile, look, names, title) : null,
  };
}

/** Beside a wide chart, below a narrow one. */
function legend(
  tile: ChartTile,
  look: ChartLook,
  names: readonly string[],
  title: string | null,
): Spec | null {
  const orient = tile.options.legend ?? (look.width >= 560 ? 'right' : 'bottom');
  if (orient === 'none') return null;
  const longest = Math.max(...names.map((name) => Math.min(24, name.length)));
  return orient === 'right'
    ? { orient, title, symbolLimit: Math.max(4, Math.floor((look.height - 40) / 20)), labelLimit: 140 }
    : {
        orient,
        title: null,
        direction: 'horizontal',
        columns: Math.max(1, Math.floor((look.width - 20) / (34 + longest * 7))),
        symbolLimit: 12,
        labelLimit: 140,
      };
}

/** Lines at the target and the thresholds, across the measure's axis. */
export function referenceLines(tile: ChartTile, look: ChartLook, channel: 'x' | 'y'): Spec[] {
  const colours = chartColours(look.scheme === 'dark');
  const { target, thresholds = [] } = tile.options;
  const lines = [
    ...thresholds.map(({ at, status }) => ({ at, colour: colours.status[status], label: '' })),
    ...(target === undefined
      ? []
      : [{ at: target, colour: colours.soft, label: chartWord(look.locale, 'target') }]),
  ];
  return lines.flatMap(({ at, colour, label }) => [
    {
      data: { values: [{}] },
      mark: { type: 'rule', strokeDash: [5, 4], color: colour, strokeWidth: 1.25, tooltip: null },
      encoding: { [channel]: { datum: at } },
    },
    ...(label === ''
      ? []
      : [
          {
            data: { values: [{}] },
            mark: {
              type: 'text',
              text: label,
              color: colour,
              fontSize: 11,
              tooltip: null,
              ...(channel === 'y'
                ? { align: 'right', baseline: 'bottom', dy: -3, x: 'width', dx: -2 }
                : { align: 'left', baseline: 'top', dx: 4, y: 2 }),
            },
            encoding: { [channel]: { datum: at } },
          },
        ]),
  ]);
}

/** Values upon each other at the same place, from `base` to `top`; each from the foot where they are not stacked. */
export function stackedValues(
  values: readonly Value[],
  stacked: 'none' | 'zero' | 'normalize',
  isLog: boolean,
): Value[] {
  const sums = new Map<unknown, number>();
  for (const { x, value } of values) sums.set(x, (sums.get(x) ?? 0) + Number(value));
  const foot = isLog ? Math.min(...values.map(({ value }) => Number(value))) / 2 : 0;
  const heights = new Map<unknown, number>();
  return values.map((each) => {
    const base = stacked === 'none' ? foot : (heights.get(each.x) ?? foot);
    const part = stacked === 'normalize' ? sums.get(each.x) || 1 : 1;
    const top = (stacked === 'none' && isLog ? 0 : base) + Number(each.value) / part;
    heights.set(each.x, top);
    return { ...each, base, top };
  });
}

/**
 * Values upon each other, the last name at the foot. A series without a value somewhere holds the place of nothing
 * there, or the pile above it breaks.
 */
export function piled(
  values: readonly Value[],
  names: readonly string[],
  stack: 'zero' | 'normalize',
): Value[] {
  const found = Map.groupBy(values, ({ x, series }) => `${x} ${series}`);
  const places = [...new Set(values.map(({ x }) => x))];
  const whole = places.flatMap((x) =>
    names
      .toReversed()
      .flatMap((series): Value[] => found.get(`${x} ${series}`) ?? [{ x, series, value: 0, row: -1 }]),
  );
  return stackedValues(whole, stack, false);
}

/** Names in the order in which they come. */
export const inOrder = (names: Iterable<string>): string[] => [...new Set(names)];

/** Names as a dictionary has them, so that a series keeps its colour from tile to tile. */
export const sortedNames = (names: Iterable<string>, locale: string): string[] =>
  [...new Set(names)].toSorted((a, b) => a.localeCompare(b, locale, { numeric: true }));
