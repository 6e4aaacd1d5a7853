import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Experiments } from './experiments.service.ts';
import {
  type FoundLoggedModel,
  findLoggedModel,
  insertLoggedModel,
  type LoggedModelQuery,
  type LoggedModelRow,
  loggedModelsOf,
  searchLoggedModels,
  updateLoggedModel,
} from './logged-models.store.ts';
import { withTags } from './named-things.ts';
import type { ModelParts } from './run-documents.ts';
import type { Runs } from './runs.service.ts';

export interface NewLoggedModel {
  experimentId: string;
  runId: string | null;
  name: string;
  modelType: string;
  params: Record<string, string>;
  tags: Record<string, string>;
}

type Change = Partial<Pick<LoggedModelRow, 'status' | 'params' | 'tags' | 'deletedAt'>>;

/** The folder, among the files of its run, in which the files of such a model lie. */
export const loggedModelFolder = (id: string): string => `models/${id}`;

/** Models as MLflow's clients keep them with a run, before any is registered. */
export class LoggedModels {
  readonly #parts: ModelParts;
  readonly #experiments: Experiments;
  readonly #runs: Runs;

  constructor(parts: ModelParts, experiments: Experiments, runs: Runs) {
    this.#parts = parts;
    this.#experiments = experiments;
    this.#runs = runs;
  }

  /** One that names no run is given a run of its own, which has ended. */
  async create(ctx: Context, given: NewLoggedModel): Promise<FoundLoggedModel> {
    const { platform, access } = this.#parts;
    const { run } =
      given.runId === null
        ? await this.#runs.create(ctx, {
            experimentId: given.experimentId,
            name: given.name,
            tags: new Map(),
            versionIds: [],
          })
        : await this.#runs.requireActive(ctx, given.runId);
    if (given.runId === null) await this.#runs.update(ctx, run.id, { status: 'finished' });
    const now = new Date();
    const row: LoggedModelRow = {
      id: newId('loggedModel'),
      tenantId: run.tenantId,
      runId: run.id,
      name: given.name,
      modelType: given.modelType,
      status: 'pending',
      params: given.params,
      tags: given.tags,
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    await platform.db.transaction(async (tx) => {
      await insertLoggedModel(tx, row);
      await access.audit.record(tx, ctx, {
        action: 'logged-model.created',
        object: { kind: 'logged_model', id: row.id },
        outcome: 'success',
        after: { name: row.name, params: row.params, tags: row.tags },
        details: { name: row.name, run_id: run.id },
      });
    });
    return { model: row, experimentId: run.experimentId };
  }

  async get(ctx: Context, id: string): Promise<FoundLoggedModel> {
    const model = await findLoggedModel(this.#parts.platform.db.sql, ctx, id);
    if (model === null || model.deletedAt !== null)
      return fail('NOT_FOUND', 'There is no such model.', { model_id: id });
    const { run } = await this.#runs.require(ctx, 'models:read', model.runId);
    return { model, experimentId: run.experimentId };
  }

  async search(ctx: Context, query: Omit<LoggedModelQuery, 'reached'>): Promise<FoundLoggedModel[]> {
    if (query.experimentIds.length === 0) return [];
    const reached = await this.#experiments.reached(ctx);
    return searchLoggedModels(this.#parts.platform.db.sql, ctx, { ...query, reached });
  }

  ofRuns(ctx: Context, runIds: readonly string[]): Promise<Map<string, string[]>> {
    return loggedModelsOf(this.#parts.platform.db.sql, ctx, runIds);
  }

  async finish(ctx: Context, id: string, status: LoggedModelRow['status']): Promise<FoundLoggedModel> {
    return this.#change(ctx, id, () => ({ status }));
  }

  async tag(ctx: Context, id: string, tags: Record<string, string | null>): Promise<FoundLoggedModel> {
    return this.#change(ctx, id, (before) => ({ tags: withTags(before.tags, tags) }));
  }

  async addParams(ctx: Context, id: string, params: Record<string, string>): Promise<FoundLoggedModel> {
    return this.#change(ctx, id, (before) => ({ params: withTags(before.params, params) }));
  }

  async remove(ctx: Context, id: string): Promise<void> {
    await this.#change(ctx, id, () => ({ deletedAt: new Date() }));
  }

  async #change(
    ctx: Context,
    id: string,
    changeOf: (before: LoggedModelRow) => Change,
  ): Promise<FoundLoggedModel> {
    const { model, experimentId } = await this.get(ctx, id);
    await this.#runs.requireActive(ctx, model.runId);
    const change = { ...changeOf(model), updatedAt: new Date() };
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await updateLoggedModel(tx, ctx, id, change);
      await access.audit.record(tx, ctx, {
        action: change.deletedAt == null ? 'logged-model.changed' : 'logged-model.deleted',
        object: { kind: 'logged_model', id },
        outcome: 'success',
        before: { status: model.status, params: model.params, tags: model.tags },
        after: { status: change.status, params: change.params, tags: change.tags },
        details: { name: model.name },
      });
    });
    return { model: { ...model, ...change }, experimentId };
  }
}
