import type { EmailChangeState } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { tellAccessChange } from '../permissions/access-changes.ts';
import { keepersOf, requireOwnAddress } from './account-keeper.ts';
import { linkOver } from './accounts.service.ts';
import { deleteChallengesOf, findChallengeOf, insertChallenge, takeChallenge } from './challenges.store.ts';
import { asPerson, type Client } from './client.ts';
import { emailChangeConfirmation, emailChangeNotice, emailTaken } from './identity.mail.ts';
import type { Identity } from './identity.service.ts';
import { changeEmail, findUser, findUserByEmail, lockAddress, type UserRow } from './identity.store.ts';
import { mayMail } from './mail-limit.ts';
import type { Sessions } from './sessions.service.ts';

const hourMs = 3_600_000;
const confirmationHours = 24;
const undoDays = 7;
const requestsAnHour = 5;

export interface EmailChangesParts {
  platform: Platform;
  audit: Audit;
  identity: Identity;
  sessions: Sessions;
}

/**
 * Another e-mail address, asked for by the account's person. The new address confirms it; the one before can stop it,
 * and for a week take it back, whatever was changed since. Nothing tells whether an address has an account.
 */
export class EmailChanges {
  readonly #parts: EmailChangesParts;

  constructor(parts: EmailChangesParts) {
    this.#parts = parts;
  }

  async state(ctx: Context): Promise<EmailChangeState> {
    const { sql } = this.#parts.platform.db;
    const user = await this.#personOf(ctx);
    const pending = await findChallengeOf(sql, user.id, 'email-change');
    return {
      email: user.email,
      managed_by: (await keepersOf(sql, user.tenantId, [user.id])).get(user.id) ?? null,
      pending:
        pending === null
          ? null
          : { email: String(pending.data.to), expires_at: pending.expiresAt.toISOString() },
    };
  }

