import type { Challenge } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { Outcomes } from '../monitoring/outcomes.service.ts';
import { findVersions } from '../registry/model-versions.store.ts';
import { findModel } from '../registry/models.store.ts';
import type { ServedModels } from '../serving/served-models.ts';
import { addOutcomes, decisionOf, type Outcome, type Told } from './challenge-test.ts';
import {
  type ChallengeRow,
  countedUnits,
  findChallenge,
  type KnownOutcome,
  markCounted,
  uncountedOutcomes,
  updateChallenge,
} from './challenges.store.ts';
import type { Trials } from './trials.ts';

type Because = NonNullable<Challenge['ended_because']>;

const atOnce = 500;

/** Takes outcomes that became known into the test, and ends the challenge when its rule says so. */
export class ChallengeProgress {
  readonly #parts: ModelParts;
  readonly #served: ServedModels;
  readonly #trials: Trials;
  readonly #outcomes: Pick<Outcomes, 'known'>;

  constructor(parts: ModelParts, served: ServedModels, trials: Trials, outcomes: Pick<Outcomes, 'known'>) {
    this.#parts = parts;
    this.#served = served;
    this.#trials = trials;
    this.#outcomes = outcomes;
  }

  /** As Stroma itself, in the tenant of the challenge. */
  async advance(ctx: Context, id: string): Promise<void> {
    for (;;) {
      ctx.signal.throwIfAborted();
      if (await this.#step(ctx, id)) return;
    }
  }

  /** Whether nothing is left to be done. */
  async #step(ctx: Context, id: string): Promise<boolean> {
    const { tenantId } = ctx.actor;
    const { db } = this.#parts.platform;
    const row = await findChallenge(db.sql, tenantId, id);
    if (row === null || row.status !== 'running') return true;
    const known = await uncountedOutcomes(db.sql, tenantId, id, atOnce);
    const outcomes = await this.#opened(tenantId, await this.#first(row, known));
    const test = addOutcomes(row.test, outcomes, row);
    const decision = row.decision ?? decisionOf(test, row);
    const because = await this.#because(ctx, { ...row, test, decision }, known.length < atOnce);
    if (known.length === 0 && because === null) return true;
    const isDone = await db.transaction(async (tx) => {
      await lockUntilCommit(tx, `challenge:${id}`);
      const present = await findChallenge(tx, tenantId, id);
      if (present === null || present.status !== 'running') return true;
      // Somebody else went on meanwhile: again, from there.
      if (JSON.stringify(present.test) !== JSON.stringify(row.test)) return false;
      const now = new Date();
      await markCounted(
        tx,
        tenantId,
        known.map((own) => own.id),
        now,
      );
      await updateChallenge(tx, tenantId, id, {
        test,
        decision,
        decidedAt: decision === null ? null : (row.decidedAt ?? now),
      });
      if (because !== null) await this.end(tx, ctx, { ...present, test, decision }, because);
      return because !== null || known.length < atOnce;
    });
    // Whoever asked while it was written may have read it as it was.
    if (because !== null) this.#trials.forget(row.modelId);
    return isDone;
  }

  /** In A/B a key counts once: what is known of it later is not a new throw of the coin. */
  async #first(row: ChallengeRow, known: readonly KnownOutcome[]): Promise<KnownOutcome[]> {
    if (row.mode === 'shadow') return [...known];
    const units = known.map(({ unit }) => unit);
    const counted = await countedUnits(this.#parts.platform.db.sql, row.tenantId, row.id, units);
    return known.filter(({ unit }) => {
      if (counted.has(unit)) return false;
      counted.add(unit);
      return true;
    });
  }

  async #opened(tenantId: string, known: readonly KnownOutcome[]): Promise<Outcome[]> {
    const said = await this.#trials.texts.openAll(tenantId, known, ({ id }) => id);
    const observed = await this.#outcomes.known(
      tenantId,
      known.map((own) => ({ id: own.id, ...own.observed })),
    );
    return known.flatMap(({ id, arm, recordedAt }, at): Outcome[] => {
      const value = observed.get(id);
      if (value === undefined || value === null) return [];
      const told = JSON.parse(said[at]?.said ?? '{}') as { champion: Told | null; challenger: Told | null };
      return [{ arm, ...told, observed: value, at: recordedAt }];
    });
  }

  async #because(
    ctx: Context,
    { modelId, championId, challengerId, stop, decision, test }: ChallengeRow,
    isUpToDate: boolean,
  ): Promise<Because | null> {
    if (decision !== null && stop.on_decision) return 'decision';
    if (stop.most_outcomes !== null && test.sequence.units >= stop.most_outcomes) return 'most_outcomes';
    if (!isUpToDate) return null;
    if (stop.ends_at !== null && Date.parse(stop.ends_at) <= Date.now()) return 'ends_at';
    const model = await findModel(this.#parts.platform.db.sql, ctx.actor.tenantId, modelId);
    if (model === null || model.deletedAt !== null) return 'replaced';
    const answering = (await this.#served.answering(ctx, model))?.version.id ?? null;
    if (answering !== championId) return answering === challengerId ? 'promoted' : 'replaced';
    const [challenger] = await findVersions(this.#parts.platform.db.sql, ctx.actor.tenantId, [challengerId]);
    return challenger === undefined || challenger.version.deletedAt !== null ? 'replaced' : null;
  }

  /** In the caller's transaction, with the record of it. */
  async end(
    tx: Sql,
    ctx: Context,
    row: ChallengeRow,
    because: Because,
    comment = '',
  ): Promise<Partial<ChallengeRow>> {
    const change = {
      status:
        because === 'stopped'
          ? ('stopped' as const)
          : because === 'promoted'
            ? ('promoted' as const)
            : ('ended' as const),
      endedBecause: because,
      endedBy: ctx.actor.id,
      endedAt: new Date(),
    };
    await updateChallenge(tx, row.tenantId, row.id, change);
    await this.#parts.access.audit.record(tx, ctx, {
      action: 'challenge.ended',
      object: { kind: 'model', id: row.modelId },
      outcome: 'success',
      before: { status: row.status },
      after: { status: change.status, decision: row.decision, units: row.test.sequence.units },
      details: {
        challenge_id: row.id,
        champion: row.championNumber,
        challenger: row.challengerNumber,
        because,
        ...(comment !== '' && { comment }),
      },
    });
    this.#trials.forget(row.modelId);
    return change;
  }
}
