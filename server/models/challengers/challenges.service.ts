import { randomBytes } from 'node:crypto';
import type {
  api,
  Challenge,
  ChallengeMetric,
  ChallengePrediction,
  ModelEvaluation,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import { lockModel, type ModelRow } from '../registry/models.store.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ServedModels } from '../serving/served-models.ts';
import { ChallengeDocuments } from './challenge-documents.ts';
import type { ChallengeProgress } from './challenge-progress.ts';
import { emptyTest, type Told } from './challenge-test.ts';
import {
  type ChallengeRow,
  findChallenge,
  findRunning,
  insertChallenge,
  listChallengePredictions,
  listChallenges,
  listRunning,
  updateChallenge,
} from './challenges.store.ts';
import type { Trials } from './trials.ts';

type StartBody = z.output<typeof api.challenges.start.body>;
type PromoteBody = z.output<typeof api.challenges.promote.body>;
type ListQuery = z.output<typeof api.challenges.list.query>;

interface ChallengeTools {
  models: RegisteredModels;
  served: ServedModels;
  promotions: Promotions;
  trials: Trials;
  progress: ChallengeProgress;
}

/** Versions that are tried against the champion of their model. */
export class Challenges {
  readonly #parts: ModelParts;
  readonly #tools: ChallengeTools;
  readonly #documents: ChallengeDocuments;

  constructor(parts: ModelParts, tools: ChallengeTools) {
    this.#parts = parts;
    this.#tools = tools;
    this.#documents = new ChallengeDocuments(parts);
  }

  async start(ctx: Context, modelId: string, body: StartBody): Promise<Challenge> {
    const { models, served } = this.#tools;
    const model = await models.require(ctx, 'models:promote', modelId);
    const champion = await served.ofModel(ctx, model, undefined, 'predict');
    const challenger = await served.ofModel(ctx, model, body.challenger, 'predict');
    if (champion.version.id === challenger.version.id)
      fail(
        'INVALID_INPUT',
        `Another version than the champion was expected; version ${champion.version.number} is what answers already.`,
        { field: 'challenger', number: champion.version.number },
      );
    const evaluation = await served.evaluation(ctx, champion);
    requireSameQuestion(evaluation, await served.evaluation(ctx, challenger));
    const metric = metricOf(evaluation, body.metric);
    const { stop, alpha, margin, mode, comment } = body;
    if (stop.ends_at !== null && Date.parse(stop.ends_at) <= Date.now())
      fail('INVALID_INPUT', 'Expected an end that lies ahead.', { field: 'stop.ends_at' });
    const row: ChallengeRow = {
      id: newId('modelChallenge'),
      tenantId: model.tenantId,
      modelId,
      championId: champion.version.id,
      championNumber: champion.version.number,
      challengerId: challenger.version.id,
      challengerNumber: challenger.version.number,
      mode,
      share: mode === 'shadow' ? 0 : body.share,
      salt: randomBytes(16).toString('hex'),
      metric,
      errorScale: metric === 'absolute_error' ? (body.error_scale ?? usualScale(evaluation)) : null,
      alpha,
      margin,
      stop,
      status: 'running',
      decision: null,
      decidedAt: null,
      endedBecause: null,
      championRows: 0,
      challengerRows: 0,
      lost: 0,
      compared: 0,
      agreed: 0,
      differenceSum: 0,
      differenceAbsolute: 0,
      differenceLargest: 0,
      test: emptyTest,
      promotionId: null,
      comment,
      startedBy: ctx.actor.id,
      startedAt: new Date(),
      endedBy: null,
      endedAt: null,
    };
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await lockModel(tx, modelId);
      const running = await findRunning(tx, model.tenantId, modelId);
      if (running !== null)
        fail(
          'CONFLICT',
          `Version ${running.challengerNumber} is tried against version ${running.championNumber} already. Stop that first.`,
          { challenge_id: running.id },
        );
      await insertChallenge(tx, row);
      await access.audit.record(tx, ctx, {
        action: 'challenge.started',
        object: { kind: 'model', id: modelId },
        outcome: 'success',
        after: { mode, share: row.share, metric, error_scale: row.errorScale, alpha, margin, stop },
        details: {
          name: model.name,
          challenge_id: row.id,
          champion: row.championNumber,
          challenger: row.challengerNumber,
        },
      });
    });
    this.#tools.trials.forget(modelId);
    return this.#document(ctx, model, row);
  }

  /** With every outcome that is known. */
  async list(ctx: Context, modelId: string, query: ListQuery) {
    const model = await this.#tools.models.require(ctx, 'models:read', modelId);
    const { sql } = this.#parts.platform.db;
    const running = await findRunning(sql, model.tenantId, modelId);
    if (running !== null) await this.#advance(ctx, running.id);
    const rows = await listChallenges(sql, ctx, modelId, {
      before: readIdCursor('modelChallenge', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    const changed = await this.#tools.progress.correct(this.#itself(ctx), page);
    return { items: await this.#documents.of(ctx, model, changed), next_cursor };
  }

  /** With every outcome that is known. */
  async get(ctx: Context, id: string): Promise<Challenge> {
    const { model, row } = await this.#require(ctx, 'models:read', id);
    await this.#advance(ctx, row.id);
    return this.#again(ctx, model, id);
  }

  async stop(ctx: Context, id: string, comment: string): Promise<Challenge> {
    const { model, row } = await this.#require(ctx, 'models:promote', id);
    await this.#advance(ctx, id);
    await this.#parts.platform.db.transaction(async (tx) => {
      await lockUntilCommit(tx, `challenge:${id}`);
      const present = (await findChallenge(tx, row.tenantId, id)) ?? row;
      if (present.status !== 'running')
        fail('CONFLICT', 'This challenge has ended already.', { status: present.status });
      await this.#tools.progress.end(tx, ctx, present, 'stopped', comment);
    });
    this.#tools.trials.forget(model.id);
    return this.#again(ctx, model, id);
  }

  /** Throws UNPROCESSABLE where the test did not find it better, and what a promotion throws. */
  async promote(ctx: Context, id: string, { comment, without_decision }: PromoteBody): Promise<Challenge> {
    const { model } = await this.#require(ctx, 'models:write', id);
    await this.#advance(ctx, id);
    const row = (await this.#require(ctx, 'models:write', id)).row;
    if (row.decision !== 'challenger_better' && !without_decision)
      fail(
        'UNPROCESSABLE',
        `The test has ${row.decision === null ? 'not decided' : `found ${row.decision.replace('_', ' ')}`}. Wait for it, or say that it is to be promoted without its decision.`,
        { decision: row.decision, units: row.test.sequence.units },
      );
    const promotion = await this.#tools.promotions.promote(ctx, model.id, row.challengerNumber, {
      stage: 'production',
      archive_existing: true,
      comment: comment === '' ? `By challenge ${id}` : comment,
    });
    const { platform } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await lockUntilCommit(tx, `challenge:${id}`);
      await updateChallenge(tx, row.tenantId, id, { promotionId: promotion.promotion_id });
      const present = (await findChallenge(tx, row.tenantId, id)) ?? row;
      if (promotion.state !== 'done') return;
      if (present.status === 'running') await this.#tools.progress.end(tx, ctx, present, 'promoted');
      else await updateChallenge(tx, row.tenantId, id, { status: 'promoted' });
    });
    this.#tools.trials.forget(model.id);
    return this.#again(ctx, model, id);
  }

  /** Throws CONFLICT where the challenger is not what stands in production. */
  async rollback(ctx: Context, id: string, comment: string): Promise<Challenge> {
    const { model, row } = await this.#require(ctx, 'models:promote', id);
    const answering = await this.#tools.served.answering(ctx, model);
    if (answering?.version.id !== row.challengerId || answering.version.stage !== 'production')
      fail('CONFLICT', `Version ${row.challengerNumber} does not stand in production.`, {
        number: row.challengerNumber,
      });
    await this.#tools.promotions.rollback(
      ctx,
      model.id,
      'production',
      comment === '' ? `Of challenge ${id}` : comment,
    );
    await updateChallenge(this.#parts.platform.db.sql, row.tenantId, id, { status: 'rolled_back' });
    return this.#again(ctx, model, id);
  }

  /** Newest first; that somebody read them goes on record. */
  async predictions(ctx: Context, id: string, query: ListQuery) {
    const { model, row } = await this.#require(ctx, 'models:promote', id);
    const { served, trials } = this.#tools;
    for (const number of [row.championNumber, row.challengerNumber])
      await served.ofModel(ctx, model, String(number), 'predict');
    const { platform, access } = this.#parts;
    const rows = await listChallengePredictions(platform.db.sql, row.tenantId, id, {
      before: readIdCursor('prediction', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, (own) => own.id);
    await access.audit.append(ctx, {
      action: 'challenge.read',
      object: { kind: 'model', id: model.id },
      outcome: 'success',
      details: { name: model.name, challenge_id: id, predictions: page.length },
    });
    const opened = await trials.texts.openAll(row.tenantId, page, (own) => own.id);
    const items = opened.map(({ id: prediction_id, arm, agreed, difference, createdAt, said }) => {
      const { champion, challenger } = JSON.parse(said ?? '{}') as Record<
        'champion' | 'challenger',
        Told | null
      >;
      const shown = (told: Told | null): ChallengePrediction['champion'] =>
        told === null ? null : { prediction: told.prediction, confidence: told.confidence };
      return {
        prediction_id,
        at: createdAt.toISOString(),
        arm,
        champion: shown(champion),
        challenger: shown(challenger),
        agreed,
        difference,
      };
    });
    return { items, next_cursor };
  }

  /** Of every organisation; how many there were. */
  async advanceAll(ctx: Context): Promise<number> {
    const { db } = this.#parts.platform;
    const running = await acrossTenants('challenges of every organisation', () => listRunning(db.sql));
    for (const { id, tenantId } of running)
      await acrossTenants('on to the next organisation', () =>
        withinTenant(tenantId, () =>
          this.#tools.progress.advance(systemContext(ctx.log, tenantId, ctx.signal), id),
        ),
      ).catch((err: unknown) => ctx.log.error({ err, challenge: id }, 'a challenge could not go on'));
    return running.length;
  }

  #advance(ctx: Context, id: string): Promise<void> {
    return this.#tools.progress.advance(this.#itself(ctx), id);
  }

  #itself = (ctx: Context): Context => systemContext(ctx.log, ctx.actor.tenantId, ctx.signal);

  async #require(
    ctx: Context,
    permission: 'models:read' | 'models:write' | 'models:promote',
    id: string,
  ): Promise<{ model: ModelRow; row: ChallengeRow }> {
    const row = await findChallenge(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    if (row === null) return fail('NOT_FOUND', 'There is no such challenge.', { challenge_id: id });
    const model = await this.#tools.models.require(ctx, 'models:read', row.modelId);
    if (permission !== 'models:read') await this.#tools.models.require(ctx, permission, row.modelId);
    return { model, row };
  }

  async #again(ctx: Context, model: ModelRow, id: string): Promise<Challenge> {
    const row = await findChallenge(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    if (row === null) return fail('NOT_FOUND', 'There is no such challenge.', { challenge_id: id });
    return this.#document(ctx, model, row);
  }

  async #document(ctx: Context, model: ModelRow, row: ChallengeRow): Promise<Challenge> {
    const [document] = await this.#documents.of(ctx, model, [row]);
    return document as Challenge;
  }
}

