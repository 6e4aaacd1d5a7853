import type { ColumnType, JsonValue } from '@stroma/kernel';

/** Every form a tile may take; `table` and `text` are laid out by who shows them. */
export type ChartKind =
  | 'line'
  | 'bar'
  | 'area'
  | 'scatter'
  | 'pie'
  | 'donut'
  | 'histogram'
  | 'box'
  | 'heatmap'
  | 'table'
  | 'number'
  | 'gauge'
  | 'map'
  | 'network'
  | 'text';

export type Status = 'good' | 'warning' | 'critical' | 'neutral';

/** How the parts of a chart are to look; what is absent is chosen from the data. */
export interface ChartOptions {
  unit?: string | undefined;
  format?: 'auto' | 'integer' | 'decimal' | 'percent' | 'compact' | 'scientific' | undefined;
  decimals?: number | undefined;
  target?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  /** From `at` on upwards the status holds. */
  thresholds?: readonly { at: number; status: Status }[] | undefined;
  higher_is?: 'better' | 'worse' | 'neutral' | undefined;
  compare?: 'none' | 'first' | 'previous_period' | undefined;
  /** A colour (CSS) by the value of the split, or of the only dimension. */
  colours?: Readonly<Record<string, string>> | undefined;
  stacked?: 'none' | 'zero' | 'normalize' | undefined;
  horizontal?: boolean | undefined;
  /** Logarithmic axis of the measure. */
  log?: boolean | undefined;
  labels?: boolean | undefined;
  legend?: 'none' | 'right' | 'bottom' | 'top' | undefined;
  region?: 'world' | 'us_states' | undefined;
  x_title?: string | undefined;
  y_title?: string | undefined;
}

export type Grain = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute';

interface Dimension {
  column: string;
  grain?: Grain | undefined;
  bins?: number | undefined;
}

export interface ChartTile {
  title: string;
  kind: ChartKind;
  /** A Vega-Lite spec over data named `rows`; null: the chart is made from the kind and the columns. */
  spec: Readonly<Record<string, unknown>> | null;
  /** A built query says which columns of the answer are what, in this order: dimensions, split, measures. */
  query:
    | {
        kind: 'built';
        dimensions: readonly Dimension[];
        split?: Dimension | undefined;
        measures: readonly object[];
        drill?: readonly Dimension[] | undefined;
      }
    | { kind: 'sql' }
    | null;
  options: ChartOptions;
}

export interface ChartColumn {
  name: string;
  type: ColumnType;
  unit?: string | null | undefined;
}
export type ChartRow = readonly JsonValue[];

/** What a tile shows: rows as arrays in the order of the columns, missing is null. */
export interface ChartAnswer {
  columns: readonly ChartColumn[];
  rows: readonly ChartRow[];
  /** The same over the period before. */
  comparison?: { from: string; to: string; rows: readonly ChartRow[] } | null | undefined;
  /** How often the first dimension was followed down. */
  drill_level?: number | undefined;
}

/** Where and for whom a chart is drawn. */
export interface ChartLook {
  scheme: 'light' | 'dark';
  /** Pixels, axes and legends included. */
  width: number;
  height: number;
  /** BCP 47; numbers, months and words are written in it. */
  locale: string;
  /** Rows that were clicked: the others fade. */
  isSelected?: ((row: ChartRow) => boolean) | undefined;
  /** Values of a column in the order in which they take the colours, so that a filter recolours nothing. */
  domains?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface NumberFacts {
  value: number | null;
  /** As it is read: rounded, with separators, without the unit. */
  text: string;
  unit: string | null;
  change: {
    absolute: number;
    /** Share of what it is compared with; null where that is 0. */
    relative: number | null;
    text: string;
    direction: 'up' | 'down' | 'same';
    /** Whether the change is welcome; null where nothing says so. */
    good: boolean | null;
    /** The moment or value it is compared with. */
    since: string | null;
  } | null;
  status: Status | null;
  target: string | null;
  /** The values in their order, for the small line below; empty where there is one value. */
  trail: { label: string; value: number }[];
}

export interface DrawnTile {
  form: 'chart' | 'number';
  grammar: 'vega-lite' | 'vega';
  spec: Record<string, unknown>;
  /**
   * Values of the data the spec names. A mark that stands for one row of the answer carries that row's number
   * as `row`.
   */
  data: Record<string, Record<string, unknown>[]>;
  /** Outlines to be read into the data named `outlines`. */
  outlines: 'world' | 'us_states' | null;
  number: NumberFacts | null;
  /** Names that could not be shown, such as of countries without an outline. */
  notShown: string[];
}

/** `layout`: a table or a text, laid out by who shows it. `empty`: there is nothing to draw, for this reason. */
export type TileChart = DrawnTile | { form: 'layout' } | { form: 'empty'; reason: 'no_rows' | 'no_columns' };
