import type { EmergencyAccess } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Actor, Context } from '../../platform/context.ts';
import type { Sealed, SealedTable, Texts } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Soon, whenThere } from '../../platform/soon.ts';
import type { Audit } from '../audit/audit.ts';
import { type AccessChange, tellAccessChange } from '../permissions/access-changes.ts';
import { holdersOf } from '../permissions/holders.ts';
import { Remembered } from '../remembered.ts';
import { emergencyOpened } from './break-glass.mail.ts';
import {
  type EmergencyRow,
  endEmergency,
  findEmergency,
  findOpen,
  insertEmergency,
  insertUse,
  listEmergencies,
  lockOpening,
  type NamedEmergency,
  saveReview,
  usesOf,
} from './break-glass.store.ts';

interface Held {
  expiresAt: Date;
  tenantId: string;
  userId: string;
  /** Null: none is open. */
  open: EmergencyRow | null;
}

const endOfTime = new Date(8.64e15);

/** Emergency access: opened with a reason, told to those who review, on record in each use, reviewed by another. */
export class BreakGlass {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #open: Remembered<Held>;
  readonly #raised = new WeakMap<Actor, Actor>();
  readonly #used = new Set<string>();
  readonly #texts: SealedTable<'reason' | 'note'>;
  readonly #names: SealedTable<'name'>;

