import {
  cellText,
  type Field,
  inWords,
  looksLikeYear,
  measured,
  nameOf,
  numberOf,
  type Roles,
  tipOf,
  vegaValue,
  withUnit,
} from './fields.ts';
import { chartWord } from './locale.ts';
import {
  drawn,
  inOrder,
  measureAxis,
  opacity,
  piled,
  referenceLines,
  type Spec,
  seriesColour,
  sortedNames,
  stackedValues,
  timeAxis,
  tooltip,
  type Value,
} from './marks.ts';
import { endOfPeriod, momentText } from './moments.ts';
import { chartColours } from './theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile } from './tile.ts';

interface Series {
  values: Value[];
  names: string[];
  /** Of the legend; null where the names are those of measures. */
  title: string | null;
  measureTitle: string;
  hasSeries: boolean;
}

/** One value a row and measure: x, the series it belongs to, and what it is. */
function seriesOf(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): Series {
  const measures = roles.measures.map((field) => measured(field, tile));
  const [x] = roles.dimensions;
  const split = roles.split ?? (measures.length > 1 ? null : (roles.dimensions[1] ?? null));
  const several = measures.length > 1;
  const shown = [...roles.dimensions, ...(roles.split ? [roles.split] : []), ...measures];
  const values = answer.rows.flatMap((row, at) =>
    measures.flatMap((measure): Value[] => {
      const value = numberOf(row[measure.at]);
      if (value === null || (tile.options.log && value <= 0)) return [];
      const name = split === null ? '' : cellText(split, row, tile, look);
      const series = several ? [name, inWords(measure.name)].filter((each) => each !== '').join(', ') : name;
      return [
        {
          row: at,
          x: x === undefined ? '' : x.kind === 'nominal' ? nameOf(row[x.at], look) : vegaValue(x, row, look),
          series,
          value,
          on: look.isSelected?.(row) ?? true,
          tip: tipOf(shown, row, tile, look),
          label: cellText(measure, row, tile, look),
          ...(x?.kind === 'temporal' && { xText: cellText(x, row, tile, look) }),
        },
      ];
    }),
  );
  const present = values.map(({ series }) => String(series));
  const one = measures[0];
  return {
    values,
    names: several && split === null ? inOrder(present) : sortedNames(present, look.locale),
    title: split === null ? null : inWords(split.name),
    measureTitle:
      several || one === undefined ? withUnit(chartWord(look.locale, 'value'), tile.options.unit) : one.title,
    hasSeries: several || split !== null,
  };
}

const titleOfX = (tile: ChartTile, field: Field | undefined): string | null =>
  tile.options.x_title ??
  (field === undefined || (field.kind === 'temporal' && field.unit === null) ? null : field.title);

function xAxis(tile: ChartTile, field: Field, look: ChartLook, values: readonly Value[]): Spec {
  const title = titleOfX(tile, field);
  if (field.kind === 'temporal') return { field: 'x', title, ...timeAxis(field, look) };
  if (field.kind === 'nominal')
    return { field: 'x', type: 'nominal', title, sort: null, axis: nominalAxis(look, values) };
  const years = values.every(({ x }) => typeof x === 'number' && looksLikeYear(field, x));
  const whole = values.every(({ x }) => Number.isInteger(x));
  return {
    field: 'x',
    type: 'quantitative',
    title,
    scale: { zero: false, nice: !years },
    axis: {
      ...(years && { format: 'd' }),
      ...(whole && { tickMinStep: 1 }),
      tickCount: Math.max(2, Math.floor(look.width / 90)),
    },
  };
}

/** Labels stand level as long as they fit. */
function nominalAxis(look: ChartLook, values: readonly Value[]): Spec {
  const names = inOrder(values.map(({ x }) => String(x)));
  const room = (look.width - 60) / Math.max(1, names.length);
  const longest = Math.max(0, ...names.map((name) => name.length)) * 6.6;
  return longest <= room
    ? { labelAngle: 0 }
    : { labelAngle: -40, labelLimit: Math.min(120, look.height / 3) };
}

