import type { api, OutcomeInput, RecordedOutcomes, RefusedOutcome } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import { type Answers, expectationOf, fittedValue, type Observed } from '../serving/observed-values.ts';
import type { ServedModels } from '../serving/served-models.ts';
import {
  findKept,
  findOutcomes,
  type KeptPrediction,
  type OutcomeRow,
  saveOutcomes,
} from './outcomes.store.ts';

type Body = z.output<typeof api.modelOutcomes.record.body>;
/** An outcome that fits its prediction. */
export interface FittingOutcome {
  prediction: KeptPrediction;
  observed: Observed;
  observedAt: Date;
}

type Counted = Pick<RecordedOutcomes, 'recorded' | 'unchanged' | 'corrected'>;
type Reason = RefusedOutcome['reason'];

const mostTold = 100;
const notKept =
  'No prediction of this id is kept. It was not logged, its time is over, or it is being written: try again in a few seconds.';

/** What was so of predictions that were kept. */
export class Outcomes {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #served: ServedModels;
  readonly #texts: SealedTable<'observed'>;

  constructor(parts: ModelParts, models: RegisteredModels, served: ServedModels) {
    this.#parts = parts;
    this.#models = models;
    this.#served = served;
    this.#texts = parts.platform.sealed.know({ table: 'ml_outcomes', columns: ['observed'] });
  }

