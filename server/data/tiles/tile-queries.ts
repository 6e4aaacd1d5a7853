import { hash } from 'node:crypto';
import { StromaError } from '@stroma/kernel';
import { rowFilterProblem } from '@stroma/lake';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from '../datasets/dataset-reads.ts';
import type { DatasetVisibility, SeenDataset } from '../datasets/dataset-visibility.ts';
import { findDatasets } from '../datasets/datasets.store.ts';
import type { HiddenDatasets } from '../datasets/hidden-datasets.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { stableJson } from '../datasets/version-identity.ts';
import { datasetSources } from '../queries/dataset-sources.ts';
import type { QueryRecords } from '../queries/query-records.ts';
import type { QueryPlan, QueryRunner, Ran } from '../queries/query-runner.ts';
import type { TileAnswer, TileDataset, TileStatement, Tiles } from './tiles.types.ts';

export interface TileTools {
  platform: Platform;
  audit: Audit;
  runner: QueryRunner;
  records: QueryRecords;
  documents: LakeDocuments;
  visibility: DatasetVisibility;
  hidden: HiddenDatasets;
  reads: DatasetReads;
}

const rememberedRuns = 10_000;

/** Runs what dashboards show. A board that refreshes is on record once for each answer, not once for each refresh. */
export class TileQueries implements Tiles {
  readonly #tools: TileTools;
  /** What was put on record: the id of the record by tile and answer, and failures by their statement. */
  readonly #recorded = new Map<string, string>();

  constructor(tools: TileTools) {
    this.#tools = tools;
  }

  async see(ctx: Context, datasetIds: readonly string[]): Promise<ReadonlyMap<string, TileDataset>> {
    const wanted = [...new Set(datasetIds)].sort();
    const { reads, platform, hidden, visibility } = this.#tools;
    const found =
      wanted.length === 0
        ? []
        : await reads.get(ctx, `some ${wanted.join(' ')}`, () => findDatasets(platform.db.sql, ctx, wanted));
    const seen = await Promise.all(
      found.map(async (each) =>
        (await hidden.mayRead(ctx, each.dataset)) ? tileDataset(await visibility.see(ctx, each)) : null,
      ),
    );
    return new Map(seen.flatMap((each) => (each === null ? [] : [[each.dataset_id, each]])));
  }

  async run(ctx: Context, statement: TileStatement): Promise<TileAnswer> {
    const startedAt = new Date();
    const selections = [...(statement.filters?.values() ?? [])].flat();
    for (const filter of selections.flatMap((each) => ('any' in each ? each.any.flat() : [each]))) {
      const problem = rowFilterProblem(filter);
      if (problem !== null) fail('INVALID_INPUT', problem, { field: 'filters' });
    }
    if (statement.about !== null) await this.#tools.records.prepare(ctx);
    try {
      const ran = await this.#tools.runner.run(ctx, this.#plan(statement));
      const { columns, rowsJson, truncated, execution_ms } = ran.result;
      return {
        columns,
        rows: JSON.parse(rowsJson),
        truncated,
        execution_ms,
        cached: ran.cached,
        stale: ran.stale,
        key: ran.key,
        provenance_id: statement.about === null ? null : this.#record(ctx, statement, ran, startedAt),
      };
    } catch (error) {
      await this.#recordFailure(ctx, statement, error);
      throw error;
    }
  }

  #plan({ sql, params = [], datasets, filters = new Map(), maxRows }: TileStatement): QueryPlan {
    const { config } = this.#tools.platform;
    const tables = datasets.map(({ dataset_id, table_name, version_id, seen }) => {
      const looked = filters.get(dataset_id) ?? [];
      const view = looked.length === 0 ? seen.view : `${seen.view} ${hash('sha256', stableJson(looked))}`;
      return { name: table_name, versionId: version_id, view };
    });
    return {
      sql,
      tables,
      ...(params.length === 0 ? {} : { params: [...params] }),
      sources: () =>
        datasetSources(
          this.#tools.documents,
          datasets.map(({ seen }) => seen),
          filters,
        ),
      limits: {
        timeoutMs: config.STROMA_SQL_TIMEOUT_MS,
        memoryMb: config.STROMA_SQL_MEMORY_MB,
        maxRows: Math.min(maxRows ?? config.STROMA_SQL_MAX_ROWS, config.STROMA_SQL_MAX_ROWS),
        maxBytes: config.STROMA_SQL_MAX_BYTES,
      },
    };
  }

  #record(ctx: Context, statement: TileStatement, ran: Ran, startedAt: Date): string | null {
    const { about, datasets, sql, params = [], filters = new Map() } = statement;
    if (about === null) return null;
    const key = `${about.tileId} ${ran.key} ${hash('sha256', ran.result.rowsJson)}`;
    const known = this.#recorded.get(key);
    if (known !== undefined) return known;
    const id = newId('query');
    this.#remember(key, id);
    const endedAt = new Date();
    this.#tools.records.add({
      ctx,
      datasets: datasets.map(({ seen }) => seen),
      result: ran.result,
      startedAt,
      endedAt,
      label: about.label,
      parameters: {
        dashboard_id: about.dashboardId,
        tile_id: about.tileId,
        values: params,
        filters: Object.fromEntries(filters),
      },
      row: {
        id,
        kind: 'sql',
        question: null,
        sql,
        datasetIds: datasets.map(({ dataset_id }) => dataset_id),
        versionIds: datasets.map(({ version_id }) => version_id),
        answered: true,
        answeredBy: 'person',
        note: null,
        rowCount: ran.result.rowCount,
        executionMs: ran.result.execution_ms,
        cached: ran.cached,
        dashboardId: about.dashboardId,
        createdAt: endedAt,
      },
    });
    return id;
  }

  async #recordFailure(ctx: Context, { sql, datasets, about }: TileStatement, error: unknown): Promise<void> {
    const code = error instanceof StromaError ? error.code : 'INTERNAL';
    if (code === 'CANCELLED') return;
    const key = `${about?.tileId ?? ''} ${ctx.actor.id} ${code} ${hash('sha256', sql)}`;
    if (this.#recorded.has(key)) return;
    this.#remember(key, '');
    await this.#tools.audit.append(ctx, {
      action: 'query.run',
      object: about === null ? null : { kind: 'dashboard', id: about.dashboardId },
      outcome: code === 'SQL_NOT_ALLOWED' ? 'refused' : 'failure',
      details: { code, dataset_id: datasets[0]?.dataset_id ?? null },
      texts: { sql },
    });
  }

  #remember(key: string, id: string): void {
    this.#recorded.set(key, id);
    const [oldest] = this.#recorded.keys();
    if (this.#recorded.size > rememberedRuns && oldest !== undefined) this.#recorded.delete(oldest);
  }
}

function tileDataset(seen: SeenDataset): TileDataset {
  const { dataset, version, restriction } = seen;
  const masks = Object.entries(restriction?.masks ?? {});
  return {
    dataset_id: dataset.id,
    name: dataset.name,
    table_name: dataset.tableName,
    version_id: version.id,
    number: version.number,
    columns: version.columns,
    hidden: new Set(masks.flatMap(([name, { kind }]) => (kind === 'hide' ? [name] : []))),
    restricted: restriction !== null,
    sensitivity: dataset.sensitivity,
    seen,
  };
}