/** Lines and areas over a moment, a number or names in their order. */
export function lineChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const [x] = roles.dimensions;
  const series = seriesOf(tile, answer, roles, look);
  const isArea = tile.kind === 'area';
  const additive = roles.measures.every(({ isAdditive }) => isAdditive);
  const stacked = tile.options.stacked ?? (isArea && additive && series.hasSeries ? 'zero' : 'none');
  const stack = stacked === 'none' || !isArea ? null : stacked;
  const own = x === undefined ? [] : inTime(series.values, x);
  const values = stack === null ? own : piled(own, series.names, stack);
  const axis = measureAxis(tile, series.measureTitle, isArea);
  const y =
    stack === null
      ? { field: 'value', ...axis, stack }
      : { ...axis, field: 'top', stack: null, ...(stack === 'normalize' && { axis: { format: '.0%' } }) };
  const base = {
    ...(x !== undefined && { x: xAxis(tile, x, look, values) }),
    y,
    ...(series.hasSeries && { color: seriesColour(tile, look, series.names, series.title, columnOf(roles)) }),
  };
  const few = values.length <= 60;
  const layer: Spec[] = [
    {
      mark: isArea
        ? {
            type: 'area',
            // Of a pile the edge of each part is the ground between it and the next.
            ...(stack === null ? { line: true } : { stroke: chartColours(look.scheme === 'dark').surface }),
            opacity: stack === null ? (series.hasSeries ? 0.25 : 0.7) : 0.85,
            tooltip: null,
          }
        : { type: 'line', tooltip: null },
      encoding: stack === null ? base : { ...base, y2: { field: 'base' } },
    },
    ...(values.length > 4000
      ? []
      : [
          {
            mark: { type: 'point', size: few ? 36 : 60, cursor: 'pointer', tooltip },
            ...(stack !== null && { transform: [{ filter: 'datum.row >= 0' }] }),
            encoding: {
              ...base,
              ...opacity(look, few && !isArea ? 1 : look.isSelected === undefined ? 0 : 1),
            },
          },
        ]),
    ...referenceLines(tile, look, 'y'),
  ];
  return drawn(look, { layer }, values);
}

const columnOf = ({ split, dimensions }: Roles): string | null => split?.name ?? dimensions[1]?.name ?? null;

const inTime = (values: Value[], x: Field): Value[] =>
  x.kind === 'nominal'
    ? values
    : values.filter((each) => each.x !== null).toSorted((a, b) => Number(a.x) - Number(b.x));

const mostBars = 200;

/** Bars by name, upright or lying where names are many or long; by period where the first dimension is a moment. */
export function barChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const [x] = roles.dimensions;
  const series = seriesOf(tile, answer, roles, look);
  const additive = roles.measures.every(({ isAdditive }) => isAdditive);
  const stacked = tile.options.stacked ?? (additive && series.title !== null ? 'zero' : 'none');
  const measure = {
    field: 'value',
    ...measureAxis(tile, series.measureTitle, true),
    stack: stacked === 'none' ? null : stacked,
  };
  const colour = series.hasSeries
    ? seriesColour(tile, look, series.names, series.title, columnOf(roles))
    : ownColours(tile, series.values);
  const shared = { ...(colour && { color: colour }), ...opacity(look) };
  const periods = x?.kind === 'temporal' ? periodsOf(x, series.values) : null;
  if (x?.kind === 'temporal' && periods === null)
    return periodBars(tile, x, series, stacked, measure, shared, look);
  const values = series.values.map((each) => ({ ...each, x: String(each.xText ?? each.x) }));
  const names =
    periods?.map((moment) => momentText(moment, x?.grain ?? null, look.locale)) ??
    inOrder(values.map((each) => each.x)).slice(0, mostBars);
  const longest = Math.max(0, ...names.map((name) => name.length));
  const isLying =
    tile.options.horizontal ??
    (periods === null && (names.length > 12 || (names.length > 4 && longest > 12)));
  const category = {
    field: 'x',
    type: 'nominal',
    title: titleOfX(tile, x),
    scale: { domain: names, paddingInner: 0.2, paddingOuter: 0.1 },
    axis: isLying
      ? { labelLimit: Math.min(180, look.width / 3) }
      : periods === null
        ? nominalAxis(look, values)
        : { labelAngle: 0, labelOverlap: 'greedy', labelSeparation: 8 },
  };
  const besides =
    series.hasSeries && stacked === 'none' ? { field: 'series', scale: { domain: series.names } } : null;
  const encoding = {
    [isLying ? 'y' : 'x']: category,
    [isLying ? 'x' : 'y']: measure,
    ...(besides && { [isLying ? 'yOffset' : 'xOffset']: besides }),
    ...shared,
  };
  const labelled =
    tile.options.labels ?? (!series.hasSeries && names.length <= (isLying ? 24 : look.width / 60));
  const layer = [
    { mark: { type: 'bar', cursor: 'pointer', tooltip }, encoding },
    ...(labelled && stacked === 'none'
      ? [
          {
            mark: {
              type: 'text',
              tooltip: null,
              fontSize: 11,
              ...(isLying ? { align: 'left', dx: 4 } : { baseline: 'bottom', dy: -3 }),
            },
            encoding: { ...encoding, color: undefined, text: { field: 'label' } },
          },
        ]
      : []),
    ...referenceLines(tile, look, isLying ? 'x' : 'y'),
  ];
  return drawn(look, { layer }, values);
}

