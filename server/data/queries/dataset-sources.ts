import { fileStem } from '@stroma/kernel';
import type { RowSelection, SqlSource } from '@stroma/lake';
import type { SeenDataset } from '../datasets/dataset-visibility.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';

/**
 * The tables a statement over these datasets may read, each as far as its reader sees it and with the rows that are
 * looked at. A single one is `dataset` too; each is also known by the stem of its file. Of equal names the first counts.
 */
export async function datasetSources(
  documents: LakeDocuments,
  datasets: readonly SeenDataset[],
  filters: ReadonlyMap<string, readonly RowSelection[]> = new Map(),
): Promise<SqlSource[]> {
  const sources = await Promise.all(
    datasets.map(async ({ dataset, version, restriction }): Promise<SqlSource> => {
      const looked = filters.get(dataset.id) ?? [];
      return {
        name: dataset.tableName,
        ...(await documents.paths(version)),
        ...(restriction === null ? {} : { restriction }),
        ...(looked.length === 0 ? {} : { filters: looked }),
      };
    }),
  );
  const [only] = sources;
  const single = only && sources.length === 1 ? [{ ...only, name: 'dataset' }] : [];
  const stems = sources.map((source, index) => ({
    ...source,
    name: fileStem(datasets[index]?.version.fileName ?? source.name),
  }));
  return [...sources, ...single, ...stems];
}
