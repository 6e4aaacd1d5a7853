import type { ColumnSchema, JsonValue, RowSet } from '@stroma/kernel';
import type { AnswerShape, ParsedQuestion } from '../questions/types.ts';

export interface ChartSpec {
  type:
    | 'line'
    | 'bar'
    | 'grouped_bar'
    | 'area'
    | 'scatter'
    | 'histogram'
    | 'box'
    | 'heatmap'
    | 'number'
    | 'table';
  title: string;
  /** Vega-Lite 6 over data named `rows`, one object a row; null for `number` and `table`. */
  spec: Record<string, unknown> | null;
}

interface Field {
  name: string;
  title: string;
  kind: 'quantitative' | 'temporal' | 'nominal' | 'ordinal';
  distinct: number;
  missing: boolean;
}

const mostBars = 60;
const mostSeries = 12;

const isNumber = (value: JsonValue): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)));

function fieldOf(column: ColumnSchema, place: number, rows: JsonValue[][], shape: AnswerShape | null): Field {
  const known = shape?.columns.find((item) => item.alias === column.name);
  const values = rows.map((row) => row[place] ?? null).filter((value) => value !== null);
  const missing = values.length < rows.length;
  const distinct = new Set(values.map((value) => JSON.stringify(value))).size;
  const title =
    known === undefined
      ? column.name.replaceAll('_', ' ')
      : known.unit === null || namesUnit(known.title, known.unit)
        ? known.title
        : `${known.title} (${known.unit})`;
  if (column.type === 'date' || column.type === 'timestamp')
    return { name: column.name, title, kind: 'temporal', distinct, missing };
  const numeric = (column.type === 'integer' || column.type === 'number') && values.every(isNumber);
  if (!numeric) return { name: column.name, title, kind: 'nominal', distinct, missing };
  if (known?.role === 'group' && !known.temporal && distinct < 6)
    return { name: column.name, title, kind: 'ordinal', distinct, missing };
  return { name: column.name, title, kind: 'quantitative', distinct, missing };
}

/** "Body Mass (g)" says its unit already. */
const namesUnit = (title: string, unit: string): boolean =>
  [`(${unit})`, `[${unit}]`].some((written) => title.toLowerCase().includes(written.toLowerCase()));

/** Rows without a value keep their group and say so. */
const missingLabel = "datum.value === null ? 'missing' : datum.label";

/** Vega-Lite reads dots and brackets in a field as a path. */
const escaped = (name: string): string => name.replace(/[.[\]\\'"]/g, '\\$&');

const channel = (field: Field, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  field: escaped(field.name),
  type: field.kind,
  title: field.title,
  ...more,
});

/** Whole numbers such as years and days are written without a thousands mark. */
const axis = (field: Field): Record<string, unknown> =>
  /year/i.test(field.name) && field.kind === 'quantitative'
    ? { axis: { format: 'd' }, scale: { zero: false } }
    : field.kind === 'quantitative'
      ? { scale: { zero: false } }
      : {};

const colour = (field: Field): Record<string, unknown> =>
  channel({ ...field, kind: 'nominal' }, field.missing ? { legend: { labelExpr: missingLabel } } : {});

const tooltips = (fields: Field[]): Record<string, unknown>[] => fields.map((field) => channel(field));

function base(
  title: string,
  mark: Record<string, unknown>,
  encoding: Record<string, unknown>,
): Record<string, unknown> {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    data: { name: 'rows' },
    mark,
    encoding,
  };
}

const table = (title: string): ChartSpec => ({ type: 'table', title, spec: null });

/**
 * The chart that shows a result best, or null when there is nothing to show. Works from the columns alone, and
 * better with the shape of the question. Data is never copied into the specification.
 */
