import type { Criticality, ModelStage } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import { findRuns } from '../experiments/runs.store.ts';
import { findSignOffs, type SignOffRow, saveSignOff } from '../governance/critical-policies.store.ts';
import type { CriticalUses } from '../governance/critical-uses.ts';
import type { FoundPromotion, FoundVersion, VersionRow } from './model-versions.store.ts';

/** The persons a critical promotion takes beside who trained the version and who asked for it. */
export class PromotionSignOffs {
  readonly #parts: ModelParts;
  readonly #uses: CriticalUses;

  constructor(parts: ModelParts, uses: CriticalUses) {
    this.#parts = parts;
    this.#uses = uses;
  }

  /** Null where the policy marks nothing; of stages that nobody is served from it marks nothing either. */
  async needed(db: Sql, found: FoundVersion, stage: ModelStage): Promise<Criticality | null> {
    if (stage !== 'staging' && stage !== 'production') return null;
    return this.#uses.of(db, found, stage);
  }

  /** Who made the version: whoever ran its run, and whoever registered it. */
  async trainers(db: Sql, ctx: Context, { runId, createdBy }: VersionRow): Promise<Set<string>> {
    const found = runId === null ? [] : await findRuns(db, ctx, [runId]);
    return new Set([createdBy, ...found.map(({ run }) => run.createdBy)]);
  }

  /** Throws FORBIDDEN for who trained it, and for who is no person. Who asked is refused for any promotion. */
  async requireHuman(db: Sql, ctx: Context, { version }: FoundVersion): Promise<void> {
    if (ctx.actor.kind !== 'person')
      fail('FORBIDDEN', 'A critical promotion is signed off by persons; a key or Stroma itself cannot.', {
        rule: 'human',
      });
    if ((await this.trainers(db, ctx, version)).has(ctx.actor.id))
      fail('FORBIDDEN', 'You trained this version; somebody else signs it off.', { rule: 'four_eyes' });
  }

  /** Keeps the actor's own and answers how many are missing. Throws CONFLICT for who has signed off already. */
  async add(
    tx: Sql,
    ctx: Context,
    found: FoundPromotion,
    critical: Criticality,
    own: { comment: string; signatureId: string | null },
  ): Promise<number> {
    const { promotion } = found;
    const before = await this.counted(tx, ctx, found, critical);
    if (before.some(({ userId }) => userId === ctx.actor.id))
      fail('CONFLICT', 'You have signed this promotion off already; it waits for somebody else.', {
        promotion_id: promotion.id,
      });
    await saveSignOff(tx, {
      tenantId: promotion.tenantId,
      promotionId: promotion.id,
      userId: ctx.actor.id,
      createdAt: new Date(),
      ...own,
    });
    await this.#parts.access.audit.record(tx, ctx, {
      action: 'model-version.signed-off',
      object: { kind: 'model_version', id: found.version.id },
      outcome: 'success',
      after: { ...own, critical },
      details: {
        name: found.model.name,
        number: found.version.number,
        to: promotion.toStage,
        promotion_id: promotion.id,
        sign_offs: before.length + 1,
        needed: critical.sign_offs,
      },
    });
    return Math.max(0, critical.sign_offs - before.length - 1);
  }

  /** Those that count by what the policy asks for now. */
  async counted(
    db: Sql,
    ctx: Context,
    { promotion, version }: Pick<FoundPromotion, 'promotion' | 'version'>,
    { signature }: Criticality,
  ): Promise<SignOffRow[]> {
    const barred = (await this.trainers(db, ctx, version)).add(promotion.requestedBy);
    const all = await findSignOffs(db, ctx, [promotion.id]);
    return all.filter(
      ({ userId, signatureId }) => !barred.has(userId) && (!signature || signatureId !== null),
    );
  }

  /** Throws UNPROCESSABLE where a version would come back to a stage for which it was never signed off. */
  async requireEarlier(
    db: Sql,
    ctx: Context,
    found: FoundVersion,
    stage: ModelStage,
    done: readonly Pick<FoundPromotion, 'promotion' | 'version'>[],
  ): Promise<void> {
    const critical = await this.needed(db, found, stage);
    if (critical === null || critical.sign_offs === 0) return;
    const own = done.filter(
      ({ promotion, version }) => version.id === found.version.id && promotion.toStage === stage,
    );
    for (const each of own)
      if ((await this.counted(db, ctx, each, critical)).length >= critical.sign_offs) return;
    fail(
      'UNPROCESSABLE',
      `Version ${found.version.number} came to ${stage} before this use was marked as critical, without ${critical.sign_offs} sign-offs. Ask for its promotion; until then the present version can be put into the archive.`,
      { number: found.version.number, stage, sign_offs: critical.sign_offs },
    );
  }
}
