import { setTimeout } from 'node:timers/promises';
import type { Language, SecondFactorNeeded, Session, SignedIn, SignInMethod } from '@stroma/contracts';
import type { Actor, Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { type Admission, requireOpenAccount, requireOpenAddress } from './admission.ts';
import { asPerson, type Client, stranger } from './client.ts';
import { passwordChanged } from './identity.mail.ts';
import {
  changeProfile,
  findPasswordHash,
  findUser,
  isTenantClosed,
  replacePassword,
  type UserRow,
} from './identity.store.ts';
import type { Lockout } from './lockout.ts';
import type { PasswordRules } from './password-rules.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { SecondFactors } from './second-factors.service.ts';
import type { LiveSession, Sessions, StartedSession } from './sessions.service.ts';
import type { SessionRow } from './sessions.store.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** A refusal takes at least this long, so that its time does not tell whether the account exists. */
const refusalMs = 300;

export type ClientKind = SessionRow['kind'];

export interface SignInResult {
  answer: SignedIn | SecondFactorNeeded;
  /** For the cookie; null while a second factor is asked for. */
  cookieToken: string | null;
}

export interface IdentityParts {
  platform: Platform;
  audit: Audit;
  sessions: Sessions;
  secondFactors: SecondFactors;
  lockout: Lockout;
  passwordRules: PasswordRules;
  admission: Admission;
}

/** Who people are: signing in by password, and what a person may do about the own account. */
export class Identity {
  readonly #parts: IdentityParts;
  readonly #signIn: SignIn;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
    this.#signIn = createSignIn(parts.platform.db.sql);
  }

  /** The same words and about the same time whether the account exists or not. Throws WRONG_CREDENTIALS, RATE_LIMITED. */
  async login(
    given: { email: string; password: string; client: ClientKind },
    client: Client,
  ): Promise<SignInResult> {
    const { platform, lockout, admission } = this.#parts;
    const subject = subjectOf(given.email);
    await lockout.check(subject);
    const earliest = setTimeout(refusalMs, undefined, { ref: false });
    const userId = await this.#signIn.withPassword(given);
    const user = userId === null ? null : await findUser(platform.db.sql, userId);
    if (user === null || user.disabledAt !== null || admission.accountShutUntil(user.id) !== null) {
      await this.#refused(subject, client);
      await earliest;
      requireOpenAddress(admission, client.address, null);
      return fail('WRONG_CREDENTIALS', 'The e-mail address and password do not belong together.');
    }
    if (admission.addressShutUntil(client.address) !== null) await earliest;
    requireOpenAddress(admission, client.address, user);
    await lockout.succeeded(subject);
    return this.enter(user, 'password', false, given.client, client);
  }

  /**
   * Lets in a person whose first factor is proven, or asks for the second. `secondFactor` says that one was proven
   * with it: a passkey that verified its user, a directory that is trusted to have asked.
   */
  async enter(
    user: UserRow,
    method: SignInMethod,
    secondFactor: boolean,
    kind: ClientKind,
    client: Client,
  ): Promise<SignInResult> {
    const { platform, sessions, secondFactors, admission } = this.#parts;
    requireOpenAddress(admission, client.address, user);
    requireOpenAccount(admission, user);
    if (await isTenantClosed(platform.db.sql, user.tenantId))
      fail('FORBIDDEN', 'Your organisation is closed on this installation. Ask who keeps the installation.');
    const needed = secondFactor ? null : await secondFactors.ask(user, method);
    if (needed !== null) return { answer: needed, cookieToken: null };
    const begun = await platform.db.transaction((tx) =>
      sessions.start(tx, { user, method, secondFactor, kind, client }),
    );
    const started = await sessions.started(begun);
    return { answer: describeStart(started), cookieToken: started.cookieToken };
  }

  async logout(ctx: Context): Promise<void> {
    const { sessions } = this.#parts;
    if (ctx.actor.sessionId === null)
      fail('CONFLICT', 'An API key has no session to end. Revoke the key instead.');
    await sessions.endOwn(ctx, ctx.actor.sessionId, 'signed out');
  }

  /** Proves anew who one is, by password, by a code, or both. Throws WRONG_CREDENTIALS, RATE_LIMITED. */
  async reauthenticate(
    ctx: Context,
    given: { password?: string | undefined; code?: string | undefined },
    client: Client,
  ): Promise<void> {
    const { sessions, audit, admission } = this.#parts;
    await this.prove(ctx, given, client);
    await sessions.markProven(ctx.actor, given.code !== undefined);
    await audit.append(ctx, {
      action: 'session.proven',
      object: ctx.actor.sessionId === null ? null : { kind: 'session', id: ctx.actor.sessionId },
      outcome: 'success',
      details: { password: given.password !== undefined, code: given.code !== undefined },
    });
    await admission.proven(ctx);
  }

  /** As `reauthenticate`, but for one deed alone, such as a signature: nothing is remembered of it. */
  async prove(
    ctx: Context,
    given: { password?: string | undefined; code?: string | undefined },
    client: Client,
  ): Promise<void> {
    const { platform, secondFactors } = this.#parts;
    if (given.password === undefined && given.code === undefined)
      fail('INVALID_INPUT', 'Expected the password or a code.', { field: 'password' });
    const user = await findUser(platform.db.sql, ctx.actor.id);
    if (user === null) return fail('FORBIDDEN', 'Only a person can prove who they are.');
    if (given.password !== undefined) await this.#requirePassword(user, given.password, client);
    if (given.code !== undefined) await secondFactors.prove(user, given.code, client);
  }

  /**
   * For an electronic signature: two components, who one is and the password (21 CFR 11.200(a)(1)). A code may be
   * given with a password, and stands for it only where the person has none.
   */
  async proveToSign(
    ctx: Context,
    given: { password?: string | undefined; code?: string | undefined },
    client: Client,
  ): Promise<void> {
    const { sql } = this.#parts.platform.db;
    if (given.password === undefined && (await findPasswordHash(sql, ctx.actor.id)) !== null)
      fail('INVALID_INPUT', 'Sign with your password. A code may be given with it, not in its place.', {
        field: 'password',
      });
    await this.prove(ctx, given, client);
  }

  /** Name, and the language of mail. */
  async changeProfile(ctx: Context, change: { name?: string; language?: Language }): Promise<void> {
    const { platform, audit, sessions } = this.#parts;
    await platform.db.transaction(async (tx) => {
      const before = await findUser(tx, ctx.actor.id);
      if (before === null) return fail('FORBIDDEN', 'Only a person has an account to change.');
      await changeProfile(tx, ctx.actor.id, change);
      await audit.record(tx, ctx, {
        action: 'account.changed',
        object: { kind: 'account', id: ctx.actor.id },
        outcome: 'success',
        before: { name: before.name, language: before.language },
        after: { name: before.name, language: before.language, ...change },
      });
    });
    sessions.forget(ctx.actor.id);
  }

  /** Ends every other session of the person. Throws WRONG_CREDENTIALS, INVALID_INPUT, RATE_LIMITED. */
  async changePassword(ctx: Context, current: string, next: string, client: Client): Promise<void> {
    const { platform, passwordRules } = this.#parts;
    const user = await findUser(platform.db.sql, ctx.actor.id);
    if (user === null) return fail('FORBIDDEN', 'Only a person has a password.');
    await this.#requirePassword(user, current, client);
    if (current === next)
      fail('INVALID_INPUT', 'The new password must differ from the present one.', { field: 'new_password' });
    await passwordRules.check(next, [user.email, user.name], 'new_password');
    await this.setPassword(ctx, user, next, ctx.actor.sessionId);
  }

  /** Sets it, ends the person's sessions but `keep`, and tells the person. The rules were checked before. */
  async setPassword(who: Context, user: UserRow, next: string, keep: string | null): Promise<void> {
    const { platform, audit, sessions } = this.#parts;
    const hash = await hashPassword(next);
    await platform.db.transaction(async (tx) => {
      await replacePassword(tx, user, hash);
      await sessions.endAll(tx, user.id, keep, 'password changed');
      await audit.record(tx, who, {
        action: keep === null ? 'password.reset' : 'password.changed',
        object: { kind: 'account', id: user.id },
        outcome: 'success',
      });
    });
    sessions.forget(user.id);
    this.later(() =>
      platform.mail.send({ ...passwordChanged(user.language), to: user.email, tenantId: user.tenantId }),
    );
  }

  /** Runs after the answer: what it takes, and whether it fails, tells the client nothing. */
  later(work: () => Promise<unknown>): void {
    const { log } = this.#parts.platform;
    setImmediate(() => {
      work().catch((error) => log.error({ err: error }, 'work after an answer failed'));
    });
  }

  async #requirePassword(user: UserRow, password: string, client: Client): Promise<void> {
    const { platform, lockout } = this.#parts;
    const subject = subjectOf(user.email);
    await lockout.check(subject);
    const hash = await findPasswordHash(platform.db.sql, user.id);
    if (hash !== null && (await verifyPassword({ hash, password }))) {
      await lockout.succeeded(subject);
      return;
    }
    await this.#refused(subject, client, user);
    fail('WRONG_CREDENTIALS', 'The present password is not right.');
  }

  async #refused(subject: string, client: Client, user: UserRow | null = null): Promise<void> {
    const { audit, lockout, platform } = this.#parts;
    const who = user === null ? stranger(client) : asPerson(user, null, client, platform.log);
    const object = user === null ? null : { kind: 'account', id: user.id };
    const locked = await lockout.failed(subject);
    await audit.append(who, {
      action: 'session.refused',
      object,
      outcome: 'refused',
      // Tells one account that is guessed at from another, and none of them by name.
      details: { method: 'password' },
      texts: { subject },
    });
    if (locked)
      await audit.append(who, {
        action: 'account.locked',
        object,
        outcome: 'success',
        details: { how: 'password' },
      });
  }
}

