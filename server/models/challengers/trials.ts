import { AsyncLocalStorage } from 'node:async_hooks';
import type { Prediction, PredictionRow } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { Remembered } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { PredictionLogs } from '../serving/prediction-log.ts';
import type { ServedModels, ServedVersion } from '../serving/served-models.ts';
import { type Assigned, assign } from './assignment.ts';
import type { Told } from './challenge-test.ts';
import {
  addCounts,
  type ChallengePredictionRow,
  type ChallengeRow,
  type Counted,
  findRunning,
  insertChallengePredictions,
} from './challenges.store.ts';

/** A challenge that a request is part of. */
export interface Trial extends Assigned {
  challenge: ChallengeRow;
  /** Asked in the shadow of the champion; null in A/B. */
  shadow: ServedVersion | null;
}

export interface AskedFor {
  /** By its number, and so answered by no other. */
  pinned: boolean;
  key: string | undefined;
}

interface Waiting {
  trial: Trial;
  log: Context['log'];
  id: string;
  row: PredictionRow;
  told: Told;
  at: Date;
}

const gatheredMs = 500;
const askedAtOnce = 500;
/** Rows come faster than the challenger answers in the shadow: what is past this is not asked of it, and counted. */
const mostWaiting = 20_000;
const endOfTime = new Date(8.64e15);

/** Which version answers a request while a challenge runs, and what is kept of it. Nobody who asks waits for that. */
export class Trials {
  readonly texts: SealedTable<'said'>;
  readonly #parts: ModelParts;
  readonly #served: ServedModels;
  readonly #log: PredictionLogs;
  readonly #threads: Threads;
  readonly #running: Remembered<{ expiresAt: Date; modelId: string; challenge: ChallengeRow | null }>;
  readonly #outside = AsyncLocalStorage.snapshot();
  #waiting: Waiting[] = [];
  readonly #lost = new Map<string, { tenantId: string; rows: number }>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: ModelParts, served: ServedModels, log: PredictionLogs, threads: Threads) {
    this.#parts = parts;
    this.#served = served;
    this.#log = log;
    this.#threads = threads;
    this.texts = parts.platform.sealed.know({ table: 'ml_challenge_predictions', columns: ['said'] });
    const { db } = parts.platform;
    const lifeMs = db.kind === 'embedded' ? 60_000 : 1_000;
    this.#running = new Remembered(async (key) => {
      const [tenantId = '', modelId = ''] = key.split(' ');
      return { expiresAt: endOfTime, modelId, challenge: await findRunning(db.sql, tenantId, modelId) };
    }, lifeMs);
  }

  /** A challenge of the model began or ended. */
  forget(modelId: string): void {
    this.#running.forget((own) => own.modelId === modelId);
  }

  /** The version that answers. Who may not ask the challenger is answered by the champion and is no part of it. */
  async of(
    ctx: Context,
    found: ServedVersion,
    { pinned, key }: AskedFor,
  ): Promise<{ answering: ServedVersion; trial: Trial | null }> {
    const { model, version } = found;
    const challenge = (await this.#running.get(`${model.tenantId} ${model.id}`))?.challenge ?? null;
    const none = { answering: found, trial: null };
    if (challenge === null || challenge.championId !== version.id) return none;
    if (challenge.stop.ends_at !== null && Date.parse(challenge.stop.ends_at) <= Date.now()) return none;
    const isShadow = challenge.mode === 'shadow';
    if (pinned && !isShadow) return none;
    const challenger = await this.#challenger(ctx, found, challenge);
    if (challenger === null) return none;
    const { arm, unit } = assign(challenge.salt, key ?? ctx.requestId, challenge.share);
    return isShadow
      ? { answering: found, trial: { challenge, arm: 'champion', unit, shadow: challenger } }
      : {
          answering: arm === 'challenger' ? challenger : found,
          trial: { challenge, arm, unit, shadow: null },
        };
  }

  async #challenger(
    ctx: Context,
    { model }: ServedVersion,
    { mode, challengerNumber }: ChallengeRow,
  ): Promise<ServedVersion | null> {
    const number = String(challengerNumber);
    try {
      return mode === 'shadow'
        ? await this.#served.unseen(ctx, model, number)
        : await this.#served.ofModel(ctx, model, number, 'predict');
    } catch (error) {
      if (error instanceof StromaError) return null;
      throw error;
    }
  }

  /** Rows that were predicted, with the ids they are kept under. */
  keep(
    { log }: Pick<Context, 'log'>,
    trial: Trial,
    rows: readonly PredictionRow[],
    predictions: readonly Prediction[],
  ): void {
    const at = new Date();
    rows.forEach((row, place) => {
      const { prediction_id: id, prediction, confidence, probabilities } = predictions[place] as Prediction;
      if (id === null || this.#waiting.length >= mostWaiting) {
        const { id: challengeId, tenantId } = trial.challenge;
        const lost = this.#lost.get(challengeId) ?? { tenantId, rows: 0 };
        this.#lost.set(challengeId, { tenantId, rows: lost.rows + 1 });
      } else this.#waiting.push({ trial, log, id, row, told: { prediction, confidence, probabilities }, at });
    });
    this.#timer ??= this.#outside(() => setTimeout(() => this.#flush(), gatheredMs));
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
    const lost = [...this.#lost];
    this.#lost.clear();
    const groups = [...Map.groupBy(waiting, ({ trial }) => trial.challenge.id).values()];
    if (groups.length === 0 && lost.length === 0) return;
    this.#writing = this.#writing.then(async () => {
      // What is written here refers to what is kept there.
      await this.#log.settled();
      for (const own of groups)
        for (let from = 0; from < own.length; from += askedAtOnce)
          await this.#write(own.slice(from, from + askedAtOnce));
      for (const [id, { tenantId, rows }] of lost)
        await withinTenant(tenantId, () =>
          addCounts(this.#parts.platform.db.sql, tenantId, id, { ...nothing, lost: rows }),
        );
    });
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const [first] = waiting;
    if (first === undefined) return;
    const { tenantId, id } = first.trial.challenge;
    const { db } = this.#parts.platform;
    try {
      const shadows = await this.#shadows(waiting);
      await withinTenant(tenantId, async () => {
        await this.texts.prepare(tenantId);
        const rows = await Promise.all(waiting.map((own, at) => this.#row(own, shadows?.[at] ?? null)));
        await db.transaction(async (tx) => {
          await insertChallengePredictions(tx, rows);
          await addCounts(tx, tenantId, id, countsOf(rows));
        });
      });
    } catch (error) {
      first.log.error({ err: error, challenge: id }, 'what a challenger said could not be kept');
      await withinTenant(tenantId, () =>
        addCounts(db.sql, tenantId, id, { ...nothing, lost: waiting.length }),
      ).catch((err: unknown) => first.log.error({ err }, 'nor that it could not'));
    }
  }

  async #shadows(waiting: readonly Waiting[]): Promise<Told[] | null> {
    const shadow = waiting[0]?.trial.shadow ?? null;
    if (shadow === null) return null;
    const ctx = { signal: new AbortController().signal };
    const rows = waiting.map(({ row }) => row);
    return (await this.#served.ask(this.#threads, ctx, shadow, { kind: 'predict', rows, explain: false }))
      .predictions;
  }

  async #row({ trial, id, told, at }: Waiting, shadow: Told | null): Promise<ChallengePredictionRow> {
    const { tenantId, id: challengeId } = trial.challenge;
    const champion = trial.arm === 'champion' ? told : null;
    const challenger = trial.arm === 'challenger' ? told : shadow === null ? null : toldOf(shadow);
    const sealed = await this.texts.seal(tenantId, id, { said: JSON.stringify({ champion, challenger }) });
    const compared = champion === null || challenger === null ? null : compare(champion, challenger);
    return {
      ...sealed,
      id,
      tenantId,
      challengeId,
      arm: trial.arm,
      unit: trial.unit,
      agreed: compared?.agreed ?? null,
      difference: compared?.difference ?? null,
      createdAt: at,
      countedAt: null,
    };
  }
}