  /** Throws REAUTHENTICATION_REQUIRED, CONFLICT for an account that is kept elsewhere, INVALID_INPUT, RATE_LIMITED. */
  async request(ctx: Context, to: string, client: Client): Promise<EmailChangeState> {
    const { platform, audit, sessions, identity } = this.#parts;
    const user = await this.#personOf(ctx);
    await sessions.requireFresh(ctx.actor);
    await requireOwnAddress(platform.db.sql, user);
    if (to === user.email)
      fail('INVALID_INPUT', 'This is your address already. Enter another one.', { field: 'email' });
    const { count, resetMs } = await platform.cache.increment(`email-change:${user.id}`, hourMs);
    if (count > requestsAnHour)
      fail('RATE_LIMITED', 'Too many changes were asked for. Try again in an hour.', {
        retry_after_seconds: Math.ceil(resetMs / 1000),
      });
    const tokens = await platform.db.transaction(async (tx) => {
      await deleteChallengesOf(tx, user.id, 'email-change');
      const of = { tenantId: user.tenantId, userId: user.id, data: { from: user.email, to } };
      const lifeMs = confirmationHours * hourMs;
      const confirmation = await insertChallenge(tx, { ...of, purpose: 'email-change', lifeMs });
      const undo = await insertChallenge(tx, {
        ...of,
        purpose: 'email-undo',
        lifeMs: undoDays * 24 * hourMs,
      });
      await audit.record(tx, ctx, {
        action: 'email.change-requested',
        object: { kind: 'account', id: user.id },
        outcome: 'success',
        before: { email: user.email },
        after: { email: to },
      });
      return { confirm: confirmation.token, undo: undo.token };
    });
    identity.later(() => this.#tell(user, to, tokens, client.origin));
    return this.state(ctx);
  }

  async withdraw(ctx: Context): Promise<void> {
    const { platform, audit } = this.#parts;
    await platform.db.transaction(async (tx) => {
      if ((await findChallengeOf(tx, ctx.actor.id, 'email-change')) === null)
        fail('NOT_FOUND', 'There is no change of address to withdraw.');
      await deleteChallengesOf(tx, ctx.actor.id, 'email-change');
      await audit.record(tx, ctx, {
        action: 'email.change-undone',
        object: { kind: 'account', id: ctx.actor.id },
        outcome: 'success',
        details: { by: 'person', in_force: false },
      });
    });
  }

  /** Throws TOKEN_INVALID, also where the address has got an account meanwhile. */
  async confirm(token: string, client: Client): Promise<void> {
    const { platform, audit, sessions } = this.#parts;
    const user = await platform.db.transaction(async (tx) => {
      const row = await takeChallenge(tx, 'email-change', token);
      const found = row?.userId ? await findUser(tx, row.userId) : null;
      if (row === null || found === null || found.disabledAt !== null || found.email !== row.data.from)
        return fail('TOKEN_INVALID', linkOver);
      await requireOwnAddress(tx, found);
      await this.#set(tx, found, String(row.data.to));
      await audit.record(tx, asPerson(found, null, client, platform.log), {
        action: 'email.changed',
        object: { kind: 'account', id: found.id },
        outcome: 'success',
        before: { email: found.email },
        after: { email: String(row.data.to) },
        details: { by: 'person' },
      });
      return found;
    });
    sessions.forget(user.id);
  }

  /** Throws TOKEN_INVALID. */
  async undo(token: string, client: Client): Promise<void> {
    const { platform, audit, sessions } = this.#parts;
    const user = await platform.db.transaction(async (tx) => {
      const row = await takeChallenge(tx, 'email-undo', token);
      const found = row?.userId ? await findUser(tx, row.userId) : null;
      if (row === null || found === null) return fail('TOKEN_INVALID', linkOver);
      const from = String(row.data.from);
      const inForce = found.email !== from;
      await deleteChallengesOf(tx, found.id, 'email-change');
      if (inForce) {
        await this.#set(tx, found, from);
        await sessions.endAll(tx, found.id, null, 'change of address undone');
      }
      await audit.record(tx, asPerson(found, null, client, platform.log), {
        action: 'email.change-undone',
        object: { kind: 'account', id: found.id },
        outcome: 'success',
        before: { email: found.email },
        after: { email: from },
        details: { by: 'former address', in_force: inForce },
      });
      return found;
    });
    sessions.forget(user.id);
  }

  /** Links to a new password went to the address before and end with it. */
  async #set(tx: Sql, user: UserRow, to: string): Promise<void> {
    await lockAddress(tx, to);
    if ((await findUserByEmail(tx, to)) !== null) fail('TOKEN_INVALID', linkOver);
    await changeEmail(tx, user.id, to);
    await deleteChallengesOf(tx, user.id, 'password-reset');
    await tellAccessChange(tx, { tenant: user.tenantId, user: user.id });
  }

  async #tell(
    user: UserRow,
    to: string,
    tokens: { confirm: string; undo: string },
    origin: string,
  ): Promise<void> {
    const { mail, cache, db } = this.#parts.platform;
    const { language, tenantId } = user;
    const notice = emailChangeNotice(language, `${origin}/undo-email#${tokens.undo}`, undoDays);
    await mail.send({ ...notice, to: user.email, tenantId });
    if (!(await mayMail(cache, to))) return;
    const holder = await acrossTenants('addresses are unique over all tenants', () =>
      findUserByEmail(db.sql, to),
    );
    if (holder !== null) {
      await mail.send({ ...emailTaken(holder.language), to, tenantId: holder.tenantId });
      return;
    }
    const link = `${origin}/confirm-email#${tokens.confirm}`;
    await mail.send({ ...emailChangeConfirmation(language, link, confirmationHours), to, tenantId });
  }

  async #personOf(ctx: Context): Promise<UserRow> {
    const user = await findUser(this.#parts.platform.db.sql, ctx.actor.id);
    return user ?? fail('FORBIDDEN', 'Only a person has an e-mail address.');
  }
}