  constructor(platform: Platform, audit: Audit) {
    this.#platform = platform;
    this.#audit = audit;
    this.#texts = platform.sealed.know({ table: 'emergencies', columns: ['reason', 'note'] });
    this.#names = platform.sealed.know({
      table: 'emergency_uses',
      columns: ['name'],
      id: "emergency_id || ' ' || resource_id",
    });
    const lifeMs = platform.db.kind === 'embedded' ? 60_000 : 1_000;
    this.#open = new Remembered(async (key) => {
      const [tenantId = '', userId = ''] = key.split(' ');
      return {
        expiresAt: endOfTime,
        tenantId,
        userId,
        open: await findOpen(platform.db.sql, tenantId, userId, new Date()),
      };
    }, lifeMs);
  }

  /** The actor as it is now: with all data of the organisation in reach while its emergency access is open. */
  raise(actor: Actor): Soon<Actor> {
    if (actor.kind !== 'person' || actor.sessionId === null) return actor;
    if (!actor.permissions.has('break-glass:use')) return actor;
    return whenThere(this.#open.get(`${actor.tenantId} ${actor.id}`), (held) =>
      held === null || held.open === null ? actor : this.#raisedBy(held.open, actor),
    );
  }

  #raisedBy(open: EmergencyRow, actor: Actor): Actor {
    if (open.expiresAt.getTime() <= Date.now() || actor.scope === undefined) return actor;
    const known = this.#raised.get(actor);
    if (known?.scope?.emergency?.id === open.id) return known;
    const raised: Actor = {
      ...actor,
      permissions: new Set([...actor.permissions, 'datasets:read', 'queries:run']),
      scope: {
        ...actor.scope,
        clearance: 'phi',
        reach: 'everything',
        sites: null,
        emergency: { id: open.id, until: open.expiresAt },
      },
    };
    this.#raised.set(actor, raised);
    return raised;
  }

  /** Puts on record what is looked at by emergency access; once for each thing. */
  async used(ctx: Context, resource: { kind: string; id: string; name: string }): Promise<void> {
    const emergency = ctx.actor.scope?.emergency;
    if (emergency === undefined || this.#used.has(`${emergency.id} ${resource.id}`)) return;
    const { tenantId } = ctx.actor;
    const name = await this.#sealed(ctx, this.#names, `${emergency.id} ${resource.id}`, {
      name: resource.name,
    });
    await this.#platform.db.transaction(async (tx) => {
      const use = { emergencyId: emergency.id, resourceId: resource.id, ...name, tenantId };
      if (!(await insertUse(tx, use))) return;
      await this.#audit.record(tx, ctx, {
        action: 'break-glass.used',
        object: { kind: resource.kind, id: resource.id },
        outcome: 'success',
        details: { emergency_id: emergency.id },
      });
    });
    if (this.#used.size > 10_000) this.#used.clear();
    this.#used.add(`${emergency.id} ${resource.id}`);
  }

  async open(ctx: Context, input: { reason: string; minutes: number }): Promise<EmergencyAccess> {
    const { actor } = ctx;
    if (actor.kind !== 'person' || actor.sessionId === null)
      fail('FORBIDDEN', 'Emergency access is opened by a person who is signed in, not by a key.');
    const now = new Date();
    const id = newId('emergency');
    const expiresAt = new Date(now.getTime() + input.minutes * 60_000);
    const texts = await this.#sealed(ctx, this.#texts, id, { reason: input.reason, note: null });
    await this.#platform.db.transaction(async (tx) => {
      await lockOpening(tx, actor.id);
      const open = await findOpen(tx, actor.tenantId, actor.id, now);
      if (open !== null)
        fail('CONFLICT', 'Your emergency access is open already.', { emergency_id: open.id });
      const { tenantId, id: userId } = actor;
      await insertEmergency(tx, { id, tenantId, userId, ...texts, openedAt: now, expiresAt });
      await this.#audit.record(tx, ctx, {
        action: 'break-glass.opened',
        object: { kind: 'emergency', id },
        outcome: 'success',
        details: { minutes: input.minutes },
        texts: { reason: input.reason },
      });
      await tellAccessChange(tx, { tenant: tenantId, user: userId });
    });
    this.forget({ tenant: actor.tenantId, user: actor.id });
    await this.#alert(ctx, input.reason, expiresAt);
    return this.#document(actor.tenantId, id);
  }

  async end(ctx: Context, id: string): Promise<EmergencyAccess> {
    const { tenantId } = ctx.actor;
    const { emergency } = await this.#mine(ctx, id);
    await this.#platform.db.transaction(async (tx) => {
      if (!(await endEmergency(tx, tenantId, id, new Date())))
        fail('CONFLICT', 'This emergency access is over already.', { emergency_id: id });
      await this.#record(tx, ctx, 'break-glass.closed', id, {});
      await tellAccessChange(tx, { tenant: tenantId, user: emergency.userId });
    });
    this.forget({ tenant: tenantId, user: emergency.userId });
    return this.#document(tenantId, id);
  }

  async list(
    ctx: Context,
    query: {
      limit: number;
      cursor?: string | undefined;
      status?: 'open' | 'to_review' | 'reviewed' | undefined;
    },
  ): Promise<{ items: EmergencyAccess[]; next_cursor: string | null }> {
    const { tenantId, id, permissions } = ctx.actor;
    const found = await listEmergencies(this.#platform.db.sql, tenantId, {
      userId: permissions.has('break-glass:review') ? null : id,
      status: query.status,
      before: query.cursor ?? null,
      limit: query.limit + 1,
      now: new Date(),
    });
    const { page, next_cursor } = cutPage(found, query.limit, ({ emergency }) => emergency.id);
    return { items: await this.#documents(tenantId, page), next_cursor };
  }

  /** Throws FORBIDDEN for one's own, CONFLICT while it is open or when it was reviewed. */
  async review(
    ctx: Context,
    id: string,
    input: { justified: boolean; note: string },
  ): Promise<EmergencyAccess> {
    const { tenantId, id: by } = ctx.actor;
    const { emergency } = await this.#mine(ctx, id);
    if (emergency.userId === by) fail('FORBIDDEN', 'Somebody else has to review your emergency access.');
    const { reason } = await this.#texts.open(tenantId, id, emergency);
    const texts = await this.#texts.seal(tenantId, id, { reason, note: input.note });
    const review = { by, at: new Date(), justified: input.justified };
    await this.#platform.db.transaction(async (tx) => {
      if (!(await saveReview(tx, tenantId, id, review, texts)))
        fail('CONFLICT', 'It is still open, or it was reviewed already.', { emergency_id: id });
      await this.#record(tx, ctx, 'break-glass.reviewed', id, { justified: input.justified });
    });
    return this.#document(tenantId, id);
  }

  /**
   * Sealed; in clear where no key can be had now, and sealed by the next job. In an emergency a key provider that does
   * not answer must not keep anybody from a patient's data.
   */
  async #sealed<Column extends string>(
    ctx: Context,
    table: SealedTable<Column>,
    id: string,
    texts: Texts<Column>,
  ): Promise<Sealed<Column>> {
    try {
      return await table.seal(ctx.actor.tenantId, id, texts);
    } catch (error) {
      if (!(error instanceof StromaError && error.code === 'KEYS_UNAVAILABLE')) throw error;
      ctx.log.warn(
        { err: error },
        'what is said of an emergency access lies in clear until a key can be had',
      );
      return { ...texts, sealed: null };
    }
  }

  /** Null: anything may have changed. */
  forget(change: AccessChange | null): void {
    this.#open.forget(
      ({ tenantId, userId }) =>
        change === null || (change.tenant === tenantId && (change.user ?? userId) === userId),
    );
  }

  /** One's own, or anybody's for who reviews. Throws NOT_FOUND. */
  async #mine({ actor }: Context, id: string): Promise<NamedEmergency> {
    const found = await findEmergency(this.#platform.db.sql, actor.tenantId, id);
    const mayLook = found?.emergency.userId === actor.id || actor.permissions.has('break-glass:review');
    if (found === null || !mayLook)
      return fail('NOT_FOUND', 'There is no such emergency access.', { emergency_id: id });
    return found;
  }

  #record(
    tx: Sql,
    ctx: Context,
    action: 'break-glass.closed' | 'break-glass.reviewed',
    id: string,
    details: Record<string, string | number | boolean>,
  ): Promise<void> {
    return this.#audit.record(tx, ctx, {
      action,
      object: { kind: 'emergency', id },
      outcome: 'success',
      details,
    });
  }

  /** Mail that cannot be sent must not keep anybody from a patient's data; it is logged. */
  async #alert(ctx: Context, reason: string, until: Date): Promise<void> {
    const { db, mail } = this.#platform;
    const { tenantId, name } = ctx.actor;
    const reviewers = await holdersOf(db.sql, tenantId, 'break-glass:review');
    await Promise.all(
      reviewers.map(async ({ email: to, language }) => {
        try {
          await mail.send({ ...emergencyOpened(language, { name, reason, until }), to, tenantId });
        } catch (error) {
          ctx.log.error({ err: error }, 'a mail about emergency access could not be sent');
        }
      }),
    );
  }

  async #document(tenantId: string, id: string): Promise<EmergencyAccess> {
    const found = await findEmergency(this.#platform.db.sql, tenantId, id);
    const [document] = await this.#documents(tenantId, found === null ? [] : [found]);
    return document ?? fail('NOT_FOUND', 'There is no such emergency access.', { emergency_id: id });
  }

  async #documents(tenantId: string, found: NamedEmergency[]): Promise<EmergencyAccess[]> {
    const ids = found.map(({ emergency }) => emergency.id);
    const used = await usesOf(this.#platform.db.sql, ids);
    const uses = await this.#names.openAll(tenantId, used, (use) => `${use.emergencyId} ${use.resourceId}`);
    const stored = found.map(({ emergency }) => emergency);
    const texts = await this.#texts.openAll(tenantId, stored, ({ id }) => id);
    return found.map(({ emergency, userName, reviewerName }, index) => ({
      emergency_id: emergency.id,
      user_id: emergency.userId,
      user_name: userName,
      reason: texts[index]?.reason ?? '',
      opened_at: emergency.openedAt.toISOString(),
      expires_at: emergency.expiresAt.toISOString(),
      ended_at: emergency.endedAt?.toISOString() ?? null,
      status: statusOf(emergency),
      used: uses
        .filter(({ emergencyId }) => emergencyId === emergency.id)
        .map(({ resourceId, name }) => ({ dataset_id: resourceId, name: name ?? '' })),
      review:
        emergency.reviewedBy === null || emergency.reviewedAt === null
          ? null
          : {
              by: emergency.reviewedBy,
              by_name: reviewerName ?? '',
              at: emergency.reviewedAt.toISOString(),
              note: texts[index]?.note ?? '',
            },
    }));
  }
}

function statusOf({ reviewedAt, justified, endedAt, expiresAt }: EmergencyRow): EmergencyAccess['status'] {
  if (reviewedAt !== null) return justified ? 'justified' : 'unjustified';
  return endedAt === null && expiresAt.getTime() > Date.now() ? 'open' : 'to_review';
}
