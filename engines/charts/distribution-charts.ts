import { cellText, type Field, inWords, measured, numberOf, type Roles, tipOf, vegaValue } from './fields.ts';
import { axisFormat, chartWord, numberText } from './locale.ts';
import {
  drawn,
  inOrder,
  measureAxis,
  opacity,
  referenceLines,
  type Spec,
  seriesColour,
  sortedNames,
  stackedValues,
  tooltip,
  type Value,
} from './marks.ts';
import { chartColours } from './theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile } from './tile.ts';

/** How values spread: counts by range where the query has made ranges, otherwise ranges made of the values here. */
export function histogramChart(
  tile: ChartTile,
  answer: ChartAnswer,
  roles: Roles,
  look: ChartLook,
): DrawnTile {
  const [count] = roles.measures;
  const [from] = roles.dimensions;
  if (from === undefined || count === undefined || from.kind !== 'quantitative')
    return ownRanges(tile, answer, (from?.kind === 'quantitative' ? from : count) ?? from, roles.split, look);
  const starts = [...new Set(answer.rows.flatMap((row) => numberOf(row[from.at]) ?? []))].toSorted(
    (a, b) => a - b,
  );
  const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
  const step = gaps.length === 0 ? 1 : Math.min(...gaps);
  const range = (start: number) =>
    `${numberText(start, look.locale)} – ${numberText(start + step, look.locale)}`;
  const rows = answer.rows.flatMap((row, at): Value[] => {
    const start = numberOf(row[from.at]);
    if (start === null) return [];
    const rest = tipOf([...(roles.split ? [roles.split] : []), count], row, tile, look);
    return [
      {
        row: at,
        x: start,
        x2: start + step,
        value: numberOf(row[count.at]),
        series: roles.split ? cellText(roles.split, row, tile, look) : '',
        on: look.isSelected?.(row) ?? true,
        tip: { [inWords(from.name)]: range(start), ...rest },
      },
    ];
  });
  const names = sortedNames(
    rows.map(({ series }) => String(series)),
    look.locale,
  );
  const encoding = {
    x: {
      field: 'x',
      type: 'quantitative',
      title: tile.options.x_title ?? from.title,
      scale: { zero: false, nice: false },
      axis: { tickCount: Math.max(3, Math.floor(look.width / 80)) },
    },
    x2: { field: 'x2' },
    y2: { field: 'base' },
    y: {
      field: 'top',
      ...measureAxis(
        { ...tile, options: { ...tile.options, min: undefined, max: undefined } },
        count.title,
        true,
      ),
    },
    ...(roles.split && {
      color: seriesColour(tile, look, names, inWords(roles.split.name), roles.split.name),
    }),
    ...opacity(look),
  };
  const layer = [
    { mark: { type: 'bar', cursor: 'pointer', tooltip }, encoding },
    ...referenceLines({ ...tile, options: { target: tile.options.target } }, look, 'x'),
  ];
  return drawn(look, { layer }, stackedValues(rows, 'zero', false));
}

function ownRanges(
  tile: ChartTile,
  answer: ChartAnswer,
  field: Field | undefined,
  split: Field | null,
  look: ChartLook,
): DrawnTile {
  if (field === undefined) return drawn(look, { mark: 'bar' }, []);
  const rows = answer.rows.flatMap((row) => {
    const value = numberOf(row[field.at]);
    return value === null ? [] : [{ value, series: split ? cellText(split, row, tile, look) : '' }];
  });
  const names = sortedNames(
    rows.map(({ series }) => series),
    look.locale,
  );
  const encoding = {
    x: {
      field: 'value',
      type: 'quantitative',
      bin: { maxbins: Math.max(10, Math.floor(look.width / 18)) },
      title: tile.options.x_title ?? field.title,
    },
    y: {
      aggregate: 'count',
      type: 'quantitative',
      title: tile.options.y_title ?? chartWord(look.locale, 'count'),
    },
    ...(split && { color: seriesColour(tile, look, names, inWords(split.name), split.name) }),
  };
  return drawn(look, { mark: 'bar', encoding }, rows);
}

interface Summary {
  min: Field;
  low: Field;
  middle: Field;
  high: Field;
  max: Field;
}