/** Colours by name, where the options give some. */
function ownColours(tile: ChartTile, values: readonly Value[]): Spec | null {
  const { colours } = tile.options;
  if (colours === undefined) return null;
  const names = inOrder(values.map(({ x }) => String(x))).filter((name) => colours[name] !== undefined);
  return names.length === 0
    ? null
    : {
        field: 'x',
        type: 'nominal',
        scale: { domain: names, range: names.map((name) => colours[name]) },
        legend: null,
      };
}

const mostPeriods = 40;

/** Every period from the first to the last, also those without a value; null where they are too many, or have no grain. */
function periodsOf(x: Field, values: readonly Value[]): number[] | null {
  const { grain } = x;
  const moments = values.flatMap((each) => (typeof each.x === 'number' ? [each.x] : []));
  if (grain === null || moments.length === 0) return null;
  const last = Math.max(...moments);
  const periods: number[] = [];
  for (let at = Math.min(...moments); at <= last; at = endOfPeriod(at, grain)) {
    periods.push(at);
    if (periods.length > mostPeriods) return null;
  }
  return periods;
}

/** Bars as wide as their period. */
function periodBars(
  tile: ChartTile,
  x: Field,
  series: Series,
  stacked: 'none' | 'zero' | 'normalize',
  measure: Spec,
  shared: Spec,
  look: ChartLook,
): DrawnTile {
  const values = stackedValues(inTime(series.values, x), stacked, tile.options.log ?? false);
  const starts = [...new Set(values.map((each) => Number(each.x)))];
  const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  const step = gaps.length === 0 ? 86_400_000 : Math.min(...gaps);
  const rows = values.map((each) => {
    const start = Number(each.x);
    const end = x.grain === null ? start + step : endOfPeriod(start, x.grain);
    const gap = (end - start) * 0.08;
    return { ...each, x: start + gap, x2: end - gap };
  });
  const encoding = {
    x: { field: 'x', title: titleOfX(tile, x), ...timeAxis(x, look) },
    x2: { field: 'x2' },
    y: { ...measure, field: 'top', stack: undefined },
    y2: { field: 'base' },
    ...shared,
  };
  const layer = [
    { mark: { type: 'bar', cursor: 'pointer', tooltip }, encoding },
    ...referenceLines(tile, look, 'y'),
  ];
  return drawn(look, { layer }, rows);
}

/** A point a row; a third number is its size, a few names its colour. */
export function scatterChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const all = [...roles.dimensions, ...roles.measures];
  const numbers = all.filter(({ kind }) => kind !== 'nominal').map((field) => ({ ...field }));
  const names = all.filter(({ kind }) => kind === 'nominal');
  const [x, y, size] = numbers;
  const colour = roles.split ?? names.find(({ distinct }) => distinct <= 12) ?? null;
  const shown = [...names, ...(roles.split ? [roles.split] : []), ...numbers];
  const rows = answer.rows.map((row, at) => ({
    row: at,
    x: x === undefined ? null : vegaValue(x, row, look),
    y: y === undefined ? null : vegaValue(y, row, look),
    ...(size !== undefined && { size: vegaValue(size, row, look) }),
    series: colour === null ? '' : cellText(colour, row, tile, look),
    on: look.isSelected?.(row) ?? true,
    tip: tipOf(shown, row, tile, look),
  }));
  const complete = rows.filter((each) => each.x !== null && each.y !== null);
  const series = sortedNames(
    complete.map((each) => each.series),
    look.locale,
  );
  const axis = (field: Field | undefined, name: 'x' | 'y', title: string | undefined): Spec =>
    field?.kind === 'temporal'
      ? { field: name, title: title ?? null, ...timeAxis(field, look) }
      : {
          field: name,
          type: 'quantitative',
          title: title ?? field?.title ?? null,
          scale: { zero: false, nice: true, ...(tile.options.log && { type: 'log' }) },
          axis: { tickCount: name === 'x' ? Math.max(2, Math.floor(look.width / 90)) : 5 },
        };
  const encoding = {
    x: axis(x, 'x', tile.options.x_title),
    y: axis(y, 'y', tile.options.y_title),
    ...(size !== undefined && {
      size: { field: 'size', type: 'quantitative', scale: { range: [20, 500] }, legend: null },
    }),
    ...(colour !== null && { color: seriesColour(tile, look, series, inWords(colour.name), colour.name) }),
    ...opacity(look, complete.length > 2000 ? 0.35 : 0.7),
  };
  return drawn(look, { mark: { type: 'point', cursor: 'pointer', tooltip }, encoding }, complete);
}