export function chooseChart(
  result: RowSet,
  question: ParsedQuestion | AnswerShape | null = null,
): ChartSpec | null {
  const shape =
    question === null
      ? null
      : 'answerable' in question
        ? question.answerable
          ? question.shape
          : null
        : question;
  if (result.rows.length === 0 || result.columns.length === 0) return null;
  const fields = result.columns.map((column, place) => fieldOf(column, place, result.rows, shape));
  const title =
    shape?.title ??
    fields
      .map((field) => field.title)
      .slice(0, 3)
      .join(', ');
  const { groups, measures } = rolesOf(fields, shape, result.rows.length);
  if (shape?.kind === 'rows' || shape?.kind === 'values') return rankedRows(shape, fields, result, title);
  if (result.rows.length === 1)
    return measures.length > 0 && groups.length === 0
      ? { type: 'number', title, spec: null }
      : groups.length === 0
        ? table(title)
        : { type: measures.length === 1 ? 'number' : 'table', title, spec: null };
  if (shape?.kind === 'histogram') return histogram(fields, result, title);
  if (shape?.kind === 'pairs' || (shape === null && groups.length === 0 && measures.length === 2))
    return scatter(measures, fields, title);
  const measure = measures[0];
  if (measure === undefined || groups.length === 0 || groups.length > 2) return table(title);
  return groups.length === 1
    ? oneGroup(groups[0] as Field, measures, title)
    : twoGroups(groups as [Field, Field], measure, title);
}

function rolesOf(
  fields: Field[],
  shape: AnswerShape | null,
  rows: number,
): { groups: Field[]; measures: Field[] } {
  if (shape !== null && shape.columns.length > 0) {
    const role = (name: string) => shape.columns.find((item) => item.alias === name)?.role;
    return {
      groups: fields.filter((field) => role(field.name) === 'group'),
      measures: fields.filter((field) => role(field.name) === 'measure'),
    };
  }
  const temporal = fields.filter((field) => field.kind === 'temporal');
  const nominal = fields.filter((field) => field.kind === 'nominal');
  const numeric = fields.filter((field) => field.kind === 'quantitative');
  const groups = [...temporal, ...nominal];
  if (groups.length > 0) return { groups, measures: numeric };
  // A leading whole number that never repeats, such as a year, orders the rest.
  const first = fields[0];
  if (
    numeric.length >= 2 &&
    first !== undefined &&
    first.distinct === rows &&
    /year|month|week|day|date|bin|from|time|age/i.test(first.name)
  )
    return { groups: [first], measures: numeric.slice(1) };
  return { groups: [], measures: numeric };
}

function rankedRows(shape: AnswerShape, fields: Field[], result: RowSet, title: string): ChartSpec {
  const measure = fields.find((field) =>
    shape.columns.some((item) => item.alias === field.name && item.role === 'measure'),
  );
  const label = fields.find((field) => field.kind === 'nominal' && field.distinct === result.rows.length);
  if (
    measure === undefined ||
    label === undefined ||
    result.rows.length < 2 ||
    result.rows.length > mostBars ||
    measure.kind !== 'quantitative'
  )
    return table(title);
  return {
    type: 'bar',
    title,
    spec: base(
      title,
      { type: 'bar' },
      { y: channel(label, { sort: null }), x: channel(measure), tooltip: tooltips([label, measure]) },
    ),
  };
}

function histogram(fields: Field[], result: RowSet, title: string): ChartSpec {
  const from = fields.at(-2);
  const count = fields.at(-1);
  if (from === undefined || count === undefined) return table(title);
  const place = fields.length - 2;
  const starts = [...new Set(result.rows.map((row) => Number(row[place])))]
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const steps = starts.slice(1).map((value, index) => value - (starts[index] as number));
  const step = steps.length === 0 ? 1 : Math.min(...steps);
  const group = fields.length === 3 ? fields[0] : undefined;
  const encoding = {
    x: channel({ ...from, kind: 'quantitative' }, { bin: { binned: true, step } }),
    y: channel(count),
    tooltip: tooltips(fields),
    ...(group === undefined ? {} : { color: colour(group) }),
  };
  return {
    type: 'histogram',
    title,
    spec: base(title, { type: 'bar', ...(group === undefined ? {} : { opacity: 0.7 }) }, encoding),
  };
}

function scatter(measures: Field[], fields: Field[], title: string): ChartSpec {
  const [x, y] = measures;
  if (x === undefined || y === undefined) return table(title);
  const group = fields.find((field) => field.kind === 'nominal' && field.distinct <= mostSeries);
  const encoding = {
    x: channel(x, { scale: { zero: false } }),
    y: channel(y, { scale: { zero: false } }),
    tooltip: tooltips(fields),
    ...(group === undefined ? {} : { color: colour(group) }),
  };
  return {
    type: 'scatter',
    title,
    spec: base(title, { type: 'point', filled: true, opacity: 0.7 }, encoding),
  };
}

