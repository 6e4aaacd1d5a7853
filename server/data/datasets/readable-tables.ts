import type { ColumnSchema } from '@stroma/kernel';
import type { Restriction } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from './dataset-reads.ts';
import type { DatasetVisibility, SeenDataset } from './dataset-visibility.ts';
import type { Datasets } from './datasets.service.ts';
import { findEvenDeletedWithVersion } from './datasets.store.ts';
import type { LakeDocuments } from './lake-documents.ts';

/** What a reader is shown of a dataset. */
export interface Sight {
  /** Columns of which nothing is shown. */
  hidden: ReadonlySet<string>;
  /** Columns whose values are not shown as they are; those hidden are among them. */
  masked: ReadonlySet<string>;
  /** A part of the rows alone is shown. */
  rowsWithheld: boolean;
  /** Equal for readers who see the same; empty for all of it. */
  view: string;
}

/** A version of a dataset as one reader sees it, for work that reads all of it in a thread of its own. */
export interface ReadableTable extends Sight {
  dataset_id: string;
  name: string;
  version_id: string;
  number: number;
  content_sha256: string;
  /** Of the whole version: its reader may see fewer. */
  rows: number;
  /** As the reader is shown them. */
  columns: readonly ColumnSchema[];
  /** Of a Parquet file, that is read through `restriction` and never without it. */
  path(): Promise<string>;
  restriction: Restriction | null;
}

/** Throws NOT_FOUND, FORBIDDEN, as every reading of a dataset. */
export type OpenTable = (ctx: Context, datasetId: string, versionId?: string) => Promise<ReadableTable>;

export const openTables =
  (datasets: Pick<Datasets, 'resolve'>, documents: LakeDocuments): OpenTable =>
  async (ctx, datasetId, versionId) => {
    const { dataset, version, restriction, view } = await datasets.resolve(ctx, datasetId, versionId);
    return {
      dataset_id: dataset.id,
      name: dataset.name,
      version_id: version.id,
      number: version.number,
      content_sha256: version.contentSha256,
      rows: version.rows,
      columns: version.columns,
      ...sight({ restriction, view }),
      path: () => documents.path(version, 'data.parquet'),
      restriction,
    };
  };

/** Null where nothing is left of the dataset. Throws NOT_FOUND, FORBIDDEN. */
export type SightOf = (ctx: Context, datasetId: string) => Promise<Sight | null>;

export const sightsOf =
  ({ sql }: Platform['db'], reads: DatasetReads, visibility: DatasetVisibility): SightOf =>
  async (ctx, datasetId) => {
    const found = await reads.get(ctx, `even deleted ${datasetId}`, () =>
      findEvenDeletedWithVersion(sql, ctx, datasetId),
    );
    return found === null ? null : sight(await visibility.see(ctx, found));
  };

function sight({ restriction, view }: Pick<SeenDataset, 'restriction' | 'view'>): Sight {
  const masks = Object.entries(restriction?.masks ?? {});
  return {
    hidden: new Set(masks.flatMap(([name, { kind }]) => (kind === 'hide' ? [name] : []))),
    masked: new Set(masks.map(([name]) => name)),
    rowsWithheld: (restriction?.rows.length ?? 0) > 0,
    view,
  };
}
