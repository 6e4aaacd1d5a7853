import type { api, ModelStage, Promotion } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { CriticalUses } from '../governance/critical-uses.ts';
import { figuresOf } from '../reports/report-figures.ts';
import type { ModelVersions } from './model-versions.service.ts';
import {
  type FoundPromotion,
  type FoundVersion,
  findPromotion,
  findVersion,
  insertPromotion,
  listPromotions,
  othersInStage,
  type PromotionRow,
  updatePromotion,
  updateVersion,
  type VersionRow,
} from './model-versions.store.ts';
import { lockModel } from './models.store.ts';
import { describeFailed, ruleOf, runChecks } from './promotion-checks.ts';
import { PromotionSignOffs } from './promotion-sign-offs.ts';
import type { RegisteredModels } from './registered-models.service.ts';
import { RegistryDocuments } from './registry-documents.ts';
import { signedKind } from './signable-model.ts';

type ListQuery = z.output<typeof api.models.promotions.query>;
type Wanted = z.output<typeof api.models.promote.body>;
type Decision = z.output<typeof api.models.decide.body>;

/** How versions come from stage to stage: behind checks, signed where the policy says so, agreed to by a second person. */
export class Promotions {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #versions: ModelVersions;
  readonly #documents: RegistryDocuments;
  readonly #signOffs: PromotionSignOffs;

  constructor(parts: ModelParts, models: RegisteredModels, versions: ModelVersions, uses: CriticalUses) {
    this.#parts = parts;
    this.#models = models;
    this.#versions = versions;
    this.#documents = new RegistryDocuments(parts);
    this.#signOffs = new PromotionSignOffs(parts, uses);
  }

