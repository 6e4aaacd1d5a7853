import { AsyncLocalStorage } from 'node:async_hooks';
import type { api, LoggedPrediction, Prediction, PredictionLog, PredictionRow } from '@stroma/contracts';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import { lockModel, updateModel } from '../registry/models.store.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import { loggedPredictions } from './prediction-log.tables.ts';
import type { ServedModels, ServedVersion } from './served-models.ts';

type Row = typeof loggedPredictions.$inferSelect;
type Said = Pick<LoggedPrediction, 'row' | 'prediction' | 'confidence'> & {
  /** How long the model took with the request the row came in; absent of rows of before it was kept. */
  latency_ms?: number;
};
type ListQuery = z.output<typeof api.predictions.logged.query>;

interface Waiting {
  id: string;
  ctx: Pick<Context, 'actor' | 'log'>;
  modelId: string;
  number: number;
  said: Said;
  at: Date;
}

/** Until someone says otherwise nothing is kept. */
const none: PredictionLog = { enabled: false, share: 1 };
const gatheredMs = 500;
const writtenAtOnce = 500;
/** Predictions come faster than they can be written: what is past this is let go, and said in the log. */
const mostWaiting = 20_000;

/** Predictions of models that keep them. Nobody who asks waits for it. */
export class PredictionLogs {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #served: ServedModels;
  readonly #texts: SealedTable<'said'>;
  readonly #outside = AsyncLocalStorage.snapshot();
  #waiting: Waiting[] = [];
  #lost = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: ModelParts, models: RegisteredModels, served: ServedModels) {
    this.#parts = parts;
    this.#models = models;
    this.#served = served;
    this.#texts = parts.platform.sealed.know({ table: 'ml_predictions', columns: ['said'] });
  }

  /** The predictions with the ids of those that are kept; `all` of them where a challenge is about them. */
  keep(
    { actor, log }: Pick<Context, 'actor' | 'log'>,
    { model, version }: ServedVersion,
    rows: readonly PredictionRow[],
    predictions: readonly Prediction[],
    { all, latencyMs }: { all: boolean; latencyMs: number },
  ): Prediction[] {
    const { predictionLog } = model;
    const share = all ? 1 : predictionLog?.enabled === true ? predictionLog.share : 0;
    if (share === 0) return [...predictions];
    const at = new Date();
    const kept = rows.map((row, place): Prediction => {
      const told = predictions[place] as Prediction;
      if (Math.random() >= share) return told;
      if (this.#waiting.length >= mostWaiting) {
        this.#lost += 1;
        return told;
      }
      const { prediction, confidence } = told;
      const said = { row, prediction, confidence, latency_ms: Number(latencyMs.toFixed(3)) };
      const id = newId('prediction');
      this.#waiting.push({ id, ctx: { actor, log }, modelId: model.id, number: version.number, said, at });
      return { ...told, prediction_id: id };
    });
    this.#timer ??= this.#outside(() => setTimeout(() => this.#flush(), gatheredMs));
    return kept;
  }

  /** Resolves when all that was kept so far is written. */
  async settled(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    const [first] = waiting;
    if (first === undefined) return;
    if (this.#lost > 0)
      first.ctx.log.warn({ lost: this.#lost }, 'predictions came faster than they could be kept');
    this.#lost = 0;
    const byTenant = Map.groupBy(waiting, ({ ctx }) => ctx.actor.tenantId);
    this.#writing = this.#writing
      .then(async () => {
        for (const [tenantId, own] of byTenant)
          await withinTenant(tenantId, () => this.#write(tenantId, own));
      })
      .catch((error) => first.ctx.log.error({ err: error }, 'predictions could not be kept'));
  }

  async #write(tenantId: string, waiting: readonly Waiting[]): Promise<void> {
    await this.#texts.prepare(tenantId);
    const { sql } = this.#parts.platform.db;
    for (let from = 0; from < waiting.length; from += writtenAtOnce) {
      const rows: Row[] = [];
      for (const { id, ctx, modelId, number, said, at } of waiting.slice(from, from + writtenAtOnce)) {
        const texts = await this.#texts.seal(tenantId, id, { said: JSON.stringify(said) });
        rows.push({ ...texts, id, tenantId, modelId, number, askedBy: ctx.actor.id, createdAt: at });
      }
      await sql.insert(loggedPredictions).values(rows);
    }
  }

  async get(ctx: Context, modelId: string): Promise<PredictionLog> {
    return (await this.#models.require(ctx, 'models:read', modelId)).predictionLog ?? none;
  }

  async set(ctx: Context, modelId: string, predictionLog: PredictionLog): Promise<PredictionLog> {
    const before = await this.#models.require(ctx, 'models:promote', modelId);
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await lockModel(tx, modelId);
      await updateModel(tx, ctx, modelId, { predictionLog, updatedAt: new Date() });
      await access.audit.record(tx, ctx, {
        action: 'prediction-log.changed',
        object: { kind: 'model', id: modelId },
        outcome: 'success',
        before: before.predictionLog ?? none,
        after: predictionLog,
        details: { name: before.name, ...predictionLog },
      });
    });
    return predictionLog;
  }

  /** Newest first; that somebody read them goes on record. */
  async list(ctx: Context, modelId: string, query: ListQuery) {
    const model = await this.#models.require(ctx, 'models:promote', modelId);
    const found = await this.#served.ofModel(ctx, model, query.version, 'predict');
    const before = readIdCursor('prediction', query.cursor);
    const { platform, access } = this.#parts;
    const rows = await platform.db.sql
      .select()
      .from(loggedPredictions)
      .where(
        and(
          eq(loggedPredictions.tenantId, ctx.actor.tenantId),
          eq(loggedPredictions.modelId, modelId),
          query.version === undefined ? undefined : eq(loggedPredictions.number, found.version.number),
          before === undefined ? undefined : lt(loggedPredictions.id, before),
        ),
      )
      .orderBy(desc(loggedPredictions.id))
      .limit(query.limit + 1);
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    await access.audit.append(ctx, {
      action: 'prediction-log.read',
      object: { kind: 'model', id: modelId },
      outcome: 'success',
      details: { name: model.name, predictions: page.length },
    });
    const items = await Promise.all(
      page.map(async (row): Promise<LoggedPrediction> => {
        const { said } = await this.#texts.open(row.tenantId, row.id, row);
        return {
          prediction_id: row.id,
          at: row.createdAt.toISOString(),
          number: row.number,
          ...(JSON.parse(said ?? '{}') as Said),
          asked_by: row.askedBy,
        };
      }),
    );
    return { items, next_cursor };
  }
}
