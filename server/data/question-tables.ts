import { type PreparedTables, prepareTables, type QuestionTable } from '@stroma/text';
import type { Context } from '../platform/context.ts';
import type { DatasetWithVersion } from './datasets.store.ts';
import type { Joins } from './joins.service.ts';
import type { LakeDocuments } from './lake-documents.ts';

export interface PreparedDatasets {
  tables: QuestionTable[];
  prepared: PreparedTables;
}

/** Prepared sets of tables that are kept; one holds the value index of its tables. */
const keptSets = 32;

/** What the reader of questions needs to know about datasets, prepared once for each set of versions. */
export class QuestionTables {
  readonly #documents: LakeDocuments;
  readonly #joins: Joins;
  readonly #kept = new Map<string, Promise<PreparedDatasets>>();

  constructor(documents: LakeDocuments, joins: Joins) {
    this.#documents = documents;
    this.#joins = joins;
  }

  async of(ctx: Context, datasets: DatasetWithVersion[]): Promise<PreparedDatasets> {
    const key = JSON.stringify(
      datasets.map(({ dataset, version }) => [version.id, dataset.tableName, dataset.name]).sort(),
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

  async #prepare(ctx: Context, datasets: DatasetWithVersion[]): Promise<PreparedDatasets> {
    const joins = datasets.length > 1 ? await this.#joins.between(ctx, datasets) : [];
    const tables = await Promise.all(
      datasets.map(async ({ dataset, version }): Promise<QuestionTable> => {
        const [profile, values] = await Promise.all([
          this.#documents.get(version, 'profile.json'),
          this.#documents.get(version, 'values.json'),
        ]);
        const own = joins
          .filter((join) => join.table === dataset.tableName)
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