  async list(ctx: Context, modelId: string, query: ListQuery) {
    await this.#models.requireAny(ctx, 'models:read', modelId);
    const found = await listPromotions(
      this.#parts.platform.db.sql,
      ctx,
      { modelId },
      {
        state: query.state,
        before: readIdCursor('promotion', query.cursor),
        limit: query.limit + 1,
      },
    );
    const { page, next_cursor } = cutPage(found, query.limit, ({ promotion }) => promotion.id);
    return { items: await this.#documents.promotions(ctx, page), next_cursor };
  }

  /** Of one version, oldest first; at most 200. */
  async ofVersion(ctx: Context, versionId: string): Promise<Promotion[]> {
    const found = await listPromotions(this.#parts.platform.db.sql, ctx, { versionId }, { limit: 200 });
    return this.#documents.promotions(ctx, found.toReversed());
  }

  /** Whether somebody else has to agree: a policy says so, or the asker may not promote. */
  async isAsked(ctx: Context, found: FoundVersion, stage: ModelStage): Promise<boolean> {
    const { model } = found;
    if (ruleOf(model.policy, stage).approval) return true;
    const critical = await this.#signOffs.needed(this.#parts.platform.db.sql, found, stage);
    if (critical !== null && critical.sign_offs > 0) return true;
    const owned = { id: model.id, ownerId: model.createdBy };
    return !(await this.#parts.access.resources.decide(ctx.actor, 'models:promote', owned, ctx.purpose))
      .allowed;
  }

  /**
   * Throws UNPROCESSABLE where a check does not pass, CONFLICT for where it stands already or an equal one that waits.
   */
  async promote(ctx: Context, modelId: string, number: number, wanted: Wanted): Promise<Promotion> {
    const found = await this.#versions.require(ctx, 'models:write', modelId, number);
    const rule = ruleOf(found.model.policy, wanted.stage);
    const isAsked = await this.isAsked(ctx, found, wanted.stage);
    const checks = await this.#passed(this.#parts.platform.db.sql, ctx, found, wanted.stage);
    const critical = await this.#signOffs.needed(this.#parts.platform.db.sql, found, wanted.stage);
    const row = { ...this.#row(ctx, found.version, 'promotion', wanted.stage, wanted, checks), critical };
    const signatureId = rule.signature && !isAsked ? await this.#signed(ctx, found.version) : null;
    const promotion = await this.#parts.platform.db.transaction(async (tx) => {
      await lockModel(tx, modelId);
      const { version } = await this.#present(tx, ctx, found);
      if (version.stage === wanted.stage)
        fail('CONFLICT', `Version ${number} is in ${wanted.stage} already.`, { number });
      row.fromStage = version.stage;
      if (isAsked) {
        const waiting = await listPromotions(
          tx,
          ctx,
          { versionId: version.id },
          { state: 'waiting', limit: 50 },
        );
        if (waiting.some((each) => each.promotion.toStage === wanted.stage))
          fail('CONFLICT', 'The same was asked before and waits for a second person.', { number });
        await insertPromotion(tx, row);
        await this.#record(tx, ctx, 'model-version.promotion-requested', found, row);
        return row;
      }
      const done = { ...row, ...this.#decided(ctx, 'done', wanted.comment), signatureId };
      await insertPromotion(tx, done);
      await this.#move(tx, ctx, { ...found, version }, done);
      await this.#record(tx, ctx, 'model-version.promoted', found, done);
      return done;
    });
    return this.#document(ctx, { ...found, promotion });
  }

  /**
   * A critical one waits until enough persons have agreed. Throws FORBIDDEN for who asked (they may withdraw it), who trained what
   * is critical and who may not promote; CONFLICT for one that is decided.
   */
  async decide(ctx: Context, id: string, { decision, comment }: Decision): Promise<Promotion> {
    const found =
      (await findPromotion(this.#parts.platform.db.sql, ctx, id)) ??
      fail('NOT_FOUND', 'There is no such promotion.', { promotion_id: id });
    await this.#models.require(ctx, 'models:read', found.model.id);
    const isOwn = found.promotion.requestedBy === ctx.actor.id;
    if (decision === 'withdraw') {
      if (!isOwn) fail('FORBIDDEN', 'Only who asked for it withdraws it.', { rule: 'owner' });
    } else {
      await this.#models.require(ctx, 'models:promote', found.model.id);
      if (isOwn && decision === 'approve')
        fail('FORBIDDEN', 'You asked for this promotion; somebody else agrees to it.', { rule: 'four_eyes' });
    }
    const critical = await this.#signOffs.needed(this.#parts.platform.db.sql, found, found.promotion.toStage);
    const isSignedOff = critical !== null && critical.sign_offs > 0 && decision === 'approve';
    if (isSignedOff) await this.#signOffs.requireHuman(this.#parts.platform.db.sql, ctx, found);
    const { signature } = ruleOf(found.model.policy, found.promotion.toStage);
    const isSigned = decision === 'approve' && (signature || (isSignedOff && critical.signature));
    const signatureId = isSigned ? await this.#signed(ctx, found.version) : null;
    const promotion = await this.#parts.platform.db.transaction(async (tx) => {
      await lockModel(tx, found.model.id);
      const present = await findPromotion(tx, ctx, id);
      if (present === null || present.promotion.state !== 'waiting')
        return fail('CONFLICT', `This promotion is ${present?.promotion.state ?? 'gone'}.`, {
          promotion_id: id,
        });
      const after = await this.#apply(tx, ctx, present, { decision, comment, signatureId });
      await updatePromotion(tx, ctx, id, after);
      return after;
    });
    return this.#document(ctx, { ...found, promotion });
  }

  async #apply(
    tx: Sql,
    ctx: Context,
    found: FoundPromotion,
    { decision, comment, signatureId }: Decision & { signatureId: string | null },
  ): Promise<PromotionRow> {
    const { promotion, version, model } = found;
    if (decision !== 'approve') {
      const state = decision === 'refuse' ? 'refused' : 'withdrawn';
      const after = { ...promotion, ...this.#decided(ctx, state, comment) };
      await this.#record(tx, ctx, 'model-version.promotion-refused', { version, model }, after);
      return after;
    }
    if (version.deletedAt !== null || model.deletedAt !== null)
      fail('CONFLICT', 'The version is deleted. Restore it first.', { number: version.number });
    // The policy may have changed since it was asked.
    const checks = await this.#passed(tx, ctx, { version, model }, promotion.toStage);
    const critical = await this.#signOffs.needed(tx, found, promotion.toStage);
    const takesSignOffs = critical !== null && critical.sign_offs > 0;
    const isUnsigned = signatureId === null;
    if (
      isUnsigned &&
      (ruleOf(model.policy, promotion.toStage).signature || (takesSignOffs && critical.signature))
    )
      fail('CONFLICT', 'The policy was changed at this moment. Read it again.', {
        promotion_id: promotion.id,
      });
    if (takesSignOffs) {
      await this.#signOffs.requireHuman(tx, ctx, found);
      const missing = await this.#signOffs.add(tx, ctx, found, critical, { comment, signatureId });
      if (missing > 0) return { ...promotion, critical };
    }
    const after = {
      ...promotion,
      ...this.#decided(ctx, 'done', comment),
      critical,
      fromStage: version.stage,
      checks,
      signatureId,
    };
    await this.#move(tx, ctx, { version, model }, after);
    await this.#record(tx, ctx, 'model-version.promoted', { version, model }, after);
    return after;
  }

  /** The version that held a stage before comes back to it; it was agreed to then. Throws CONFLICT where there is none. */
  async rollback(
    ctx: Context,
    modelId: string,
    stage: 'staging' | 'production',
    comment: string,
  ): Promise<Promotion> {
    const model = await this.#models.require(ctx, 'models:promote', modelId);
    const found = await this.#parts.platform.db.transaction(async (tx) => {
      await lockModel(tx, modelId);
      const done = await listPromotions(tx, ctx, { modelId }, { state: 'done', limit: 1000 });
      const held = heldBefore(done.toReversed(), stage);
      if (held === null)
        return fail('CONFLICT', `No version held ${stage} before the present one.`, {
          model_id: modelId,
          stage,
        });
      const target = { version: held, model };
      await this.#signOffs.requireEarlier(tx, ctx, target, stage, done);
      const row = {
        ...this.#row(ctx, held, 'rollback', stage, { archive_existing: true, comment }, []),
        ...this.#decided(ctx, 'done', comment),
      };
      await insertPromotion(tx, row);
      await this.#move(tx, ctx, target, row);
      await this.#record(tx, ctx, 'model-version.rolled-back', target, row);
      return { ...target, promotion: row };
    });
    return this.#document(ctx, found);
  }

  async #passed(db: Sql, ctx: Context, { version, model }: FoundVersion, stage: ModelStage) {
    const figures = await figuresOf(db, ctx, version.id);
    const checks = runChecks(ruleOf(model.policy, stage), version.facts, figures);
    if (checks.some(({ passed }) => !passed))
      fail(
        'UNPROCESSABLE',
        `Version ${version.number} does not pass the checks for ${stage}. ${describeFailed(checks)}.`,
        {
          checks,
        },
      );
    return checks;
  }