const toldOf = ({ prediction, confidence, probabilities }: Told): Told => ({
  prediction,
  confidence,
  probabilities,
});

/** Of numbers, challenger less champion; of classes, of the probability of what the champion says. */
function compare(champion: Told, challenger: Told): { agreed: boolean; difference: number } {
  if (typeof champion.prediction === 'string') {
    const label = champion.prediction;
    const difference = (challenger.probabilities?.[label] ?? 0) - (champion.probabilities?.[label] ?? 0);
    return { agreed: champion.prediction === challenger.prediction, difference };
  }
  const difference = Number(challenger.prediction) - champion.prediction;
  return { agreed: Math.abs(difference) <= 0.001 * Math.abs(champion.prediction), difference };
}

const nothing: Counted = {
  championRows: 0,
  challengerRows: 0,
  lost: 0,
  compared: 0,
  agreed: 0,
  differenceSum: 0,
  differenceAbsolute: 0,
  differenceLargest: 0,
};

function countsOf(rows: readonly ChallengePredictionRow[]): Counted {
  const counts = { ...nothing };
  for (const { arm, agreed, difference } of rows) {
    if (arm === 'champion') counts.championRows += 1;
    else counts.challengerRows += 1;
    if (agreed === null || difference === null) continue;
    counts.compared += 1;
    if (agreed) counts.agreed += 1;
    counts.differenceSum += difference;
    counts.differenceAbsolute += Math.abs(difference);
    counts.differenceLargest = Math.max(counts.differenceLargest, Math.abs(difference));
  }
  return counts;
}
