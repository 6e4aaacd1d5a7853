import type { Challenge } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { Outcomes } from '../monitoring/outcomes.service.ts';
import { findVersions } from '../registry/model-versions.store.ts';
import { findModel } from '../registry/models.store.ts';
import type { ServedModels } from '../serving/served-models.ts';
import {
  addOutcomes,
  decisionOf,
  emptyTest,
  type Outcome,
  type TestState,
  type Told,
} from './challenge-test.ts';
import {
  type ChallengeRow,
  countedOutcomes,
  countedUnits,
  findChallenge,
  type KnownOutcome,
  markCounted,
  newestCorrections,
  uncountedOutcomes,
  updateChallenge,
} from './challenges.store.ts';
import type { Trials } from './trials.ts';

type Because = NonNullable<Challenge['ended_because']>;

const atOnce = 500;

const isFirst = ({ unit }: KnownOutcome, seen: Set<string>): boolean => seen.size !== seen.add(unit).size;

const isNews = ({ test }: ChallengeRow, corrected: Date | undefined): boolean =>
  corrected !== undefined && (test.correctedTo === undefined || corrected > new Date(test.correctedTo));

const isCorrected = (row: ChallengeRow, { recordedAt, countedAt }: KnownOutcome): boolean =>
  countedAt !== null && recordedAt > countedAt && isNews(row, recordedAt);

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
      if ((await this.#correct(ctx, id)) && (await this.#step(ctx, id))) return;
    }
  }

  /** The same challenges; those an outcome of which was corrected since it was counted are counted again. */
  async correct(ctx: Context, rows: readonly ChallengeRow[]): Promise<ChallengeRow[]> {
    const { tenantId } = ctx.actor;
    const ids = rows.map(({ id }) => id);
    const corrected = await newestCorrections(this.#parts.platform.db.sql, tenantId, ids);
    const present: ChallengeRow[] = [];
    for (const row of rows) {
      const isBehind = isNews(row, corrected.get(row.id));
      while (isBehind && !(await this.#correct(ctx, row.id)));
      const changed = isBehind ? await findChallenge(this.#parts.platform.db.sql, tenantId, row.id) : row;
      present.push(changed ?? row);
    }
    return present;
  }

  /**
   * Counts again, in the order in which outcomes were counted first, where one was corrected since: the bounds are those
   * that would have been had all been told right from the beginning, and hold as they do. Whether nothing is left to be
   * done.
   */
  async #correct(ctx: Context, id: string): Promise<boolean> {
    const { tenantId } = ctx.actor;
    const { db } = this.#parts.platform;
    const row = await findChallenge(db.sql, tenantId, id);
    const correctedTo = (await newestCorrections(db.sql, tenantId, [id])).get(id);
    if (row === null || correctedTo === undefined || !isNews(row, correctedTo)) return true;
    const again = await this.#countAgain(ctx, row);
    const { corrections = 0, correctionsLeftOut = 0, sequence } = row.test;
    // Predictions go with their persons and with time: what is left of a test is not the test.
    const isWhole = again.test.sequence.units === sequence.units;
    const test: TestState = {
      ...(isWhole ? again.test : row.test),
      corrections: corrections + (isWhole ? again.corrected : 0),
      correctionsLeftOut: correctionsLeftOut + (isWhole ? 0 : again.corrected),
      correctedTo: correctedTo.toISOString(),
    };
    const decision = isWhole ? decisionOf(test, row) : row.decision;
    return db.transaction(async (tx) => {
      await lockUntilCommit(tx, `challenge:${id}`);
      const present = await findChallenge(tx, tenantId, id);
      if (present === null) return true;
      // Somebody else went on meanwhile: again, from there.
      if (JSON.stringify(present.test) !== JSON.stringify(row.test)) return false;
      const decidedAt = decision === row.decision ? row.decidedAt : decision === null ? null : new Date();
      await updateChallenge(tx, tenantId, id, { test, decision, decidedAt });
      await this.#parts.access.audit.record(tx, ctx, {
        action: 'challenge.recounted',
        object: { kind: 'model', id: row.modelId },
        outcome: 'success',
        before: { decision: row.decision, last: row.test.points.at(-1) ?? null },
        after: { decision, last: test.points.at(-1) ?? null },
        details: { challenge_id: id, corrected: again.corrected, counted_again: isWhole },
      });
      return true;
    });
  }

  async #countAgain(ctx: Context, row: ChallengeRow): Promise<{ test: TestState; corrected: number }> {
    const { sql } = this.#parts.platform.db;
    const seen = new Set<string>();
    let test: TestState = emptyTest;
    let corrected = 0;
    for (let last: KnownOutcome | null = null; ; ) {
      ctx.signal.throwIfAborted();
      const page: KnownOutcome[] = await countedOutcomes(sql, row.tenantId, row.id, last, atOnce);
      const counts = row.mode === 'shadow' ? page : page.filter((own) => isFirst(own, seen));
      corrected += counts.filter((own) => isCorrected(row, own)).length;
      test = addOutcomes(test, await this.#opened(row.tenantId, counts), row);
      last = page.at(-1) ?? null;
      if (page.length < atOnce) return { test, corrected };
    }
  }

  /** Whether nothing is left to be done. */
  async #step(ctx: Context, id: string): Promise<boolean> {
    const { tenantId } = ctx.actor;
    const { db } = this.#parts.platform;
    const row = await findChallenge(db.sql, tenantId, id);
    if (row === null || row.status !== 'running') return true;
    const known = (await uncountedOutcomes(db.sql, tenantId, id, atOnce)).sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
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
    return known.filter((own) => isFirst(own, counted));
  }

  async #opened(tenantId: string, known: readonly KnownOutcome[]): Promise<Outcome[]> {
    const said = await this.#trials.texts.openAll(tenantId, known, ({ id }) => id);
    const observed = await this.#outcomes.known(
      tenantId,
      known.map((own) => ({ id: own.id, ...own.observed })),
    );
    let at = new Date(0);
    return known.flatMap(({ id, arm, recordedAt, countedAt }, place): Outcome[] => {
      const value = observed.get(id);
      if (value === undefined || value === null) return [];
      // A corrected one became known before it was counted.
      const from = countedAt !== null && countedAt < recordedAt ? countedAt : recordedAt;
      if (from > at) at = from;
      const told = JSON.parse(said[place]?.said ?? '{}') as {
        champion: Told | null;
        challenger: Told | null;
      };
      return [{ arm, ...told, observed: value, at }];
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