  /** Throws UNPROCESSABLE with every outcome that is refused, and records none, unless `partial`. */
  async record(ctx: Context, { outcomes, correct, partial }: Body): Promise<RecordedOutcomes> {
    const refused: RefusedOutcome[] = [];
    const fitting = await this.fit(ctx, outcomes, (at, reason, message) =>
      refused.push({ at, prediction_id: outcomes[at]?.prediction_id ?? '', reason, message }),
    );
    await this.#texts.prepare(ctx.actor.tenantId);
    const counted = await this.#parts.platform.db.transaction(async (tx) => {
      const { differing, ...known } = await this.recordIn(tx, ctx, fitting, correct);
      for (const { prediction, observed } of differing)
        refused.push({
          at: outcomes.findIndex(({ prediction_id }) => prediction_id === prediction.id),
          prediction_id: prediction.id,
          reason: 'differs',
          message: `Another outcome than ${JSON.stringify(observed)} was recorded. Send it with "correct" to replace it.`,
        });
      if (refused.length > 0 && !partial) throw refusal(refused, outcomes.length);
      return known;
    });
    return { ...counted, refused: refused.sort((a, b) => a.at - b.at) };
  }

  /** Those that fit predictions the asker may tell outcomes of; each other is refused by its place. */
  async fit(
    ctx: Context,
    given: readonly OutcomeInput[],
    refuse: (at: number, reason: Reason, message: string) => void,
  ): Promise<FittingOutcome[]> {
    const ids = given.map(({ prediction_id }) => prediction_id);
    const kept = await findKept(this.#parts.platform.db.sql, ctx.actor.tenantId, [...new Set(ids)]);
    const versions = new Map<string, Promise<Answers | StromaError>>();
    const versionOf = ({ modelId, number }: KeptPrediction) => {
      const key = `${modelId} ${number}`;
      const known = versions.get(key) ?? this.#version(ctx, modelId, number);
      versions.set(key, known);
      return known;
    };
    const fitting: FittingOutcome[] = [];
    for (const [at, { prediction_id, observed, observed_at }] of given.entries()) {
      const prediction = kept.get(prediction_id);
      const version = prediction === undefined ? null : await versionOf(prediction);
      if (prediction === undefined || version === null) refuse(at, 'unknown', notKept);
      else if (version instanceof StromaError) {
        if (version.code === 'NOT_FOUND') refuse(at, 'unknown', notKept);
        else refuse(at, 'forbidden', version.message);
      } else if (ids.indexOf(prediction_id) !== at)
        refuse(at, 'twice', 'The batch names this prediction before. Send one outcome of each.');
      else {
        const value = fittedValue(version, observed);
        if (value === null) refuse(at, 'unfit', expectationOf(version, observed));
        else
          fitting.push({
            prediction,
            observed: value,
            observedAt: observed_at === undefined ? new Date() : new Date(observed_at),
          });
      }
    }
    return fitting;
  }

  async #version(ctx: Context, modelId: string, number: number): Promise<Answers | StromaError> {
    try {
      const model = await this.#models.require(ctx, 'models:write', modelId);
      const found = await this.#served.ofModel(ctx, model, String(number), 'predict');
      const { labels } = await this.#served.evaluation(ctx, found);
      return { name: `${model.name}, version ${number}`, labels: labels.length > 0 ? labels : null };
    } catch (error) {
      if (error instanceof StromaError) return error;
      throw error;
    }
  }

  /** In the caller's transaction, with the record of it. Those that differ from what is known are given back, not written. */
  async recordIn(
    tx: Sql,
    ctx: Context,
    fitting: readonly FittingOutcome[],
    correct: boolean,
  ): Promise<Counted & { differing: FittingOutcome[] }> {
    const { tenantId } = ctx.actor;
    const counted = { recorded: 0, unchanged: 0, corrected: 0 };
    const differing: FittingOutcome[] = [];
    for (const [modelId, own] of [...Map.groupBy(fitting, (each) => each.prediction.modelId)].sort(
      ([a], [b]) => (a < b ? -1 : 1),
    )) {
      await lockUntilCommit(tx, `outcomes:${modelId}`);
      const { before, news, others } = await this.held(tx, tenantId, own);
      if (!correct) differing.push(...others);
      const written = correct ? [...news, ...others] : news;
      counted.recorded += news.length;
      counted.corrected += correct ? others.length : 0;
      counted.unchanged += own.length - news.length - others.length;
      if (written.length === 0) continue;
      await saveOutcomes(tx, await Promise.all(written.map((each) => this.#row(ctx, each))));
      await this.#parts.access.audit.record(tx, ctx, {
        action: 'outcomes.recorded',
        object: { kind: 'model', id: modelId },
        outcome: 'success',
        before: correct
          ? others.map(({ prediction: { id } }) => ({ id, observed: before.get(id) ?? null }))
          : [],
        after: written.map(({ prediction: { id }, observed, observedAt }) => ({
          id,
          observed,
          observed_at: observedAt.toISOString(),
        })),
        details: {
          recorded: news.length,
          corrected: correct ? others.length : 0,
        },
      });
    }
    return { ...counted, differing };
  }

  /** Against what is known of the same predictions: those that are new, and those that differ. */
  async held(
    db: Sql,
    tenantId: string,
    own: readonly FittingOutcome[],
  ): Promise<{ before: Map<string, Observed>; news: FittingOutcome[]; others: FittingOutcome[] }> {
    const ids = own.map(({ prediction }) => prediction.id);
    const before = await this.known(tenantId, await findOutcomes(db, tenantId, ids));
    return {
      before,
      news: own.filter(({ prediction }) => !before.has(prediction.id)),
      others: own.filter(({ prediction: { id }, observed }) => before.has(id) && before.get(id) !== observed),
    };
  }

  async #row(ctx: Context, { prediction, observed, observedAt }: FittingOutcome): Promise<OutcomeRow> {
    const { tenantId, id: recordedBy } = ctx.actor;
    const { id, modelId } = prediction;
    const texts = await this.#texts.seal(tenantId, id, { observed: JSON.stringify(observed) });
    return { ...texts, id, tenantId, modelId, observedAt, recordedBy, recordedAt: new Date() };
  }

  /** Opened, by the id of the prediction. */
  async known(
    tenantId: string,
    rows: readonly (Pick<OutcomeRow, 'observed' | 'sealed'> & { id: string })[],
  ): Promise<Map<string, Observed>> {
    const opened = await this.#texts.openAll(tenantId, rows, ({ id }) => id);
    return new Map(opened.map(({ id, observed }) => [id, JSON.parse(observed ?? 'null') as Observed]));
  }

  /** Has the key of the tenant at hand, for what is written in a transaction soon after. */
  prepare(tenantId: string): Promise<void> {
    return this.#texts.prepare(tenantId);
  }
}

function refusal(refused: readonly RefusedOutcome[], given: number): StromaError {
  const [first] = [...refused].sort((a, b) => a.at - b.at);
  return new StromaError(
    'UNPROCESSABLE',
    `${refused.length} of ${given} outcomes cannot be recorded, so none was. The first, at ${first?.at}: ${first?.message} Mend them, or send what fits with "partial".`,
    { refused: refused.slice(0, mostTold), refused_count: refused.length },
  );
}