/** Both must say the same thing of the same rows. Throws UNPROCESSABLE. */
function requireSameQuestion(champion: ModelEvaluation, challenger: ModelEvaluation): void {
  const labels = (own: ModelEvaluation) => [...own.labels].sort().join('\0');
  if (champion.target !== challenger.target || labels(champion) !== labels(challenger))
    fail(
      'UNPROCESSABLE',
      `A challenger that predicts the same was expected: "${champion.target}"${champion.labels.length > 0 ? ` (${champion.labels.slice(0, 10).join(', ')})` : ''}; version ${challenger.number} predicts "${challenger.target}"${challenger.labels.length > 0 ? ` (${challenger.labels.slice(0, 10).join(', ')})` : ''}.`,
      { field: 'challenger' },
    );
  const kinds = new Map(champion.signature.map(({ name, kind }) => [name, kind]));
  const unfit = challenger.signature.filter(({ name, kind }) => kinds.get(name) !== kind);
  if (unfit.length > 0)
    fail(
      'UNPROCESSABLE',
      `A challenger that is asked with the same rows was expected; version ${challenger.number} asks for ${unfit
        .slice(0, 5)
        .map(({ name, kind }) => `"${name}" (${kind})`)
        .join(', ')}, which version ${champion.number} does not.`,
      { field: 'challenger', columns: unfit.slice(0, 50).map(({ name }) => name) },
    );
}

function metricOf({ labels }: ModelEvaluation, wanted: ChallengeMetric | undefined): ChallengeMetric {
  const fitting: ChallengeMetric[] = labels.length > 0 ? ['accuracy', 'brier'] : ['absolute_error'];
  if (wanted !== undefined && !fitting.includes(wanted))
    fail(
      'INVALID_INPUT',
      `The model predicts ${labels.length > 0 ? 'classes' : 'numbers'}: ${fitting.join(' or ')} was expected, ${wanted} was given.`,
      { field: 'metric', metrics: fitting },
    );
  return wanted ?? (fitting[0] as ChallengeMetric);
}

/** Four times the error of the champion on rows kept back. Throws INVALID_INPUT where none were. */
function usualScale({ holdout }: ModelEvaluation): number {
  const error = holdout?.scores.find(({ metric }) => metric === 'rmse')?.score ?? 0;
  return error > 0
    ? 4 * error
    : fail(
        'INVALID_INPUT',
        'The champion has no error of rows kept back to begin from: say with error_scale from where on errors count alike.',
        { field: 'error_scale' },
      );
}
