import type { api, Criticality, Prediction, PredictionReview, PredictionRow } from '@stroma/contracts';
import { and, count, desc, eq, lt, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { type ModelParts, type Named, RunDocuments } from '../experiments/run-documents.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import { expectationOf, fittedValue } from '../serving/observed-values.ts';
import type { ServedModels, ServedVersion } from '../serving/served-models.ts';
import type { CriticalUses } from './critical-uses.ts';
import { predictionReviews } from './governance.tables.ts';

type Row = typeof predictionReviews.$inferSelect;
type Said = Pick<PredictionReview, 'row' | 'prediction' | 'confidence'>;
type PredictedDataset = NonNullable<PredictionReview['dataset']>;
type Used = Pick<ServedVersion, 'model' | 'version'>;
type Verdict = Pick<PredictionReview, 'outcome' | 'reason'>;
type ListQuery = z.output<typeof api.modelGovernance.reviews.query>;
type Decision = z.output<typeof api.modelGovernance.review.body>;

interface ReviewParts {
  parts: ModelParts;
  uses: CriticalUses;
  models: RegisteredModels;
  served: ServedModels;
}

/** Predictions made for a critical use: kept until a person accepts them or puts something else in their place. */
export class PredictionReviews {
  readonly #parts: ReviewParts;
  readonly #texts: SealedTable<'said' | 'verdict'>;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
    this.#texts = parts.parts.platform.sealed.know({
      table: 'ml_prediction_reviews',
      columns: ['said', 'verdict'],
    });
  }

  /**
   * For whoever answers with predictions, before the answer goes out: where the policy has them reviewed, each is kept
   * and carries the id of its review. Where not, this is one look into memory.
   */
  async hold(
    ctx: Context,
    found: Used,
    rows: readonly PredictionRow[],
    predictions: readonly Prediction[],
  ): Promise<{ requires_review: boolean; predictions: Prediction[] }> {
    const critical = await this.#parts.uses.soon(found);
    if (critical === null || critical.reviews === 'none')
      return { requires_review: false, predictions: [...predictions] };
    await this.#texts.prepare(found.model.tenantId);
    const createdAt = new Date();
    const kept = await Promise.all(
      predictions.map(({ prediction, confidence }, place) =>
        this.#waiting(ctx, found, critical, {
          dataset: null,
          said: { row: rows[place] as PredictionRow, prediction, confidence },
          createdAt,
        }),
      ),
    );
    await this.#parts.parts.platform.db.sql.insert(predictionReviews).values(kept);
    return {
      requires_review: true,
      predictions: predictions.map((each, place) => ({ ...each, review_id: (kept[place] as Row).id })),
    };
  }

  /**
   * One review for all rows of a dataset, kept by `commit`; the one there is where the same version was predicted into
   * it before. Null where the policy has none reviewed.
   */
  async holdDataset(
    ctx: Context,
    found: Used,
    dataset: PredictedDataset,
  ): Promise<{ reviewId: string; commit(tx: Sql): Promise<void> } | null> {
    const { sql: db } = this.#parts.parts.platform.db;
    const critical = await this.#parts.uses.of(db, found, found.version.stage);
    if (critical === null || critical.reviews === 'none') return null;
    const { tenantId } = found.model;
    const [known] = await db
      .select({ id: predictionReviews.id })
      .from(predictionReviews)
      .where(
        and(
          eq(predictionReviews.tenantId, tenantId),
          eq(predictionReviews.modelId, found.model.id),
          eq(predictionReviews.versionId, found.version.id),
          sql`${predictionReviews.dataset} ->> 'version_id' = ${dataset.version_id}`,
        ),
      )
      .limit(1);
    if (known !== undefined) return { reviewId: known.id, commit: async () => {} };
    await this.#texts.prepare(tenantId);
    const row = await this.#waiting(ctx, found, critical, {
      dataset,
      said: { row: null, prediction: null, confidence: null },
      createdAt: new Date(),
    });
    return {
      reviewId: row.id,
      commit: async (tx) => {
        await tx.insert(predictionReviews).values(row);
      },
    };
  }

  async #waiting(
    ctx: Context,
    { model, version }: Used,
    critical: Criticality,
    { dataset, said, createdAt }: { dataset: PredictedDataset | null; said: Said; createdAt: Date },
  ): Promise<Row> {
    const id = newId('predictionReview');
    return {
      ...(await this.#texts.seal(model.tenantId, id, { said: JSON.stringify(said), verdict: null })),
      id,
      tenantId: model.tenantId,
      modelId: model.id,
      versionId: version.id,
      number: version.number,
      stage: version.stage,
      rules: critical.rules.map(({ name }) => name),
      reviews: critical.reviews,
      state: 'waiting',
      dataset,
      askedBy: ctx.actor.id,
      createdAt,
      reviewedBy: null,
      reviewedAt: null,
    };
  }

  async list(ctx: Context, modelId: string, query: ListQuery) {
    const { parts, models, served } = this.#parts;
    const model = await models.require(ctx, 'models:write', modelId);
    const before = readIdCursor('predictionReview', query.cursor);
    const rows = await parts.platform.db.sql
      .select()
      .from(predictionReviews)
      .where(
        and(
          eq(predictionReviews.tenantId, ctx.actor.tenantId),
          eq(predictionReviews.modelId, modelId),
          query.state === undefined ? undefined : eq(predictionReviews.state, query.state),
          before === undefined ? undefined : lt(predictionReviews.id, before),
        ),
      )
      .orderBy(desc(predictionReviews.id))
      .limit(query.limit + 1);
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    // What was asked holds what the version learned from: it is for who may ask it.
    for (const number of new Set(page.map((row) => row.number)))
      await served.ofModel(ctx, model, String(number), 'predict');
    if (page.length > 0)
      await parts.access.audit.append(ctx, {
        action: 'prediction-log.read',
        object: { kind: 'model', id: modelId },
        outcome: 'success',
        details: { name: model.name, reviews: page.length },
      });
    const named = await this.#names(page);
    return { items: await Promise.all(page.map((row) => this.#document(row, named))), next_cursor };
  }

  /**
   * Throws NOT_FOUND, CONFLICT for one that is reviewed, INVALID_INPUT for an outcome of a whole dataset, none of a row
   * that is overridden, or one the version could not have said, FORBIDDEN for what is no person, and for who asked where the policy wants somebody else.
   */
  async decide(ctx: Context, id: string, given: Decision): Promise<PredictionReview> {
    const { parts, models, served } = this.#parts;
    const { platform, access } = parts;
    const found = await this.#find(platform.db.sql, ctx, id);
    const model = await models.require(ctx, 'models:write', found.modelId);
    const used = await served.ofModel(ctx, model, String(found.number), 'predict');
    if (ctx.actor.kind !== 'person')
      fail('FORBIDDEN', 'A prediction is reviewed by a person; a key or Stroma itself cannot.', {
        rule: 'human',
      });
    if (found.reviews === 'another' && found.askedBy === ctx.actor.id)
      fail('FORBIDDEN', 'You asked for this prediction; the policy has somebody else review it.', {
        rule: 'four_eyes',
      });
    if (given.decision === 'override' && (given.outcome === undefined) !== (found.dataset !== null))
      fail(
        'INVALID_INPUT',
        found.dataset === null
          ? 'Expected an outcome: what counts in place of the prediction.'
          : 'A dataset is overridden as a whole, as one that is not to be used: expected a reason and no outcome.',
        { field: 'outcome' },
      );
    const { labels } = await served.evaluation(ctx, used);
    const answers = {
      name: `${model.name}, version ${found.number}`,
      labels: labels.length > 0 ? labels : null,
    };
    const outcome =
      given.decision === 'override' && given.outcome !== undefined
        ? (fittedValue(answers, given.outcome) ??
          fail('INVALID_INPUT', expectationOf(answers, given.outcome), { field: 'outcome' }))
        : null;
    await this.#texts.prepare(found.tenantId);
    const verdict: Verdict = {
      outcome,
      reason: given.reason,
    };
    const row = await platform.db.transaction(async (tx): Promise<Row> => {
      const present = await this.#find(tx, ctx, id, true);
      if (present.state !== 'waiting')
        fail('CONFLICT', `This prediction is ${present.state} already.`, { review_id: id });
      const { said } = await this.#texts.open(present.tenantId, id, present);
      const change: Row = {
        ...present,
        ...(await this.#texts.seal(present.tenantId, id, { said, verdict: JSON.stringify(verdict) })),
        state: given.decision === 'accept' ? 'accepted' : 'overridden',
        reviewedBy: ctx.actor.id,
        reviewedAt: new Date(),
      };
      await tx
        .update(predictionReviews)
        .set(change)
        .where(and(eq(predictionReviews.tenantId, present.tenantId), eq(predictionReviews.id, id)));
      await access.audit.record(tx, ctx, {
        action: 'prediction.reviewed',
        object: { kind: 'prediction_review', id },
        outcome: 'success',
        after: { state: change.state, ...verdict },
        details: {
          name: model.name,
          model_id: model.id,
          number: present.number,
          state: change.state,
          rules: present.rules.join(', '),
          ...(present.dataset !== null && { dataset_id: present.dataset.dataset_id }),
        },
      });
      return change;
    });
    return this.#document(row, await this.#names([row]));
  }

  async counts(
    ctx: Context,
    versionId: string,
  ): Promise<{ waiting: number; accepted: number; overridden: number }> {
    const rows = await this.#parts.parts.platform.db.sql
      .select({ state: predictionReviews.state, count: count() })
      .from(predictionReviews)
      .where(
        and(eq(predictionReviews.tenantId, ctx.actor.tenantId), eq(predictionReviews.versionId, versionId)),
      )
      .groupBy(predictionReviews.state);
    const of = (state: Row['state']) => rows.find((row) => row.state === state)?.count ?? 0;
    return { waiting: of('waiting'), accepted: of('accepted'), overridden: of('overridden') };
  }

  async #find(db: Sql, ctx: Context, id: string, held = false): Promise<Row> {
    const asked = db
      .select()
      .from(predictionReviews)
      .where(and(eq(predictionReviews.tenantId, ctx.actor.tenantId), eq(predictionReviews.id, id)))
      .limit(1);
    const [row] = await (held ? asked.for('update') : asked);
    return row ?? fail('NOT_FOUND', 'There is no such prediction.', { review_id: id });
  }

  #names(rows: readonly Row[]): Promise<Named> {
    return new RunDocuments(this.#parts.parts).names(
      rows.flatMap(({ askedBy, reviewedBy }) => [askedBy, reviewedBy ?? []].flat()),
    );
  }

  async #document(row: Row, named: Named): Promise<PredictionReview> {
    const { said, verdict } = await this.#texts.open(row.tenantId, row.id, row);
    const { outcome, reason } = JSON.parse(verdict ?? '{"outcome":null,"reason":null}') as Verdict;
    return {
      review_id: row.id,
      model_id: row.modelId,
      version_id: row.versionId,
      number: row.number,
      stage: row.stage,
      rules: row.rules,
      reviews: row.reviews,
      state: row.state,
      dataset: row.dataset,
      ...saidOf(said),
      asked_by: named(row.askedBy),
      asked_at: row.createdAt.toISOString(),
      outcome,
      reason,
      reviewed_by: row.reviewedBy === null ? null : named(row.reviewedBy),
      reviewed_at: row.reviewedAt?.toISOString() ?? null,
    };
  }
}

/** Nothing, where it was redacted. */
const saidOf = (said: string | null): Said =>
  said === null ? { row: null, prediction: null, confidence: null } : (JSON.parse(said) as Said);
