import { z } from 'zod';
import { idOf, jsonValue, timestamp } from './fields.ts';
import { metricUse } from './metrics.ts';
import { columnName, columnSchema } from './profiles.ts';
import { tileAggregates, tileGrains, tileKinds } from './tile-kinds.ts';

/** A value a filter compares with; null is the missing value. Dates and moments are ISO 8601 text. */
export const filterValue = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);
export type FilterValue = z.infer<typeof filterValue>;

export const filterOperators = [
  'in',
  'not_in',
  'between',
  'gte',
  'lte',
  'gt',
  'lt',
  'contains',
  'is_missing',
  'not_missing',
] as const;
export type FilterOperator = (typeof filterOperators)[number];

/**
 * Which rows count, before any tile's SQL runs. It holds for every dataset of the board that has the column. `between`
 * takes two values and holds both, a day for all of it. One without a value is not chosen yet and holds for nothing,
 * save `is_missing` and `not_missing`. `not_in` keeps missing values unless null is one.
 */
export const rowFilter = z.strictObject({
  column: columnName,
  op: z.enum(filterOperators),
  values: z.array(filterValue).max(1000).default([]),
  dataset_id: idOf('dataset').nullable().default(null).describe('Null: every dataset that has the column'),
});
export type RowFilter = z.infer<typeof rowFilter>;

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);
const duration = z
  .string()
  .max(40)
  .regex(
    /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/,
    'expected P7D, PT1H ...',
  );

/** From counts in, to does not, save a date alone, which counts in whole. A column of null: each dataset's main one. */
export const timeRange = z.union([
  z.strictObject({ column: columnName.nullable().default(null), last: duration }),
  z.strictObject({
    column: columnName.nullable().default(null),
    from: moment.nullable().default(null),
    to: moment.nullable().default(null),
  }),
]);
export type TimeRange = z.infer<typeof timeRange>;

/** What rows are put together by. `grain` cuts a date or moment, `bins` a number into that many equal ranges. */
export const tileDimension = z.strictObject({
  column: columnName,
  grain: z.enum(tileGrains).optional(),
  bins: z.int().min(2).max(200).optional(),
  as: columnName.optional().describe('Name of the column in the answer'),
});
export type TileDimension = z.infer<typeof tileDimension>;

export const tileMeasure = z.union([
  z.strictObject({
    aggregate: z.enum(tileAggregates),
    column: columnName.optional().describe('Absent only for count, which then counts rows'),
    as: columnName.optional(),
  }),
  z.strictObject({ metric_id: idOf('metric'), as: columnName.optional() }),
]);
export type TileMeasure = z.infer<typeof tileMeasure>;

export const builtQuery = z.strictObject({
  kind: z.literal('built'),
  dataset_id: idOf('dataset'),
  dimensions: z.array(tileDimension).max(8).default([]),
  measures: z.array(tileMeasure).max(20).default([]).describe('None: the rows themselves'),
  split: tileDimension.optional().describe('One more dimension, shown as colour'),
  filters: z.array(rowFilter).max(50).default([]).describe('Always hold for this tile'),
  order_by: z
    .array(z.strictObject({ column: columnName, descending: z.boolean().default(false) }))
    .max(8)
    .default([])
    .describe('By names of the answer; none: time and ranges ascending, else the first measure descending'),
  limit: z.int().min(1).max(10_000).default(1000),
  sample: z.boolean().default(false).describe('Without measures: a fair sample of the rows, not the first'),
  drill: z
    .array(tileDimension)
    .max(8)
    .default([])
    .describe('What the first dimension becomes, one step a click'),
});
export type BuiltQuery = z.infer<typeof builtQuery>;

export const sqlQuery = z.strictObject({
  kind: z.literal('sql'),
  dataset_ids: z.array(idOf('dataset')).min(1).max(20),
  sql: z.string().trim().min(1).max(100_000).describe('`{{name}}` is a variable of the board'),
  question: z.string().max(2000).nullable().default(null),
  query_id: idOf('query').nullable().default(null).describe('The question it was made from'),
});
export type SqlQuery = z.infer<typeof sqlQuery>;

export const tileQuery = z.discriminatedUnion('kind', [builtQuery, sqlQuery]);
export type TileQuery = z.infer<typeof tileQuery>;

/** On a grid of 12 columns; `h` and `y` count rows of 40 pixels. */
export const tilePlace = z.strictObject({
  x: z.int().min(0).max(11),
  y: z.int().min(0).max(2000),
  w: z.int().min(1).max(12),
  h: z.int().min(1).max(60),
});
export type TilePlace = z.infer<typeof tilePlace>;

