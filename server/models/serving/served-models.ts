import type { ModelEvaluation } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { FoundVersion } from '../registry/model-versions.store.ts';
import { findAliases, type ModelRow } from '../registry/models.store.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { StoredEvaluation } from '../training/training.registration.ts';
import type { TrainedRow } from '../training/training.store.ts';
import { findPresent, type Wanted, WrittenVersions } from './served-versions.store.ts';
import type { ServingAnswer, ServingTask } from './serving.worker.ts';

export interface ServedVersion extends FoundVersion {
  trained: TrainedRow;
}

/** What is to be done with a version: say something of rows that are given, or tell of those it learned from. */
export type Use = 'predict' | 'tell';

type Ask = ServingTask['ask'];
type AnswerTo<Own extends Ask> = Extract<NonNullable<ServingAnswer>, { kind: Own['kind'] }>;

const worker = new URL('./serving.worker.ts', import.meta.url);
const keptEvaluations = 200;

/** Finds versions that can be asked, holds who asks against what they learned from, and asks them. */
export class ServedModels {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #written = new WrittenVersions();
  readonly #evaluations = new Map<string, Promise<StoredEvaluation>>();

  constructor(parts: ModelParts, models: RegisteredModels) {
    this.#parts = parts;
    this.#models = models;
  }

  /** Throws NOT_FOUND, FORBIDDEN, and UNPROCESSABLE for a version whose model lies elsewhere. */
  async find(ctx: Context, modelId: string, wanted: string | undefined, use: Use): Promise<ServedVersion> {
    return this.ofModel(ctx, await this.#models.require(ctx, 'models:read', modelId), wanted, use);
  }

  async named(ctx: Context, name: string, wanted: string | undefined, use: Use): Promise<ServedVersion> {
    return this.ofModel(ctx, await this.#models.named(ctx, 'models:read', name), wanted, use);
  }

  async ofModel(ctx: Context, model: ModelRow, wanted: string | undefined, use: Use): Promise<ServedVersion> {
    const found = await this.unseen(ctx, model, wanted);
    await this.#requireSight(ctx, found.trained, use);
    return found;
  }

  /** Whoever asks: what is asked of it must not be told to them. */
  async unseen(ctx: Context, model: ModelRow, wanted: string | undefined): Promise<ServedVersion> {
    const found = await this.version(ctx, model, wanted);
    const { trained } = await this.#written.of(this.#parts.platform.db.sql, ctx, found.version);
    if (trained === null)
      return fail(
        'UNPROCESSABLE',
        `Version ${found.version.number} of "${model.name}" was not trained here: its files can be downloaded, and nothing can be asked of it.`,
        { model_id: model.id, number: found.version.number },
      );
    return { ...found, trained };
  }

  /** What answers who names no version: the one in production, else the newest. */
  answering(ctx: Context, model: ModelRow): Promise<FoundVersion | null> {
    return this.#present(ctx, model, 'answering');
  }

  async #present(ctx: Context, model: ModelRow, wanted: Wanted): Promise<FoundVersion | null> {
    const { sql } = this.#parts.platform.db;
    const version = await findPresent(sql, ctx, model.id, wanted);
    if (version === null) return null;
    const { facts } = await this.#written.of(sql, ctx, version);
    return { model, version: { ...version, facts } };
  }

  /** By its number, an alias, a stage or `latest`; else the one in production, else the newest. */
  async version(ctx: Context, model: ModelRow, wanted: string | undefined): Promise<FoundVersion> {
    const found =
      wanted === undefined ? await this.answering(ctx, model) : await this.#wanted(ctx, model, wanted);
    if (found === null || found.version.deletedAt !== null)
      return fail(
        'NOT_FOUND',
        wanted === undefined
          ? `"${model.name}" has no version yet.`
          : `"${model.name}" has no version "${wanted}": expected a number, an alias, a stage or latest.`,
        { model_id: model.id, version: wanted ?? null },
      );
    return found;
  }

  async #wanted(ctx: Context, model: ModelRow, wanted: string): Promise<FoundVersion | null> {
    const { sql } = this.#parts.platform.db;
    const number = /^v?(\d{1,7})$/.exec(wanted)?.[1];
    if (number !== undefined) return this.#present(ctx, model, { number: Number(number) });
    if (wanted === 'latest') return this.#present(ctx, model, 'newest');
    const alias = (await findAliases(sql, ctx, [model.id])).find((each) => each.alias === wanted);
    if (alias !== undefined) return this.#present(ctx, model, { number: alias.number });
    if (wanted === 'production' || wanted === 'staging' || wanted === 'archived')
      return this.#present(ctx, model, { stage: wanted });
    return null;
  }