  /** The signature by which the actor stands for the version as it is. Throws UNPROCESSABLE. */
  async #signed(ctx: Context, version: VersionRow): Promise<string> {
    const { signatures } = await this.#parts.access.signatures.subject(ctx, {
      kind: signedKind,
      id: version.id,
    });
    const own = signatures.find(
      ({ signer, meaning, state }) =>
        signer.id === ctx.actor.id && meaning === 'approved' && state === 'valid',
    );
    return (
      own?.signature_id ??
      fail(
        'UNPROCESSABLE',
        'The policy asks for a signature: sign the version as approved first, then agree.',
        {
          object: { kind: signedKind, id: version.id },
          meaning: 'approved',
        },
      )
    );
  }

  async #present(tx: Sql, ctx: Context, { version, model }: FoundVersion): Promise<FoundVersion> {
    const present = await findVersion(tx, ctx, model.id, version.number);
    return present ?? fail('NOT_FOUND', `The model has no version ${version.number}.`);
  }

  async #move(
    tx: Sql,
    ctx: Context,
    { version, model }: FoundVersion,
    { toStage, archiveExisting }: PromotionRow,
  ) {
    const { platform, access } = this.#parts;
    const updatedAt = new Date();
    if (archiveExisting && (toStage === 'staging' || toStage === 'production'))
      for (const other of await othersInStage(tx, ctx, version, toStage)) {
        await updateVersion(tx, ctx, other.id, { stage: 'archived', updatedAt });
        await access.audit.record(tx, ctx, {
          action: 'model-version.changed',
          object: { kind: 'model_version', id: other.id },
          outcome: 'success',
          before: { stage: toStage },
          after: { stage: 'archived' },
          details: { name: model.name, number: other.number, for_version: version.number },
        });
      }
    await updateVersion(tx, ctx, version.id, { stage: toStage, updatedAt });
    await platform.events.publish(tx, ctx, 'model.version.promoted', version.id, {
      model_id: model.id,
      version_id: version.id,
      number: version.number,
      from_stage: version.stage,
      to_stage: toStage,
    });
  }

  #row(
    ctx: Context,
    version: VersionRow,
    kind: PromotionRow['kind'],
    toStage: ModelStage,
    wanted: Pick<Wanted, 'archive_existing' | 'comment'>,
    checks: PromotionRow['checks'],
  ): PromotionRow {
    return {
      id: newId('promotion'),
      tenantId: version.tenantId,
      versionId: version.id,
      kind,
      fromStage: version.stage,
      toStage,
      state: 'waiting',
      archiveExisting: wanted.archive_existing,
      checks,
      comment: wanted.comment,
      requestedBy: ctx.actor.id,
      requestedAt: new Date(),
      decidedBy: null,
      decidedAt: null,
      decisionComment: null,
      signatureId: null,
      critical: null,
    };
  }

  #decided(ctx: Context, state: PromotionRow['state'], decisionComment: string) {
    return { state, decidedBy: ctx.actor.id, decidedAt: new Date(), decisionComment };
  }

  async #record(
    tx: Sql,
    ctx: Context,
    action:
      | 'model-version.promotion-requested'
      | 'model-version.promotion-refused'
      | 'model-version.promoted'
      | 'model-version.rolled-back',
    { version, model }: FoundVersion,
    promotion: PromotionRow,
  ): Promise<void> {
    await this.#parts.access.audit.record(tx, ctx, {
      action,
      object: { kind: 'model_version', id: version.id },
      outcome: action === 'model-version.promotion-refused' ? 'refused' : 'success',
      before: { stage: version.stage },
      after: { stage: promotion.toStage, checks: promotion.checks, signature_id: promotion.signatureId },
      details: {
        name: model.name,
        number: version.number,
        from: promotion.fromStage,
        to: promotion.toStage,
        state: promotion.state,
        promotion_id: promotion.id,
      },
    });
  }

  async #document(ctx: Context, found: FoundPromotion): Promise<Promotion> {
    const [document] = await this.#documents.promotions(ctx, [found]);
    return document as Promotion;
  }
}

/**
 * The version that held a stage before the one that holds it now, by what was done, oldest first; the last that held
 * it where none does now. A rollback takes what it left off the pile.
 */
export function heldBefore(
  done: readonly Pick<FoundPromotion, 'promotion' | 'version'>[],
  stage: ModelStage,
): VersionRow | null {
  const pile: VersionRow[] = [];
  for (const { promotion, version } of done.filter((each) => each.promotion.toStage === stage)) {
    if (promotion.kind === 'promotion') pile.push(version);
    else while (pile.length > 0 && pile.at(-1)?.id !== version.id) pile.pop();
  }
  const earlier = pile.filter(({ stage: present, deletedAt }) => present !== stage && deletedAt === null);
  return earlier.at(-1) ?? null;
}