const subjectOf = (email: string): string => `account:${email.toLowerCase()}`;

function describeStart({ live, tokens }: StartedSession): SignedIn {
  return {
    ...describeSession(live),
    status: 'signed_in',
    token: tokens?.token ?? null,
    token_expires_at: tokens?.token_expires_at ?? null,
    refresh_token: tokens?.refresh_token ?? null,
    refresh_expires_at: tokens?.refresh_expires_at ?? null,
  };
}

const described = new WeakMap<LiveSession, { actor: Actor; session: Session }>();

/** Made once while neither the session nor what its person may do has changed. */
export function describeSession(live: LiveSession, actor: Actor = live.actor): Session {
  const known = described.get(live);
  if (known?.actor === actor) return known.session;
  const { user, session, expiresAt } = live;
  const told: Session = {
    user: {
      user_id: user.id,
      email: user.email,
      name: user.name,
      role: actor.role,
      tenant_id: user.tenantId,
      language: user.language,
      must_change_password: user.mustChangePassword,
      must_set_up_second_factor: actor.mustSetUpSecondFactor === true,
    },
    permissions: [...actor.permissions],
    session_id: session.id,
    second_factor: session.secondFactor,
    expires_at: expiresAt.toISOString(),
  };
  described.set(live, { actor, session: told });
  return told;
}
