import type { ColumnSchema } from '@stroma/kernel';
import type { Restriction } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import type { Datasets } from './datasets.service.ts';
import type { LakeDocuments } from './lake-documents.ts';

/** A version of a dataset as one reader sees it, for work that reads all of it in a thread of its own. */
export interface ReadableTable {
  dataset_id: string;
  name: string;
  version_id: string;
  number: number;
  content_sha256: string;
  /** Of the whole version: its reader may see fewer. */
  rows: number;
  /** As the reader is shown them. */
  columns: readonly ColumnSchema[];
  /** Columns of which the reader is shown nothing. */
  hidden: ReadonlySet<string>;
  /** Columns whose values the reader is not shown as they are; those hidden are among them. */
  masked: ReadonlySet<string>;
  /** The reader sees a part of the rows alone. */
  rowsWithheld: boolean;
  /** Equal for readers who see the same; empty for all of it. */
  view: string;
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
      hidden: new Set(
        Object.entries(restriction?.masks ?? {}).flatMap(([name, { kind }]) =>
          kind === 'hide' ? [name] : [],
        ),
      ),
      masked: new Set(Object.keys(restriction?.masks ?? {})),
      rowsWithheld: (restriction?.rows.length ?? 0) > 0,
      view,
      path: () => documents.path(version, 'data.parquet'),
      restriction,
    };
  };
