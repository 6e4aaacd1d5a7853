import { builtInRole, definitionOfRole, excessOf, type Invitation, type Language } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { requireUnbound } from '../permissions/refusals.ts';
import { findCustomRole } from '../permissions/roles.store.ts';
import { linkOver } from './accounts.service.ts';
import {
  type ChallengeRow,
  deleteInvitation,
  deleteInvitationsOf,
  findChallenge,
  insertChallenge,
  listInvitations,
  takeChallenge,
} from './challenges.store.ts';
import { type Client, stranger } from './client.ts';
import { invitation as invitationMail } from './identity.mail.ts';
import { findTenantName, findUser, findUserByEmail, insertUser } from './identity.store.ts';
import type { IdentityRules } from './identity-rules.ts';
import type { PasswordRules } from './password-rules.ts';
import { hashPassword } from './passwords.ts';

const lifeDays = 7;

export interface InvitationsParts {
  platform: Platform;
  audit: Audit;
  rules: IdentityRules;
  passwordRules: PasswordRules;
}

/** Invitations by e-mail: made by who may govern members, accepted by who holds the link. */
export class Invitations {
  readonly #parts: InvitationsParts;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** Throws FORBIDDEN for a role worth more than one's own, CONFLICT for an address that has an account here. */
  async create(ctx: Context, given: { email: string; role: string }, client: Client): Promise<Invitation> {
    await this.#requireGivable(ctx, given.role);
    await requireUnbound(this.#parts.audit, ctx, { what: 'member.invite', object: null });
    await this.requirePossible(given.email);
    return this.#send(ctx, ctx.actor.tenantId, given, client);
  }

  /** The administrator of an organisation that is kept from outside it. To be asked first: `requirePossible`. */
  async inviteAdministrator(ctx: Context, tenantId: string, email: string, client: Client): Promise<void> {
    await acrossTenants('the installation’s keeper stands outside the organisation', () =>
      this.#send(ctx, tenantId, { email, role: 'admin' }, client),
    );
  }

  /** Throws FORBIDDEN where nobody is invited, CONFLICT for an address that has an account. */
  async requirePossible(email: string): Promise<void> {
    const { platform, rules } = this.#parts;
    if (rules.signUp === 'off')
      fail(
        'FORBIDDEN',
        'Invitations are switched off (STROMA_SIGN_UP). People come in by single sign-on alone.',
      );
    // An address belongs to one account of the installation, whichever tenant it is of.
    const taken = await acrossTenants('addresses are unique over all tenants', () =>
      findUserByEmail(platform.db.sql, email),
    );
    if (taken !== null)
      fail('CONFLICT', 'Somebody with this address has an account already.', { field: 'email' });
  }

  async #send(
    ctx: Context,
    tenantId: string,
    { email, role }: { email: string; role: string },
    client: Client,
  ): Promise<Invitation> {
    const { platform, audit } = this.#parts;
    const { actor } = ctx;
    const row = await platform.db.transaction(async (tx) => {
      await deleteInvitationsOf(tx, tenantId, email);
      const made = await insertChallenge(tx, {
        purpose: 'invitation',
        tenantId,
        userId: null,
        data: { email, role, invitedBy: actor.name },
        lifeMs: lifeDays * 24 * 3_600_000,
      });
      await audit.record(tx, ctx, {
        action: 'member.invited',
        object: { kind: 'invitation', id: made.row.id },
        outcome: 'success',
        details: { role, ...(tenantId === actor.tenantId ? {} : { tenant: tenantId }) },
      });
      return made;
    });
    const organisation = await findTenantName(platform.db.sql, tenantId);
    const link = `${client.origin}/invitation#${row.token}`;
    const inviter = await findUser(platform.db.sql, actor.id);
    const told = invitationMail(inviter?.language ?? null, link, organisation, actor.name, lifeDays);
    await platform.mail.send({ ...told, to: email, tenantId: actor.tenantId });
    return describe(row.row);
  }

  async list(ctx: Context, limit: number, cursor: string | undefined) {
    const rows = await listInvitations(
      this.#parts.platform.db.sql,
      ctx.actor.tenantId,
      limit + 1,
      cursor ?? null,
    );
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: page.map(describe), next_cursor };
  }

  async revoke(ctx: Context, id: string): Promise<void> {
    const { platform, audit } = this.#parts;
    await platform.db.transaction(async (tx) => {
      if (!(await deleteInvitation(tx, ctx.actor.tenantId, id)))
        fail('NOT_FOUND', 'There is no such invitation, or it was accepted.');
      await audit.record(tx, ctx, {
        action: 'member.changed',
        object: { kind: 'invitation', id },
        outcome: 'success',
        details: { invitation: 'taken back' },
      });
    });
  }

  /** Throws TOKEN_INVALID. */
  async read(token: string) {
    const { sql } = this.#parts.platform.db;
    const row = await findChallenge(sql, 'invitation', token);
    if (row === null || row.tenantId === null) return fail('TOKEN_INVALID', linkOver);
    return {
      email: String(row.data.email),
      organisation: await findTenantName(sql, row.tenantId),
      expires_at: row.expiresAt.toISOString(),
    };
  }

  /** Makes the account; its address is proven by the link. Throws TOKEN_INVALID, INVALID_INPUT. */
  async accept(
    token: string,
    given: { name: string; password: string; language?: Language | undefined },
    client: Client,
  ): Promise<void> {
    const { platform, audit, passwordRules } = this.#parts;
    const { email } = await this.read(token);
    await passwordRules.check(given.password, [email, given.name], 'password');
    const hash = await hashPassword(given.password);
    await platform.db.transaction(async (tx) => {
      const row = await takeChallenge(tx, 'invitation', token);
      if (row === null || row.tenantId === null || (await findUserByEmail(tx, email)) !== null)
        return fail('TOKEN_INVALID', linkOver);
      const { tenantId } = row;
      const role = String(row.data.role);
      const { name, language = null } = given;
      const user = { tenantId, email, name, role, language, mustChangePassword: false };
      const id = await insertUser(tx, user, hash);
      await audit.record(tx, stranger(client, tenantId), {
        action: 'account.created',
        object: { kind: 'account', id },
        outcome: 'success',
        details: { role, by: 'invitation', invitation: row.id },
      });
    });
  }

  /** Nobody gives what they do not have. */
  async #requireGivable(ctx: Context, role: string): Promise<void> {
    const definition =
      builtInRole(role) !== null
        ? definitionOfRole(role)
        : await findCustomRole(this.#parts.platform.db.sql, ctx.actor.tenantId, role);
    if (definition === null)
      fail('INVALID_INPUT', 'Expected a built-in role or the id of a custom one.', { field: 'role' });
    const excess = excessOf(definition, ctx.actor);
    if (excess === null) return;
    await this.#parts.audit.append(ctx, {
      action: 'access.refused',
      object: null,
      outcome: 'refused',
      details: { what: 'member.invite', role },
    });
    fail('FORBIDDEN', `You cannot give a role that may do more than yours: ${excess}`);
  }
}

const describe = (row: ChallengeRow): Invitation => ({
  invitation_id: row.id,
  email: String(row.data.email),
  role: String(row.data.role),
  invited_by: String(row.data.invitedBy),
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
});
