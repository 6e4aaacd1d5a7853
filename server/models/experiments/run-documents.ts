import { hash } from 'node:crypto';
import type { Experiment, MetricPoint, Run, RunInput } from '@stroma/contracts';
import type { Access } from '../../access/index.ts';
import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { countRuns, type ExperimentRow } from './experiments.store.ts';
import {
  type FoundRun,
  findLogged,
  type InputRow,
  type Logged,
  metricNumberOf,
  type Point,
} from './runs.store.ts';

export interface ModelParts {
  platform: Platform;
  access: Pick<Access, 'audit' | 'resources' | 'namesOfUsers' | 'signatures'>;
  data: Pick<Data, 'tiles' | 'signableVersion' | 'openTable' | 'sightOf' | 'derived'>;
}

export type Named = (userId: string) => { user_id: string; name: string | null };

/** The commit that MLflow's clients name, which is where Stroma's own say it too. */
export const codeTag = 'mlflow.source.git.commit';

/** How experiments and runs are told to somebody. */
export class RunDocuments {
  readonly #parts: ModelParts;

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  async experiments(ctx: Context, rows: readonly ExperimentRow[]): Promise<Experiment[]> {
    const counts = await countRuns(
      this.#parts.platform.db.sql,
      ctx,
      rows.map(({ id }) => id),
    );
    const named = await this.names(rows.map(({ createdBy }) => createdBy));
    return rows.map((row) => ({
      experiment_id: row.id,
      name: row.name,
      description: row.description,
      tags: row.tags,
      run_count: counts.get(row.id) ?? 0,
      created_by: named(row.createdBy),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      deleted_at: row.deletedAt?.toISOString() ?? null,
    }));
  }

  async runs(ctx: Context, found: readonly FoundRun[]): Promise<Run[]> {
    const logged = await findLogged(
      this.#parts.platform.db.sql,
      ctx,
      found.map(({ run }) => run.id),
    );
    const named = await this.names(found.map(({ run }) => run.createdBy));
    const inputs = await this.inputs(
      ctx,
      [...logged.values()].flatMap((each) => each.inputs),
    );
    return found.map(({ run, experiment }) => {
      const of = logged.get(run.id) as Logged;
      return {
        run_id: run.id,
        experiment_id: run.experimentId,
        name: run.name,
        status: run.status,
        started_at: run.startedAt.toISOString(),
        ended_at: run.endedAt?.toISOString() ?? null,
        created_by: named(run.createdBy),
        code_version: of.tags[codeTag] ?? null,
        data_sha256: dataHash(of.inputs),
        inputs: of.inputs.map(inputs),
        params: of.params,
        metrics: mapValues(of.metrics, pointDocument),
        tags: of.tags,
        deleted_at: (run.deletedAt ?? experiment.deletedAt)?.toISOString() ?? null,
      };
    });
  }

  /** Tells of data as the asker may know of it. */
  async inputs(
    ctx: Context,
    rows: readonly Pick<InputRow, 'datasetId'>[],
  ): Promise<(input: InputRow) => RunInput> {
    const ids = [...new Set(rows.flatMap(({ datasetId }) => (datasetId === null ? [] : [datasetId])))];
    const seen = ids.length === 0 ? new Map() : await this.#parts.data.tiles.see(ctx, ids);
    return (input) => {
      const isHidden = input.datasetId !== null && !seen.has(input.datasetId);
      return {
        name: isHidden ? 'Withheld' : input.name,
        digest: isHidden ? '' : input.digest,
        source_type: input.sourceType,
        source: isHidden ? '' : input.source,
        context: input.tags['mlflow.data.context'] ?? null,
        dataset_version_id: isHidden ? null : input.versionId,
        dataset_id: isHidden ? null : input.datasetId,
        content_sha256: input.contentSha256,
      };
    };
  }

  async names(ids: readonly string[]): Promise<Named> {
    const known = await this.#parts.access.namesOfUsers([...new Set(ids)]);
    return (userId) => ({ user_id: userId, name: known.get(userId) ?? null });
  }
}

export const pointDocument = ({ step, at, value }: Omit<Point, 'key'>): MetricPoint => ({
  step,
  at: new Date(at).toISOString(),
  value: metricNumberOf(value),
});

/** One hash over the content of every dataset version; null where the run names none. */
export function dataHash(inputs: readonly Pick<InputRow, 'contentSha256'>[]): string | null {
  const hashes = [...new Set(inputs.flatMap(({ contentSha256 }) => contentSha256 ?? []))].sort();
  const [only] = hashes;
  if (only === undefined) return null;
  return hashes.length === 1 ? only : hash('sha256', hashes.join('\n'));
}

export const mapValues = <A, B>(of: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
