import type { Member } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import { requireOwnAddress } from '../identity/account-keeper.ts';
import { deleteChallengesOf } from '../identity/challenges.store.ts';
import { emailChangedFor, secondFactorReset } from '../identity/identity.mail.ts';
import { askForSecondFactor, changeEmail, findUserByEmail, lockAddress } from '../identity/identity.store.ts';
import type { IdentityRoom } from '../identity/open-identity.ts';
import { deleteEveryFactor } from '../identity/second-factors.store.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import type { MemberEntitlement } from '../permissions/entitlements.store.ts';
import type { Entitlements } from '../permissions/entitlements.ts';
import { findMember, requireGovernable, requireUnchanged } from './governance.ts';
import type { Members } from './members.service.ts';
import { lockMembers } from './members.store.ts';

export interface MemberSignInParts {
  platform: Platform;
  audit: Audit;
  entitlements: Entitlements;
  members: Members;
  room: Pick<IdentityRoom, 'identity' | 'sessions' | 'secondFactors'>;
}

/** What administrators do about how somebody signs in; never for themselves, never for who is worth more. */
export class MemberSignIn {
  readonly #parts: MemberSignInParts;

  constructor(parts: MemberSignInParts) {
    this.#parts = parts;
  }

  /**
   * Takes every second factor and the recovery codes away and ends the member's sessions; nothing is open to them
   * before a new one is set up. Throws REAUTHENTICATION_REQUIRED, FORBIDDEN, CONFLICT where there is none.
   */
  async resetSecondFactor(ctx: Context, id: string, reason: string): Promise<Member> {
    const { platform, room } = this.#parts;
    const present = await this.#governed(ctx, id, 'member.reset-second-factor');
    await this.#work(ctx, present, async (tx) => {
      const { factors, passkeys } = await deleteEveryFactor(tx, id);
      if (factors + passkeys === 0)
        fail('CONFLICT', 'They have no second factor that could be reset. Nothing was changed.');
      await askForSecondFactor(tx, id, true);
      await deleteChallengesOf(tx, id, 'second-factor');
      const sessions = await room.sessions.endAll(tx, id, null, 'second factor reset');
      return { action: 'second-factor.reset', details: { reason, factors, passkeys, sessions } };
    });
    await room.secondFactors.unlock(id);
    const { email, language, tenantId } = present.user;
    room.identity.later(() =>
      platform.mail.send({
        ...secondFactorReset(language, ctx.actor.name, reason),
        to: email,
        tenantId,
      }),
    );
    return this.#parts.members.get(ctx, id);
  }

  /** In force at once; the administrator vouches for it. Throws REAUTHENTICATION_REQUIRED, FORBIDDEN, CONFLICT. */
  async changeEmail(ctx: Context, id: string, given: { email: string; reason: string }): Promise<Member> {
    const { platform, room } = this.#parts;
    const { email, reason } = given;
    const present = await this.#governed(ctx, id, 'member.change-email');
    const { user } = present;
    await requireOwnAddress(platform.db.sql, user);
    if (email === user.email) fail('CONFLICT', 'This is their address already.', { field: 'email' });
    const taken = await acrossTenants('addresses are unique over all tenants', () =>
      platform.db.transaction(async (tx) => {
        await lockAddress(tx, email);
        if ((await findUserByEmail(tx, email)) !== null) return true;
        await this.#recorded(tx, ctx, present, async () => {
          await changeEmail(tx, id, email);
          for (const purpose of ['password-reset', 'email-change', 'email-undo'] as const)
            await deleteChallengesOf(tx, id, purpose);
          return {
            action: 'email.changed',
            before: { email: user.email },
            after: { email },
            details: { by: 'administrator', reason },
          };
        });
        return false;
      }),
    );
    if (taken) fail('CONFLICT', 'Somebody with this address has an account already.', { field: 'email' });
    this.#forget(user.tenantId, id);
    const told = emailChangedFor(user.language, ctx.actor.name);
    room.identity.later(async () => {
      for (const to of [user.email, email])
        await platform.mail.send({ ...told, to, tenantId: user.tenantId });
    });
    return this.#parts.members.get(ctx, id);
  }

  async #governed(ctx: Context, id: string, what: string): Promise<MemberEntitlement> {
    const { platform, audit, room } = this.#parts;
    const present = await findMember(platform.db.sql, ctx, id);
    await requireGovernable(audit, ctx, { what, object: { kind: 'user', id } }, present);
    if (ctx.actor.id === id)
      fail('CONFLICT', 'Nobody does this for themselves here. Use the Account page, or ask another one.');
    await room.sessions.requireFresh(ctx.actor);
    return present;
  }

  async #work(
    ctx: Context,
    present: MemberEntitlement,
    work: (tx: Sql) => Promise<Pick<AuditEntry, 'action' | 'before' | 'after' | 'details'>>,
  ): Promise<void> {
    await this.#parts.platform.db.transaction((tx) => this.#recorded(tx, ctx, present, () => work(tx)));
    this.#forget(present.user.tenantId, present.user.id);
  }

  async #recorded(
    tx: Sql,
    ctx: Context,
    present: MemberEntitlement,
    work: () => Promise<Pick<AuditEntry, 'action' | 'before' | 'after' | 'details'>>,
  ): Promise<void> {
    const { tenantId, id } = present.user;
    await lockMembers(tx, tenantId);
    requireUnchanged(present, await findMember(tx, ctx, id));
    const told = await work();
    await this.#parts.audit.record(tx, ctx, {
      ...told,
      object: { kind: 'user', id },
      outcome: 'success',
    });
    await tellAccessChange(tx, { tenant: tenantId, user: id });
  }

  #forget(tenant: string, user: string): void {
    this.#parts.entitlements.forget({ tenant, user });
    this.#parts.room.sessions.forget(user);
  }
}
