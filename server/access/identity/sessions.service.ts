import type { OwnSession, SignInMethod } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import type { Actor, Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { foreignCursor, readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Soon, whenThere } from '../../platform/soon.ts';
import type { Audit } from '../audit/audit.ts';
import { Remembered } from '../remembered.ts';
import type { AccessTokens } from './access-tokens.ts';
import { asPerson, type Client } from './client.ts';
import type { UserRow } from './identity.store.ts';
import type { IdentityRules } from './identity-rules.ts';
import { SessionPulse } from './session-pulse.ts';
import {
  endSession,
  endSessionsOf,
  type FoundSession,
  findSessionById,
  findSessionByToken,
  insertRefreshToken,
  insertSession,
  listSessions,
  lockRefreshToken,
  markProven,
  markRefreshTokenUsed,
  type SessionRow,
  touchSession,
} from './sessions.store.ts';

const channel = 'stroma_sessions';
const touchEveryMs = 60_000;
const rememberedMs = 60_000;
/** While this process cannot be sure to hear of what others end. */
const deafMs = 400;
/** How long after proving who one is one may change how one signs in. */
const freshMs = 15 * 60_000;

export type SecondFactorRequired = (tenantId: string, role: string) => Promise<boolean>;

/** What the role of a person is worth today. */
export type Standing = Pick<Actor, 'permissions' | 'scope' | 'tier'>;

export interface LiveSession {
  actor: Actor;
  session: SessionRow;
  user: UserRow;
  enrolled: boolean;
  expiresAt: Date;
  seenAt: number;
  writtenAt: number;
}

export interface Tokens {
  token: string;
  token_expires_at: string;
  refresh_token: string;
  refresh_expires_at: string;
}

export interface StartedSession {
  cookieToken: string;
  live: LiveSession;
  tokens: Tokens | null;
}

export interface SessionsParts {
  platform: Platform;
  audit: Audit;
  accessTokens: AccessTokens;
  rules: IdentityRules;
  standing: (user: UserRow) => Promise<Standing>;
  /** By the installation or the tenant. */
  secondFactorRequired: SecondFactorRequired;
}

/**
 * Sessions: begun by whoever has proven who a person is, found again by cookie or access token, carried on by
 * refresh tokens, ended everywhere at once.
 */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly #cache: Remembered<LiveSession>;
  readonly #pulse: SessionPulse | null;
  #stopListening: (() => Promise<void>) | null = null;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    const { db, log } = parts.platform;
    // The embedded store belongs to this process alone, so nobody else can revoke behind its back.
    this.#pulse = db.kind === 'embedded' ? null : new SessionPulse(db, channel, log);
    const lifeMs = () => (this.#pulse === null || this.#pulse.hears ? rememberedMs : deafMs);
    this.#cache = new Remembered((token) => this.#load(token), lifeMs);
  }

  /** Hears of sessions that other processes end. */
  async listen(): Promise<void> {
    this.#stopListening ??= await this.#parts.platform.db.listen(
      channel,
      (userId) => {
        if (this.#pulse?.takes(userId) !== true)
          this.#cache.forget(({ user }) => user.id === userId || user.tenantId === userId);
      },
      () => this.#cache.forget(() => true),
    );
    this.#pulse?.start();
  }

  async close(): Promise<void> {
    this.#pulse?.stop();
    await this.#stopListening?.();
  }

  /**
   * The session behind a cookie's token or an access token; null for no, a wrong, an idle or an ended one. What asks
   * by itself, as an open stream does, is no sign of a person: it passes `uses` false.
   */
  find(token: string | null, uses = true): Soon<LiveSession | null> {
    if (token === null || token.length > 1_500) return null;
    return whenThere(this.#cache.get(token), (live) => (live === null ? null : this.#seen(live, uses)));
  }

  #seen(live: LiveSession, uses: boolean): LiveSession | null {
    const now = Date.now();
    if (this.#idle(live.session, live.seenAt, now)) return null;
    if (!uses) return live;
    live.seenAt = now;
    if (now - live.writtenAt >= touchEveryMs) this.#touch(live, now);
    return live;
  }

  async start(
    tx: Sql,
    given: {
      user: UserRow;
      method: SignInMethod;
      secondFactor: boolean;
      kind: SessionRow['kind'];
      client: Client;
    },
  ): Promise<{ cookieToken: string; sessionId: string; refreshToken: string | null }> {
    const { user, method, secondFactor, kind, client } = given;
    const { rules, audit, platform } = this.#parts;
    const createdAt = new Date();
    const expiresAt = new Date(
      createdAt.getTime() + (kind === 'program' ? rules.refreshLifeMs : rules.sessionLifeMs),
    );
    const { token, id } = await insertSession(tx, {
      tenantId: user.tenantId,
      userId: user.id,
      kind,
      method,
      secondFactor,
      address: client.address,
      userAgent: client.userAgent,
      createdAt,
      expiresAt,
    });
    const refreshToken =
      kind === 'program'
        ? await insertRefreshToken(tx, { tenantId: user.tenantId, sessionId: id, expiresAt })
        : null;
    await audit.record(tx, asPerson(user, id, client, platform.log), {
      action: 'session.started',
      object: { kind: 'session', id },
      outcome: 'success',
      details: { method, second_factor: secondFactor, client: kind },
    });
    return { cookieToken: token, sessionId: id, refreshToken };
  }

  /** What is told of a session that was started, once its transaction has committed. */
  async started(given: { cookieToken: string; refreshToken: string | null }): Promise<StartedSession> {
    const live = await this.find(given.cookieToken);
    if (live === null) fail('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    const { session } = live;
    const tokens =
      given.refreshToken === null ? null : await this.#tokens(session, given.refreshToken, session.expiresAt);
    return { cookieToken: given.cookieToken, live, tokens };
  }

  /**
   * Each refresh token works once. One that is used again was copied: its session ends, and with it every token of
   * it. Throws UNAUTHENTICATED.
   */
  async refresh(given: string, client: Client): Promise<Tokens> {
    const { platform, audit } = this.#parts;
    const outcome = await platform.db.transaction(async (tx) => {
      const row = await lockRefreshToken(tx, given);
      const found = row === null ? null : await findSessionById(tx, row.sessionId);
      if (row === null || found === null || row.expiresAt.getTime() <= Date.now()) return 'unknown';
      const { session, user } = found;
      const who = asPerson(user, session.id, client, platform.log);
      const object = { kind: 'session', id: session.id };
      if (row.usedAt !== null) {
        await this.end(tx, user.id, session.id, 'refresh token used twice');
        await audit.record(tx, who, { action: 'token.reused', object, outcome: 'refused' });
        return 'reused';
      }
      await markRefreshTokenUsed(tx, row.id);
      await touchSession(tx, session.id, new Date());
      const { tenantId, expiresAt } = session;
      const next = await insertRefreshToken(tx, { tenantId, sessionId: session.id, expiresAt });
      await audit.record(tx, who, { action: 'session.refreshed', object, outcome: 'success' });
      return { session, next };
    });
    if (typeof outcome === 'string')
      fail('UNAUTHENTICATED', 'The refresh token is wrong, was used before or has expired. Sign in again.');
    return this.#tokens(outcome.session, outcome.next, outcome.session.expiresAt);
  }

  async list(actor: Actor, limit: number, cursor: string | undefined) {
    const rows = await listSessions(this.#parts.platform.db.sql, actor.id, limit + 1, momentOf(cursor));
    return toPage(
      rows,
      limit,
      ({ createdAt, id }) => [createdAt.toISOString(), id],
      (row) => describeSession(row, actor.sessionId),
    );
  }

  /** Inside a transaction; takes effect everywhere when it commits. Answers how many ended. */
  async end(tx: Sql, userId: string, sessionId: string, reason: string): Promise<number> {
    return this.#ended(tx, userId, await endSession(tx, userId, sessionId, reason));
  }

  /** Every session of a person, but `keep` when it is given. */
  async endAll(tx: Sql, userId: string, keep: string | null, reason: string): Promise<number> {
    return this.#ended(tx, userId, await endSessionsOf(tx, userId, keep, reason));
  }

  /** Once the transaction commits, every process looks at the sessions of the tenant again. */
  async lookAgain(tx: Sql, tenantId: string): Promise<void> {
    await tx.execute(sql`select pg_notify(${channel}, ${tenantId})`);
  }

  forgetTenant(tenantId: string): void {
    this.#cache.forget(({ user }) => user.tenantId === tenantId);
  }

  /** To be called after the commit: what this process remembers of a person is asked for again. */
  forget(userId: string): void {
    this.#cache.forget(({ user }) => user.id === userId);
  }

  async endOwn(ctx: Context, sessionId: string | null, reason: string): Promise<number> {
    const { platform, audit } = this.#parts;
    const { actor } = ctx;
    const count = await platform.db.transaction(async (tx) => {
      const ended =
        sessionId === null
          ? await this.endAll(tx, actor.id, actor.sessionId, reason)
          : await this.end(tx, actor.id, sessionId, reason);
      if (ended > 0)
        await audit.record(tx, ctx, {
          action: sessionId === actor.sessionId ? 'session.ended' : 'session.revoked',
          object: sessionId === null ? null : { kind: 'session', id: sessionId },
          outcome: 'success',
          details: { ended },
        });
      return ended;
    });
    this.forget(actor.id);
    return count;
  }

  /** Throws REAUTHENTICATION_REQUIRED when the person proved who they are too long ago. */
  async requireFresh(actor: Actor): Promise<void> {
    const found =
      actor.sessionId === null ? null : await findSessionById(this.#parts.platform.db.sql, actor.sessionId);
    if (found !== null && Date.now() - found.session.provenAt.getTime() < freshMs) return;
    fail('REAUTHENTICATION_REQUIRED', 'Confirm with your password or a code that it is you, then try again.');
  }

  async markProven(actor: Actor, secondFactor: boolean): Promise<void> {
    if (actor.sessionId === null) return;
    await markProven(this.#parts.platform.db.sql, actor.sessionId, secondFactor);
    this.forget(actor.id);
  }

  async #ended(tx: Sql, userId: string, ids: string[]): Promise<number> {
    if (ids.length > 0) {
      this.forget(userId);
      await tx.execute(sql`select pg_notify(${channel}, ${userId})`);
    }
    return ids.length;
  }

  async #load(token: string): Promise<LiveSession | null> {
    const { platform, accessTokens } = this.#parts;
    const isJwt = token.split('.').length === 3;
    const claims = isJwt ? await accessTokens.verify(token) : null;
    if (isJwt && claims === null) return null;
    const db = platform.db.sql;
    const found =
      claims === null ? await findSessionByToken(db, token) : await findSessionById(db, claims.sessionId);
    return found === null ? null : this.#live(found, claims?.expiresAt ?? null);
  }

  async #live(found: FoundSession, tokenEnds: Date | null): Promise<LiveSession | null> {
    const { rules, standing, secondFactorRequired } = this.#parts;
    const { session, user, enrolled } = found;
    const now = Date.now();
    const seenAt = session.lastSeenAt.getTime();
    if (this.#idle(session, seenAt, now)) return null;
    const cookieEnds = session.createdAt.getTime() + rules.sessionLifeMs;
    const ends = Math.min(session.expiresAt.getTime(), tokenEnds?.getTime() ?? cookieEnds);
    const { permissions, ...rest } = await standing(user);
    const mustSetUp =
      !enrolled &&
      !session.secondFactor &&
      (user.mustSetUpSecondFactor || (await secondFactorRequired(user.tenantId, user.role)));
    const actor: Actor = {
      ...rest,
      id: user.id,
      kind: 'person',
      name: user.name,
      role: user.role,
      tenantId: user.tenantId,
      permissions: mustSetUp ? new Set() : permissions,
      mustChangePassword: user.mustChangePassword,
      mustSetUpSecondFactor: mustSetUp,
      sessionId: session.id,
      keyId: null,
      secondFactor: session.secondFactor,
    };
    return { actor, session, user, enrolled, expiresAt: new Date(ends), seenAt, writtenAt: seenAt };
  }

  #idle(session: SessionRow, seenAt: number, now: number): boolean {
    const { rules } = this.#parts;
    return session.kind === 'browser' && now - seenAt > rules.idleMs;
  }

  #touch(live: LiveSession, now: number): void {
    live.writtenAt = now;
    const { platform } = this.#parts;
    touchSession(platform.db.sql, live.session.id, new Date(now)).catch((error) => {
      platform.log.warn({ err: error }, 'when a session was last used could not be written down');
    });
  }

  async #tokens(session: SessionRow, refreshToken: string, refreshEnds: Date): Promise<Tokens> {
    const { token, expiresAt } = await this.#parts.accessTokens.issue({
      userId: session.userId,
      tenantId: session.tenantId,
      sessionId: session.id,
    });
    return {
      token,
      token_expires_at: expiresAt.toISOString(),
      refresh_token: refreshToken,
      refresh_expires_at: refreshEnds.toISOString(),
    };
  }
}

function describeSession(row: SessionRow, current: string | null): OwnSession {
  return {
    session_id: row.id,
    current: row.id === current,
    kind: row.kind,
    method: row.method,
    second_factor: row.secondFactor,
    address: row.address,
    user_agent: row.userAgent,
    created_at: row.createdAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  };
}

function momentOf(text: string | undefined): { at: Date; id: string } | null {
  const cursor = readCursor(text);
  if (cursor === null) return null;
  const at = new Date(cursor[0]);
  return Number.isNaN(at.getTime()) ? foreignCursor() : { at, id: cursor[1] };
}