const isOrderedAxis = (field: Field): boolean => field.kind === 'temporal' || field.kind === 'quantitative';

function oneGroup(group: Field, measures: Field[], title: string): ChartSpec {
  const measure = measures[0] as Field;
  if (isOrderedAxis(group)) {
    const x = channel(group, axis(group));
    if (measures.length === 1)
      return {
        type: 'line',
        title,
        spec: base(
          title,
          { type: 'line', point: group.distinct <= 60 },
          { x, y: channel(measure, { scale: { zero: false } }), tooltip: tooltips([group, measure]) },
        ),
      };
    return { type: 'line', title, spec: folded(title, { type: 'line', point: true }, x, measures, false) };
  }
  if (group.distinct > mostBars) return table(title);
  if (measures.length > 1) {
    const x = channel(group, { sort: null, axis: { labelAngle: group.distinct > 6 ? -40 : 0 } });
    return { type: 'grouped_bar', title, spec: folded(title, { type: 'bar' }, x, measures, true) };
  }
  const many = group.distinct > 12;
  const category = channel(
    group,
    many ? { sort: null } : { sort: null, axis: { labelAngle: group.distinct > 6 ? -40 : 0 } },
  );
  const encoding = many
    ? { y: category, x: channel(measure), tooltip: tooltips([group, measure]) }
    : { x: category, y: channel(measure), tooltip: tooltips([group, measure]) };
  return { type: 'bar', title, spec: base(title, { type: 'bar' }, encoding) };
}

/** Several measures over one axis: folded into a name and a value. */
function folded(
  title: string,
  mark: Record<string, unknown>,
  x: Record<string, unknown>,
  measures: Field[],
  side: boolean,
): Record<string, unknown> {
  const names = { field: 'measure', type: 'nominal', title: 'Measure' };
  return {
    ...base(title, mark, {
      x,
      y: {
        field: 'measured',
        type: 'quantitative',
        title: 'Value',
        ...(side ? {} : { scale: { zero: false } }),
      },
      color: names,
      ...(side ? { xOffset: { field: 'measure' } } : {}),
    }),
    transform: [{ fold: measures.map((field) => escaped(field.name)), as: ['measure', 'measured'] }],
  };
}

function twoGroups(groups: [Field, Field], measure: Field, title: string): ChartSpec {
  const ordered = groups.find(isOrderedAxis);
  const other = groups.find((field) => field !== ordered) as Field;
  const tooltip = tooltips([...groups, measure]);
  if (ordered !== undefined && !isOrderedAxis(other) && other.distinct <= mostSeries)
    return {
      type: 'line',
      title,
      spec: base(
        title,
        { type: 'line', point: ordered.distinct <= 60 },
        {
          x: channel(ordered, axis(ordered)),
          y: channel(measure, { scale: { zero: false } }),
          color: colour(other),
          tooltip,
        },
      ),
    };
  const [first, second] = groups[1].distinct <= groups[0].distinct ? groups : [groups[1], groups[0]];
  if (second.distinct <= 8 && first.distinct <= 30)
    return {
      type: 'grouped_bar',
      title,
      spec: base(
        title,
        { type: 'bar' },
        {
          x: channel(
            { ...first, kind: 'nominal' },
            { sort: null, axis: { labelAngle: first.distinct > 6 ? -40 : 0 } },
          ),
          xOffset: { field: escaped(second.name), sort: null },
          y: channel(measure),
          color: colour(second),
          tooltip,
        },
      ),
    };
  if (first.distinct > 100 || second.distinct > 60) return table(title);
  return {
    type: 'heatmap',
    title,
    spec: base(
      title,
      { type: 'rect' },
      {
        x: channel({ ...second, kind: 'ordinal' }, { sort: null }),
        y: channel({ ...first, kind: 'ordinal' }, { sort: null }),
        color: channel(measure),
        tooltip,
      },
    ),
  };
}