  /**
   * A model tells of what it learned from: who asks it must be shown those columns as they are, and the rows where they
   * are told of. Who sees the same part as its trainer did may ask it all.
   */
  async #requireSight(ctx: Context, trained: TrainedRow, use: Use): Promise<void> {
    const own = { dataset_id: trained.datasetId, view: trained.view, columns: trained.columns };
    for (const origin of [own, ...trained.origins]) await this.#requireSightOf(ctx, origin, use);
  }

  async #requireSightOf(
    ctx: Context,
    { dataset_id, view, columns }: Pick<TrainedRow['origins'][number], 'dataset_id' | 'view' | 'columns'>,
    use: Use,
  ): Promise<void> {
    const sight = await this.#sight(ctx, dataset_id);
    if (sight === null || sight.view === view) return;
    const masked = columns.filter((name) => sight.masked.has(name));
    if (masked.length > 0)
      fail(
        'FORBIDDEN',
        `This version learned from columns that you are not shown as they are (${masked.slice(0, 5).join(', ')}). Ask somebody who is.`,
        { columns: masked.slice(0, 50) },
      );
    if (use === 'tell' && sight.rowsWithheld)
      fail('FORBIDDEN', 'This version tells of rows that you are not shown. You may predict with it.', {
        restricted: true,
      });
  }

  async #sight(ctx: Context, datasetId: string) {
    try {
      return await this.#parts.data.sightOf(ctx, datasetId);
    } catch (error) {
      if (!(error instanceof StromaError) || (error.code !== 'NOT_FOUND' && error.code !== 'FORBIDDEN'))
        throw error;
      return fail('FORBIDDEN', 'This version learned from data that you may not see.', {}, error);
    }
  }

  async evaluation(ctx: Context, { trained, version, model }: ServedVersion): Promise<ModelEvaluation> {
    const stored = await this.#evaluation(trained);
    const seen = await this.#parts.data.tiles.see(ctx, [trained.datasetId]);
    const name = seen.get(trained.datasetId)?.name ?? stored.dataset.name;
    return {
      ...stored,
      model_id: model.id,
      model_name: model.name,
      version_id: version.id,
      number: version.number,
      run_id: version.runId,
      provenance_id: version.provenanceId,
      dataset: { ...stored.dataset, name },
    };
  }

  #evaluation({ evaluationKey }: TrainedRow): Promise<StoredEvaluation> {
    const known = this.#evaluations.get(evaluationKey);
    if (known !== undefined) return known;
    const reading = this.#readJson(evaluationKey);
    this.#evaluations.set(evaluationKey, reading);
    reading.catch(() => this.#evaluations.delete(evaluationKey));
    const [oldest] = this.#evaluations.keys();
    if (this.#evaluations.size > keptEvaluations && oldest !== undefined) this.#evaluations.delete(oldest);
    return reading;
  }

  async #readJson(key: string): Promise<StoredEvaluation> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.#parts.platform.objects.get(key)) chunks.push(Buffer.from(chunk));
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as StoredEvaluation;
  }

  /** In one of the threads; the model is read where the thread does not hold it. */
  async ask<Own extends Ask>(
    threads: Threads,
    ctx: Pick<Context, 'signal'>,
    { trained }: Pick<ServedVersion, 'trained'>,
    ask: Own,
  ): Promise<AnswerTo<Own>> {
    const { config, objects } = this.#parts.platform;
    const task: ServingTask = {
      key: trained.versionId,
      files: null,
      most: { models: config.STROMA_SERVED_MODELS, bytes: config.STROMA_SERVED_MODELS_MB * 2 ** 20 },
      ask,
    };
    const run = (own: ServingTask) =>
      threads.run<ServingTask, ServingAnswer>(worker, own, { signal: ctx.signal });
    const answer =
      (await run(task)) ??
      (await run({
        ...task,
        files: {
          model: await objects.localPath(trained.modelKey),
          evaluation: await objects.localPath(trained.evaluationKey),
        },
      }));
    if (answer?.kind !== ask.kind) throw new Error('the thread answered something else than it was asked');
    return answer as AnswerTo<Own>;
  }
}