const summaryNames = {
  min: /(^|_)(min|p05|p10|low|lower)$|^(min|p05|p10)(_|$)/i,
  low: /(^|_)(q1|p25)$|^(q1|p25)(_|$)/i,
  middle: /(^|_)(median|p50|q2)$|^(median|p50|q2)(_|$)/i,
  high: /(^|_)(q3|p75)$|^(q3|p75)(_|$)/i,
  max: /(^|_)(max|p95|p90|high|upper)$|^(max|p95|p90)(_|$)/i,
};

/** Five measures that are the five numbers of a box, by what the query or their names say. */
function summaryOf(tile: ChartTile, roles: Roles): Summary | null {
  const aggregates = tile.query?.kind === 'built' ? tile.query.measures : [];
  const find = (part: keyof Summary): Field | undefined =>
    roles.measures.find((field, at) => {
      const measure = aggregates[at];
      const aggregate = measure && 'aggregate' in measure ? String(measure.aggregate) : null;
      return summaryNames[part].test(aggregate ?? field.name);
    });
  const [min, low, middle, high, max] = [find('min'), find('low'), find('middle'), find('high'), find('max')];
  return min && low && middle && high && max ? { min, low, middle, high, max } : null;
}

/** Boxes from quartile to quartile with the median; from five measures, or from the values themselves. */
export function boxChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const summary = summaryOf(tile, roles);
  const group = roles.dimensions.find(({ kind }) => kind !== 'quantitative') ?? roles.split;
  const value = roles.measures[0] ?? roles.dimensions.find(({ kind }) => kind === 'quantitative');
  const nameOfRow = (row: ChartAnswer['rows'][number]) => (group ? cellText(group, row, tile, look) : '');
  const names = inOrder(answer.rows.map(nameOfRow));
  const category = (rows: readonly Value[]): Spec =>
    group
      ? {
          x: {
            field: 'x',
            type: 'nominal',
            title: tile.options.x_title ?? inWords(group.name),
            scale: { domain: inOrder(rows.map(({ x }) => String(x))) },
            axis: { labelAngle: names.join('').length * 7 + names.length * 8 > look.width - 60 ? -40 : 0 },
          },
        }
      : { x: { value: look.width / 2 } };
  const colour = group
    ? {
        ...seriesColour(tile, look, sortedNames(names, look.locale), null, group.name),
        field: 'x',
        legend: null,
      }
    : null;
  if (summary === null) {
    const rows = answer.rows.flatMap((row): Value[] => {
      const number = value === undefined ? null : numberOf(row[value.at]);
      return number === null ? [] : [{ x: nameOfRow(row), value: number }];
    });
    const field = value && measured(value, tile);
    const encoding = {
      ...(group && category(rows)),
      y: { field: 'value', ...measureAxis(tile, field?.title ?? '', false) },
      ...(colour && { color: colour }),
    };
    return drawn(look, { mark: { type: 'boxplot', size: boxSize(names.length, look) }, encoding }, rows);
  }
  const unit = tile.options.unit ?? summary.middle.unit;
  const common = sharedName(Object.values(summary).map(({ name }: Field) => name));
  const title = unit ? `${common} (${unit})` : common;
  const rows = answer.rows.map((row, at) => ({
    row: at,
    x: nameOfRow(row),
    ...Object.fromEntries(
      Object.entries(summary).map(([part, field]: [string, Field]) => [part, numberOf(row[field.at])]),
    ),
    on: look.isSelected?.(row) ?? true,
    tip: tipOf([...(group ? [group] : []), ...Object.values(summary)], row, tile, look),
  }));
  const axis = measureAxis(tile, title, false);
  const size = boxSize(names.length, look);
  const surface = chartColours(look.scheme === 'dark').surface;
  const encoding = (from: string, to?: string): Spec => ({
    ...category(rows),
    y: { field: from, ...axis },
    ...(to !== undefined && { y2: { field: to } }),
    ...(colour && { color: colour }),
    ...opacity(look),
  });
  const layer = [
    { mark: { type: 'rule', tooltip: null }, encoding: encoding('min', 'max') },
    ...['min', 'max'].map((end) => ({
      mark: { type: 'tick', size: size / 2, tooltip: null },
      encoding: encoding(end),
    })),
    {
      mark: { type: 'bar', size, cornerRadius: 1, cursor: 'pointer', tooltip },
      encoding: encoding('low', 'high'),
    },
    {
      mark: { type: 'tick', size, thickness: 2, color: surface, tooltip: null },
      encoding: { ...encoding('middle'), color: undefined },
    },
  ];
  return drawn(look, { layer }, rows);
}

