import type { Language } from '@stroma/contracts';
import { fail } from '../../platform/failure.ts';
import type { Message } from '../../platform/mail/mail.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { deleteChallengesOf, findChallenge, insertChallenge, takeChallenge } from './challenges.store.ts';
import { asPerson, type Client, stranger } from './client.ts';
import { accountExists, emailVerification, passwordReset } from './identity.mail.ts';
import type { Identity } from './identity.service.ts';
import {
  findFirstTenant,
  findPasswordHash,
  findUser,
  findUserByEmail,
  insertUser,
} from './identity.store.ts';
import type { IdentityRules } from './identity-rules.ts';
import type { Lockout } from './lockout.ts';
import { mayMail } from './mail-limit.ts';
import type { PasswordRules } from './password-rules.ts';
import { hashPassword } from './passwords.ts';

const resetLifeMinutes = 60;
const verificationLifeHours = 24;
const hourMs = 3_600_000;

export interface AccountsParts {
  platform: Platform;
  audit: Audit;
  identity: Identity;
  lockout: Lockout;
  rules: IdentityRules;
  passwordRules: PasswordRules;
}

/** Accounts from outside: forgotten passwords and sign-up. None of it tells whether an account exists. */
export class Accounts {
  readonly #parts: AccountsParts;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** Resolves at once and alike for every address; what is done about it comes after the answer. */
  forgot(email: string, client: Client): void {
    const { platform, audit, identity } = this.#parts;
    identity.later(async () => {
      const { sql } = platform.db;
      const user = await findUserByEmail(sql, email);
      const who = user === null ? stranger(client) : asPerson(user, null, client, platform.log);
      const object = user === null ? null : { kind: 'account', id: user.id };
      const usable =
        user !== null && user.disabledAt === null && (await findPasswordHash(sql, user.id)) !== null;
      await audit.append(who, {
        action: 'password.reset-requested',
        object,
        outcome: usable ? 'success' : 'refused',
      });
      if (!usable || !(await mayMail(platform.cache, email))) return;
      const { token } = await insertChallenge(sql, {
        purpose: 'password-reset',
        tenantId: user.tenantId,
        userId: user.id,
        data: {},
        lifeMs: resetLifeMinutes * 60_000,
      });
      const told = passwordReset(user.language, `${client.origin}/reset-password#${token}`, resetLifeMinutes);
      await this.#send({ ...told, to: user.email, tenantId: user.tenantId });
    });
  }

  /** Ends every session of the person. Throws TOKEN_INVALID, INVALID_INPUT. */
  async reset(token: string, password: string, client: Client): Promise<void> {
    const { platform, identity, lockout, passwordRules } = this.#parts;
    const { sql } = platform.db;
    const row = await findChallenge(sql, 'password-reset', token);
    const user = row?.userId ? await findUser(sql, row.userId) : null;
    if (user === null || user.disabledAt !== null) return fail('TOKEN_INVALID', linkOver);
    await passwordRules.check(password, [user.email, user.name], 'new_password');
    if ((await takeChallenge(sql, 'password-reset', token)) === null) fail('TOKEN_INVALID', linkOver);
    await deleteChallengesOf(sql, user.id, 'password-reset');
    await identity.setPassword(asPerson(user, null, client, platform.log), user, password, null);
    await lockout.succeeded(`account:${user.email}`);
  }

  /**
   * No account is made before the address is proven to be the person's, so nobody can prepare one in another's name.
   * Throws FORBIDDEN where sign-up is not open, INVALID_INPUT for a password that is refused.
   */
  async signUp(
    given: { email: string; name: string; password: string; language?: Language | undefined },
    client: Client,
  ): Promise<void> {
    const { platform, rules, passwordRules, identity } = this.#parts;
    const { email, name, password, language = null } = given;
    if (rules.signUp !== 'open')
      fail(
        'FORBIDDEN',
        'People cannot make accounts here by themselves. Ask an administrator to invite you.',
      );
    const domain = email.split('@').at(-1) ?? '';
    if (rules.signUpDomains.length > 0 && !rules.signUpDomains.includes(domain))
      fail('FORBIDDEN', `Only addresses of ${rules.signUpDomains.join(', ')} may sign up here.`);
    await passwordRules.check(password, [email, name], 'password');
    const hash = await hashPassword(password);
    identity.later(async () => {
      if (!(await mayMail(platform.cache, email))) return;
      const { sql } = platform.db;
      const existing = await findUserByEmail(sql, email);
      if (existing !== null) {
        const told = accountExists(existing.language, `${client.origin}/sign-in`);
        await this.#send({ ...told, to: existing.email, tenantId: existing.tenantId });
        return;
      }
      const tenantId = await findFirstTenant(sql);
      if (tenantId === null) throw new Error('There is no organisation to sign up to.');
      const { token } = await insertChallenge(sql, {
        purpose: 'email-verification',
        tenantId,
        userId: null,
        data: { email, name, hash, language },
        lifeMs: verificationLifeHours * hourMs,
      });
      const told = emailVerification(
        language,
        `${client.origin}/verify-email#${token}`,
        verificationLifeHours,
      );
      await this.#send({ ...told, to: email, tenantId });
    });
  }

  /** Makes the account. Throws TOKEN_INVALID. */
  async verifyEmail(token: string, client: Client): Promise<void> {
    const { platform, audit, rules } = this.#parts;
    await platform.db.transaction(async (tx) => {
      const row = await takeChallenge(tx, 'email-verification', token);
      if (row === null || row.tenantId === null) return fail('TOKEN_INVALID', linkOver);
      const { email, name, hash, language } = row.data as {
        email: string;
        name: string;
        hash: string;
        language: Language | null;
      };
      if ((await findUserByEmail(tx, email)) !== null) return fail('TOKEN_INVALID', linkOver);
      const { tenantId } = row;
      const role = rules.signUpRole;
      const id = await insertUser(
        tx,
        { tenantId, email, name, role, language, mustChangePassword: false },
        hash,
      );
      const who = { ...stranger(client, tenantId) };
      const object = { kind: 'account', id };
      await audit.record(tx, who, { action: 'email.verified', object, outcome: 'success' });
      await audit.record(tx, who, {
        action: 'account.created',
        object,
        outcome: 'success',
        details: { role, by: 'sign-up' },
      });
    });
  }

  #send(message: Message): Promise<void> {
    return this.#parts.platform.mail.send(message);
  }
}

export const linkOver = 'The link is wrong, was used before or is too old. Ask for a new one.';
