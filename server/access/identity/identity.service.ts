import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { definitionOfRole, type Session } from '@stroma/contracts';
import type { Actor } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import {
  deleteExpiredSessions,
  deleteSession,
  findPasswordHash,
  findSession,
  replacePassword,
  type SessionRow,
} from './identity.store.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { SessionCache } from './session-cache.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** A refusal takes at least this long, so that its time does not tell whether the account exists. */
const refusalMs = 300;

interface CachedSession extends SessionRow {
  actor: Actor;
}

export interface LoginInput {
  email: string;
  password: string;
  address: string;
  userAgent: string;
}

/** Who people are: signing in and out, the session behind a token, passwords. */
export class Identity {
  readonly #platform: Platform;
  readonly #signIn: SignIn;
  readonly #cache: SessionCache<CachedSession>;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#signIn = createSignIn(platform.db.sql, platform.config.STROMA_SESSION_HOURS);
    // The embedded store belongs to this process alone, so nobody else can revoke behind its back.
    const lifeMs = platform.db.kind === 'embedded' ? 60_000 : 1_000;
    this.#cache = new SessionCache(async (token) => {
      const row = await findSession(platform.db.sql, token);
      return row && { ...row, actor: actorOf(row) };
    }, lifeMs);
  }

  /** The actor behind a session token; null for no, a wrong or an expired one. */
  async actor(token: string | null): Promise<Actor | null> {
    if (token === null || token.length > 200) return null;
    return (await this.#cache.get(token))?.actor ?? null;
  }

  async session(token: string): Promise<Session> {
    const found = await this.#cache.get(token);
    if (!found) fail('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    return describe(found);
  }

  /** The same message and about the same time whether the account exists or not. Throws WRONG_CREDENTIALS, RATE_LIMITED. */
  async login(input: LoginInput): Promise<Session & { token: string }> {
    const byAddress = `login:address:${input.address}`;
    const byAccount = `login:account:${createHash('sha256').update(input.email).digest('hex')}`;
    await this.#limit(byAddress);
    await this.#limit(byAccount);
    const earliest = setTimeout(refusalMs, undefined, { ref: false });
    const token = await this.#signIn.withPassword(input);
    if (token === null) await earliest;
    if (token === null) fail('WRONG_CREDENTIALS', 'The e-mail address and password do not belong together.');
    // Who has proved who they are starts anew; guessing at one account stays limited all the same.
    await Promise.all([byAddress, byAccount].map((key) => this.#platform.cache.delete(key)));
    return { ...(await this.session(token)), token };
  }

  async logout(token: string): Promise<void> {
    await deleteSession(this.#platform.db.sql, token);
    this.#cache.forget((_, other) => other === token);
  }

  /** Ends every other session of the person. Throws WRONG_CREDENTIALS, INVALID_INPUT, RATE_LIMITED. */
  async changePassword(actor: Actor, token: string, current: string, next: string): Promise<void> {
    await this.#limit(`login:account:${actor.id}`);
    const hash = await findPasswordHash(this.#platform.db.sql, actor.id);
    if (hash === null || !(await verifyPassword({ hash, password: current })))
      fail('WRONG_CREDENTIALS', 'The present password is not right.');
    if (current === next)
      fail('INVALID_INPUT', 'The new password must differ from the present one.', { field: 'new_password' });
    const replacement = await hashPassword(next);
    await this.#platform.db.transaction((tx) => replacePassword(tx, actor.id, replacement, token));
    this.#cache.forget((session) => session.user.id === actor.id);
  }

  async sweep(): Promise<void> {
    await deleteExpiredSessions(this.#platform.db.sql);
  }

  async #limit(key: string): Promise<void> {
    const { count, resetMs } = await this.#platform.cache.increment(key, 60_000);
    if (count <= this.#platform.config.STROMA_LOGIN_LIMIT_PER_MINUTE) return;
    const seconds = Math.max(1, Math.ceil(resetMs / 1000));
    fail('RATE_LIMITED', `Too many attempts to sign in. Try again in ${seconds} s.`, {
      retry_after_seconds: seconds,
    });
  }
}

function actorOf({ sessionId, user }: SessionRow): Actor {
  return {
    id: user.id,
    kind: 'person',
    name: user.name,
    role: user.role,
    tenantId: user.tenantId,
    permissions: new Set(definitionOfRole(user.role).permissions),
    mustChangePassword: user.mustChangePassword,
    sessionId,
    keyId: null,
    tier: 'free',
    secondFactor: false,
  };
}

function describe({ user, expiresAt }: SessionRow): Session {
  return {
    user: {
      user_id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      tenant_id: user.tenantId,
      must_change_password: user.mustChangePassword,
    },
    permissions: [...definitionOfRole(user.role).permissions],
    expires_at: expiresAt.toISOString(),
  };
}