const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'expected a colour like #0072b2');

export const tileOptions = z.strictObject({
  text: z.string().max(20_000).optional().describe('Markdown, of a text tile'),
  unit: z.string().max(40).optional(),
  format: z.enum(['auto', 'integer', 'decimal', 'percent', 'compact', 'scientific']).optional(),
  decimals: z.int().min(0).max(10).optional(),
  target: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  thresholds: z
    .array(z.strictObject({ at: z.number(), status: z.enum(['good', 'warning', 'critical', 'neutral']) }))
    .max(10)
    .optional()
    .describe('From this value on the status holds'),
  higher_is: z.enum(['better', 'worse', 'neutral']).optional(),
  compare: z.enum(['none', 'first', 'previous_period']).optional(),
  colours: z.record(z.string().max(1000), colour).optional().describe('By value of the split or dimension'),
  stacked: z.enum(['none', 'zero', 'normalize']).optional(),
  horizontal: z.boolean().optional(),
  log: z.boolean().optional(),
  labels: z.boolean().optional(),
  legend: z.enum(['none', 'right', 'bottom', 'top']).optional(),
  region: z.enum(['world', 'us_states']).optional().describe('Outlines of a map'),
  x_title: z.string().max(200).optional(),
  y_title: z.string().max(200).optional(),
});
export type TileOptions = z.infer<typeof tileOptions>;

export const tile = z.strictObject({
  tile_id: idOf('tile'),
  title: z.string().trim().max(200).default(''),
  description: z.string().max(2000).default(''),
  kind: z.enum(tileKinds),
  place: tilePlace,
  query: tileQuery
    .nullable()
    .default(null)
    .describe('Null for a text tile, and where it asks of data that is not yours to know of'),
  spec: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .describe('Vega-Lite with data named `rows`; null: made from kind and columns'),
  options: tileOptions.default({}),
});
export type Tile = z.infer<typeof tile>;

/** What somebody looks at; not kept in the board. */
export const boardState = z.strictObject({
  filters: z.array(rowFilter).max(50).optional().describe('Absent: as the board has them'),
  time_range: timeRange.nullable().optional().describe('Absent: as the board has it; null: all time'),
  variables: z.record(z.string().max(60), z.union([filterValue, z.array(filterValue).max(1000)])).default({}),
  cross: z
    .array(z.strictObject({ tile_id: idOf('tile'), filters: z.array(rowFilter).max(20) }))
    .max(50)
    .default([])
    .describe('Clicked in one tile, holds for the others; of several of a tile any may hold'),
  drill: z
    .array(
      z.strictObject({
        tile_id: idOf('tile'),
        path: z.array(z.strictObject({ column: columnName, value: filterValue })).max(8),
      }),
    )
    .max(50)
    .default([]),
});
export type BoardState = z.infer<typeof boardState>;

export const tileColumn = columnSchema.extend({
  unit: z.string().nullable(),
  metric_id: z.string().nullable().describe('Of the governed metric it shows'),
});

export const tileResult = z.object({
  tile_id: z.string(),
  sql: z.string().nullable().describe('What ran; null where nothing could'),
  columns: z.array(tileColumn),
  rows: z.array(z.array(jsonValue)),
  truncated: z.boolean(),
  execution_ms: z.number(),
  cached: z.boolean(),
  stale: z.boolean(),
  dataset_versions: z.array(
    z.object({ dataset_id: z.string(), name: z.string(), version_id: z.string(), number: z.int() }),
  ),
  filtered_by: z.array(z.string()).describe('Columns a filter or the time range was applied to'),
  not_filtered: z
    .array(
      z.object({
        column: z.string(),
        dataset_id: z.string(),
        reason: z.enum(['no_column', 'masked', 'type']),
      }),
    )
    .describe('Filters that do not hold here, and why'),
  restricted: z.boolean().describe('Rows or values are withheld from you'),
  drill_level: z.int().describe('0: not drilled'),
  /** The same query over the period of the same length before; only with `compare: previous_period` and a time range. */
  comparison: z.object({ from: timestamp, to: timestamp, rows: z.array(z.array(jsonValue)) }).nullable(),
  metrics: z.array(metricUse),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  provenance_id: z.string().nullable(),
});
export type TileResult = z.infer<typeof tileResult>;
