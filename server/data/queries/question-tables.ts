import { type PreparedTables, prepareTables, type QuestionTable } from '@stroma/text';
import type { Context } from '../../platform/context.ts';
import type { SeenDataset } from '../datasets/dataset-visibility.ts';
import type { SeenDatasetDocuments } from '../datasets/seen-documents.ts';
import type { Joins, NamedJoin } from '../joins/joins.service.ts';

export interface PreparedDatasets {
  tables: QuestionTable[];
  prepared: PreparedTables;
}

/** Prepared sets of tables that are kept; one holds the value index of its tables. */
const keptSets = 32;

/** What the reader of questions needs to know about datasets, prepared once for each set of versions. */
export class QuestionTables {
  readonly #documents: SeenDatasetDocuments;
  readonly #joins: Joins;
  readonly #kept = new Map<string, Promise<PreparedDatasets>>();

  constructor(documents: SeenDatasetDocuments, joins: Joins) {
    this.#documents = documents;
    this.#joins = joins;
  }

  async of(ctx: Context, datasets: SeenDataset[]): Promise<PreparedDatasets> {
    const key = JSON.stringify(
      datasets
        .map(({ dataset, version, view }) => [version.id, dataset.tableName, dataset.name, view])
        .sort(),
    );
    const kept = this.#kept.get(key) ?? this.#prepare(ctx, datasets);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.catch(() => this.#kept.delete(key));
    if (this.#kept.size > keptSets) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return kept;
  }

  async #prepare(ctx: Context, datasets: SeenDataset[]): Promise<PreparedDatasets> {
    const joins = datasets.length > 1 ? await this.#joins.between(ctx, datasets) : [];
    const tables = await Promise.all(
      datasets.map(async (seen): Promise<QuestionTable> => {
        const { dataset } = seen;
        const [profile, values] = await Promise.all([
          this.#documents.get(seen, 'profile.json'),
          this.#documents.get(seen, 'values.json'),
        ]);
        const own = joins
          .filter((join) => join.table === dataset.tableName && bothSeen(join, datasets))
          .map(({ column, other_table, other_column, kind }) => ({
            column,
            other_table,
            other_column,
            kind,
          }));
        return { name: dataset.tableName, label: dataset.name, profile, values, joins: own };
      }),
    );
    return { tables, prepared: prepareTables(tables) };
  }
}

/** Masked keys no longer find what they stood for. */
function bothSeen({ table, column, other_table, other_column }: NamedJoin, datasets: SeenDataset[]): boolean {
  const masked = (name: string, key: string) =>
    datasets.some(
      ({ dataset, restriction }) =>
        dataset.tableName === name && restriction !== null && Object.hasOwn(restriction.masks, key),
    );
  return !masked(table, column) && !masked(other_table, other_column);
}
