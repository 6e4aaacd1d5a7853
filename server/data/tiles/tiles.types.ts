import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import type { RowSelection } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import type { SeenDataset } from '../datasets/dataset-visibility.ts';

/** A dataset as one reader sees it: what a tile can be made of. */
export interface TileDataset {
  dataset_id: string;
  name: string;
  table_name: string;
  version_id: string;
  number: number;
  /** As they are shown: a masked column has the type of what is shown. */
  columns: readonly ColumnSchema[];
  /** Columns of which nothing at all is shown. */
  hidden: ReadonlySet<string>;
  /** Rows or values are withheld from this reader. */
  restricted: boolean;
  sensitivity: SeenDataset['dataset']['sensitivity'];
  /** What only this module looks into. */
  readonly seen: SeenDataset;
}

export interface TileStatement {
  sql: string;
  /** Values of `$1`, `$2`: whatever they hold, they stay values. */
  params?: readonly JsonValue[];
  datasets: readonly TileDataset[];
  /** By dataset id, held against what its reader is shown, before the statement runs. */
  filters?: ReadonlyMap<string, readonly RowSelection[]>;
  maxRows?: number;
  /** Under which it goes on record. Null: a look behind it, which leaves none. */
  about: { dashboardId: string; tileId: string; label: string } | null;
}

export interface TileAnswer {
  columns: ColumnSchema[];
  rows: JsonValue[][];
  truncated: boolean;
  execution_ms: number;
  cached: boolean;
  stale: boolean;
  /** Equal for equal answers to the same statement. */
  key: string;
  provenance_id: string | null;
}

/**
 * How other modules read datasets for somebody: through the same row filters, masks, sandbox, cache and record as a
 * question of that person. Nothing read through it is more than `ctx.actor` may see at this moment.
 */
export interface Tiles {
  /** What the reader sees of each; what they may not know of is absent, and that they asked is not on record. */
  see(ctx: Context, datasetIds: readonly string[]): Promise<ReadonlyMap<string, TileDataset>>;
  /**
   * Equal statements at once are one run; answers are kept by version, view and filters. Throws SQL_INVALID,
   * SQL_NOT_ALLOWED, INVALID_INPUT (a filter that cannot hold), QUERY_TIMEOUT, QUERY_OUT_OF_MEMORY, QUERY_FAILED,
   * CANCELLED, OVERLOADED.
   */
  run(ctx: Context, statement: TileStatement): Promise<TileAnswer>;
}