const boxSize = (boxes: number, look: ChartLook): number =>
  Math.max(6, Math.min(56, ((look.width - 60) / Math.max(1, boxes)) * 0.55));

/** What the names of the five have in common: "body mass" of `median_body_mass` and `p25_body_mass`. */
function sharedName(names: readonly string[]): string {
  const words = names.map((name) =>
    name.split('_').filter((word) => !Object.values(summaryNames).some((each) => each.test(word))),
  );
  const parts = names.map((name) => name.split(' of '));
  const [same] = parts;
  if (same?.length === 2 && parts.every(([, column]) => column === same[1])) return inWords(same[1] ?? '');
  const [first = []] = words;
  return inWords(first.filter((word) => words.every((each) => each.includes(word))).join('_'));
}

/** A field of cells: two dimensions, a measure as colour, written in the cells where they are few. */
export function heatmapChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const [x, second] = roles.dimensions;
  const y = second ?? roles.split ?? undefined;
  const [measure] = roles.measures;
  if (x === undefined || y === undefined || measure === undefined) return drawn(look, { mark: 'rect' }, []);
  const field = measured(measure, tile);
  const rows = answer.rows.flatMap((row, at): Value[] => {
    const value = numberOf(row[measure.at]);
    if (value === null) return [];
    return [
      {
        row: at,
        x: cellText(x, row, tile, look),
        y: cellText(y, row, tile, look),
        value,
        label: numberText(value, look.locale, tile.options),
        on: look.isSelected?.(row) ?? true,
        tip: tipOf([x, y, field], row, tile, look),
      },
    ];
  });
  const domain = (part: Field, key: 'x' | 'y') =>
    inOrder(
      answer.rows
        .toSorted((a, b) => {
          const [left, right] = [vegaValue(part, a, look), vegaValue(part, b, look)];
          return part.kind === 'nominal'
            ? String(left).localeCompare(String(right), look.locale, { numeric: true })
            : Number(left) - Number(right);
        })
        .map((row) => cellText(part, row, tile, look)),
    ).filter((name) => rows.some((row) => row[key] === name));
  const [columns, lines] = [domain(x, 'x'), domain(y, 'y')];
  const numbers = rows.map(({ value }) => Number(value));
  const middle = (Math.min(...numbers) + Math.max(...numbers)) / 2;
  const room = (look.width - 140) / Math.max(1, columns.length);
  const longest = Math.max(0, ...rows.map(({ label }) => String(label).length));
  const labelled =
    tile.options.labels ?? (room > longest * 7 + 6 && (look.height - 60) / Math.max(1, lines.length) > 18);
  const format = axisFormat(tile.options);
  const shared = {
    x: {
      field: 'x',
      type: 'ordinal',
      title: tile.options.x_title ?? x.title,
      scale: { domain: columns },
      axis: { labelAngle: Math.max(0, ...columns.map((name) => name.length)) * 6.6 > room ? -40 : 0 },
    },
    y: { field: 'y', type: 'ordinal', title: tile.options.y_title ?? y.title, scale: { domain: lines } },
  };
  const layer: Spec[] = [
    {
      mark: { type: 'rect', cursor: 'pointer', tooltip },
      encoding: {
        ...shared,
        color: {
          field: 'value',
          type: 'quantitative',
          scale: { scheme: 'viridis', ...(tile.options.log && { type: 'log' }) },
          legend:
            tile.options.legend === 'none'
              ? null
              : {
                  title: field.title,
                  ...(look.width < 420 && { orient: 'bottom', gradientLength: look.width - 60 }),
                  ...(format && { format }),
                  gradientLength: Math.min(160, look.height - 70),
                },
        },
        ...opacity(look),
      },
    },
    ...(labelled
      ? [
          {
            mark: { type: 'text', fontSize: 11, tooltip: null },
            encoding: {
              ...shared,
              text: { field: 'label' },
              color: { condition: { test: `datum.value > ${middle}`, value: '#17191c' }, value: '#ffffff' },
            },
          },
        ]
      : []),
  ];
  return drawn(look, { layer }, rows);
}
