import type { SecondFactorKind, SecondFactorNeeded, SignInMethod } from '@stroma/contracts';
import { Secret, TOTP } from 'otpauth';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import {
  type ChallengeRow,
  countAttempt,
  findChallenge,
  insertChallenge,
  takeChallenge,
  updateChallengeData,
} from './challenges.store.ts';
import { asPerson, type Client } from './client.ts';
import { askForSecondFactor, findUser, type UserRow } from './identity.store.ts';
import type { Lockout } from './lockout.ts';
import {
  confirmSecondFactor,
  countRecoveryCodes,
  deleteRecoveryCodes,
  deleteSecondFactor,
  findPasskeys,
  findSecondFactor,
  findSecondFactors,
  insertSecondFactor,
  markSecondFactorUsed,
  replaceRecoveryCodes,
  type SecondFactorRow,
  takeRecoveryCode,
  takeStep,
} from './second-factors.store.ts';
import { hashToken, makeDigits, type Sealing } from './secrets.ts';
import type { SecondFactorRequired, Sessions } from './sessions.service.ts';
import type { TextMessages } from './text-messages.ts';

const challengeLifeMs = 10 * 60_000;
const attemptsPerChallenge = 5;
const messagesPerChallenge = 3;
const issuer = 'Stroma';
const periodSeconds = 30;

export interface SecondFactorsParts {
  platform: Platform;
  audit: Audit;
  sealing: Sealing;
  sessions: Sessions;
  lockout: Lockout;
  textMessages: TextMessages | null;
  secondFactorRequired: SecondFactorRequired;
}

/** A sign-in whose first factor is proven. */
export interface PendingSignIn {
  user: UserRow;
  method: SignInMethod;
}

export type SetUp = { kind: 'totp'; name?: string | undefined } | { kind: 'sms'; phone: string };

/** Authenticator apps (TOTP, RFC 6238), text messages and recovery codes. */
export class SecondFactors {
  readonly #parts: SecondFactorsParts;

  constructor(parts: SecondFactorsParts) {
    this.#parts = parts;
  }

  /** Begins the second step of a sign-in; null when the person has no second factor. */
  async ask(user: UserRow, method: SignInMethod): Promise<SecondFactorNeeded | null> {
    const methods = await this.#methodsOf(user.id);
    if (methods.length === 0) return null;
    const { token, row } = await insertChallenge(this.#parts.platform.db.sql, {
      purpose: 'second-factor',
      tenantId: user.tenantId,
      userId: user.id,
      data: { method },
      lifeMs: challengeLifeMs,
    });
    return {
      status: 'second_factor',
      challenge: token,
      methods,
      expires_at: row.expiresAt.toISOString(),
    };
  }

  /** Who a challenge is for, without using it up. Throws TOKEN_INVALID. */
  async pending(challenge: string): Promise<PendingSignIn & { row: ChallengeRow }> {
    const row = await findChallenge(this.#parts.platform.db.sql, 'second-factor', challenge);
    const user = row?.userId ? await findUser(this.#parts.platform.db.sql, row.userId) : null;
    if (row === null || user === null || user.disabledAt !== null) return fail('TOKEN_INVALID', startAgain);
    return { row, user, method: row.data.method as SignInMethod };
  }

  /** Uses the challenge up. Throws TOKEN_INVALID when another request did so before. */
  async finish(challenge: string): Promise<void> {
    const taken = await takeChallenge(this.#parts.platform.db.sql, 'second-factor', challenge);
    if (taken === null) fail('TOKEN_INVALID', startAgain);
  }

  /** Throws WRONG_CREDENTIALS, TOKEN_INVALID, RATE_LIMITED. */
  async verify(
    challenge: string,
    code: string,
    how: 'code' | 'recovery',
    client: Client,
  ): Promise<PendingSignIn> {
    const { row, user, method } = await this.pending(challenge);
    const { platform, lockout } = this.#parts;
    await lockout.check(subjectOf(user));
    if ((await countAttempt(platform.db.sql, row.id)) > attemptsPerChallenge) {
      await takeChallenge(platform.db.sql, 'second-factor', challenge);
      fail('TOKEN_INVALID', startAgain);
    }
    const right =
      how === 'recovery'
        ? await takeRecoveryCode(platform.db.sql, user.id, code)
        : await this.#accepts(user, code, row);
    await this.#noted(right, user, how, client);
    await this.finish(challenge);
    return { user, method };
  }

  /** For proving once more who one is. Throws WRONG_CREDENTIALS, RATE_LIMITED. */
  async prove(user: UserRow, code: string, client: Client): Promise<void> {
    await this.#parts.lockout.check(subjectOf(user));
    await this.#noted(await this.#accepts(user, code, null), user, 'code', client);
  }

  /** What was counted against codes of factors that are gone. */
  async unlock(userId: string): Promise<void> {
    await this.#parts.lockout.succeeded(subjectOf({ id: userId }));
  }

  /** Throws SMS_NOT_CONFIGURED, SMS_UNAVAILABLE, TOKEN_INVALID, RATE_LIMITED. */
  async sendCode(challenge: string, methodId: string): Promise<void> {
    const { row, user } = await this.pending(challenge);
    const factor = await findSecondFactor(this.#parts.platform.db.sql, user.id, methodId);
    if (factor?.kind !== 'sms' || factor.confirmedAt === null)
      return fail('NOT_FOUND', 'There is no such second factor that takes text messages.');
    const sent = Number(row.data.sent ?? 0);
    if (sent >= messagesPerChallenge)
      fail('RATE_LIMITED', 'No more messages are sent for this sign-in. Start again in a while.', {
        retry_after_seconds: Math.ceil((row.expiresAt.getTime() - Date.now()) / 1000),
      });
    const digits = makeDigits();
    const data = { ...row.data, sent: sent + 1, codeHash: codeHash(row.id, digits), factor: factor.id };
    await updateChallengeData(this.#parts.platform.db.sql, row.id, data);
    await this.#text(factor, digits);
  }

  async list(ctx: Context) {
    const { platform, textMessages, secondFactorRequired } = this.#parts;
    const { sql } = platform.db;
    const factors = await findSecondFactors(sql, ctx.actor.id);
    const keys = await findPasskeys(sql, ctx.actor.id);
    const items = [
      ...factors.map((each) => ({ ...each, kind: each.kind as SecondFactorKind })),
      ...keys.map((each) => ({ ...each, kind: 'passkey' as const })),
    ];
    return {
      required: await secondFactorRequired(ctx.actor.tenantId, ctx.actor.role),
      items: items.map(({ id, kind, name, createdAt, lastUsedAt }) => ({
        method_id: id,
        kind,
        name,
        created_at: createdAt.toISOString(),
        last_used_at: lastUsedAt?.toISOString() ?? null,
      })),
      recovery_codes_left: await countRecoveryCodes(sql, ctx.actor.id),
      sms_available: textMessages !== null,
    };
  }

  /** Throws REAUTHENTICATION_REQUIRED, SMS_NOT_CONFIGURED, SMS_UNAVAILABLE. */
  async setUp(ctx: Context, given: SetUp) {
    const { platform, sealing, sessions } = this.#parts;
    await sessions.requireFresh(ctx.actor);
    const user = await this.#userOf(ctx);
    const id = newId('secondFactor');
    const { tenantId, id: userId } = user;
    if (given.kind === 'totp') {
      const secret = new Secret({ size: 20 });
      const sealed = await sealing.seal(secret.base32, 'second-factor', id);
      const name = given.name ?? 'Authenticator app';
      await platform.db.transaction((tx) =>
        insertSecondFactor(tx, { id, tenantId, userId, kind: 'totp', name, secret: sealed }),
      );
      const uri = totpOf(secret, user.email).toString();
      return { method_id: id, kind: 'totp' as const, secret: secret.base32, uri };
    }
    if (this.#parts.textMessages === null) fail('SMS_NOT_CONFIGURED', notConfigured);
    const digits = makeDigits();
    const sealed = await sealing.seal(given.phone, 'second-factor', id);
    const row = { id, tenantId, userId, kind: 'sms' as const, name: masked(given.phone), secret: sealed };
    await platform.db.transaction((tx) => insertSecondFactor(tx, row));
    await platform.cache.set(`sms-set-up:${id}`, codeHash(id, digits), challengeLifeMs);
    await this.#parts.textMessages.send({ to: given.phone, text: messageOf(digits) });
    return { method_id: id, kind: 'sms' as const, secret: null, uri: null };
  }

  /** Answers recovery codes with the first second factor of an account. Throws WRONG_CREDENTIALS, NOT_FOUND. */
  async confirm(ctx: Context, methodId: string, code: string): Promise<string[] | null> {
    const { platform, lockout, sessions } = this.#parts;
    const { sql } = platform.db;
    const factor = await findSecondFactor(sql, ctx.actor.id, methodId);
    if (factor === null || factor.confirmedAt !== null)
      return fail('NOT_FOUND', 'There is no second factor that waits to be confirmed. Begin again.');
    const subject = `second-factor-set-up:${ctx.actor.id}`;
    await lockout.check(subject);
    const step = factor.kind === 'totp' ? await this.#stepOf(factor, code) : null;
    const expected =
      factor.kind === 'sms' ? await platform.cache.get<string>(`sms-set-up:${factor.id}`) : null;
    if (step === null && (expected === null || expected !== codeHash(factor.id, code))) {
      await lockout.failed(subject);
      fail(
        'WRONG_CREDENTIALS',
        'The code is not right. Check that the clock of the device is, and try the next one.',
      );
    }
    await lockout.succeeded(subject);
    const codes = await platform.db.transaction(async (tx) => {
      await confirmSecondFactor(tx, factor.id, step);
      return this.added(tx, ctx, { id: factor.id, kind: factor.kind });
    });
    await sessions.markProven(ctx.actor, true);
    return codes;
  }

  /** What holds for every kind of factor that is new: the record, recovery codes with the first, other sessions end. */
  async added(
    tx: Sql,
    ctx: Context,
    factor: { id: string; kind: SecondFactorKind },
  ): Promise<string[] | null> {
    const { audit, sessions } = this.#parts;
    const { actor } = ctx;
    await audit.record(tx, ctx, {
      action: factor.kind === 'passkey' ? 'passkey.added' : 'second-factor.added',
      object: { kind: 'account', id: actor.id },
      outcome: 'success',
      details: { method: factor.id, kind: factor.kind },
    });
    await askForSecondFactor(tx, actor.id, false);
    await sessions.endAll(tx, actor.id, actor.sessionId, 'second factor added');
    if ((await countRecoveryCodes(tx, actor.id)) > 0) return null;
    return this.#makeCodes(tx, ctx);
  }

  async remove(ctx: Context, methodId: string): Promise<void> {
    await this.removal(ctx, { id: methodId, kind: 'second-factor' }, (tx) =>
      deleteSecondFactor(tx, ctx.actor.id, methodId),
    );
  }

  /** Throws REAUTHENTICATION_REQUIRED, NOT_FOUND, and CONFLICT for the last one where the policy asks for one. */
  async removal(
    ctx: Context,
    factor: { id: string; kind: 'second-factor' | 'passkey' },
    remove: (tx: Sql) => Promise<boolean>,
  ): Promise<void> {
    const { platform, audit, sessions, secondFactorRequired } = this.#parts;
    await sessions.requireFresh(ctx.actor);
    const required = await secondFactorRequired(ctx.actor.tenantId, ctx.actor.role);
    await platform.db.transaction(async (tx) => {
      if (!(await remove(tx))) fail('NOT_FOUND', 'There is no such second factor.');
      const left = [
        ...(await findSecondFactors(tx, ctx.actor.id)),
        ...(await findPasskeys(tx, ctx.actor.id)),
      ];
      if (left.length === 0 && required)
        fail('CONFLICT', 'Your role needs a second factor. Add another one before you remove the last.');
      if (left.length === 0) await deleteRecoveryCodes(tx, ctx.actor.id);
      await audit.record(tx, ctx, {
        action: factor.kind === 'passkey' ? 'passkey.removed' : 'second-factor.removed',
        object: { kind: 'account', id: ctx.actor.id },
        outcome: 'success',
        details: { method: factor.id },
      });
    });
    sessions.forget(ctx.actor.id);
  }

  /** Throws REAUTHENTICATION_REQUIRED, CONFLICT. */
  async renewRecoveryCodes(ctx: Context): Promise<string[]> {
    const { platform, sessions } = this.#parts;
    await sessions.requireFresh(ctx.actor);
    if ((await this.#methodsOf(ctx.actor.id)).length === 0)
      fail('CONFLICT', 'Recovery codes stand in for a second factor. Set one up first.');
    return platform.db.transaction((tx) => this.#makeCodes(tx, ctx));
  }

  async #makeCodes(tx: Sql, ctx: Context): Promise<string[]> {
    const codes = await replaceRecoveryCodes(tx, { tenantId: ctx.actor.tenantId, userId: ctx.actor.id });
    await this.#parts.audit.record(tx, ctx, {
      action: 'recovery-codes.made',
      object: { kind: 'account', id: ctx.actor.id },
      outcome: 'success',
    });
    return codes;
  }

  async #methodsOf(userId: string) {
    const { sql } = this.#parts.platform.db;
    const factors = await findSecondFactors(sql, userId);
    const keys = await findPasskeys(sql, userId);
    return [
      ...factors.map(({ id, kind, name }) => ({ method_id: id, kind: kind as SecondFactorKind, name })),
      ...keys.map(({ id, name }) => ({ method_id: id, kind: 'passkey' as const, name })),
    ];
  }

  async #userOf(ctx: Context): Promise<UserRow> {
    const user = await findUser(this.#parts.platform.db.sql, ctx.actor.id);
    return user ?? fail('FORBIDDEN', 'Only a person has second factors.');
  }

  /** The code of any of the person's authenticator apps, or of the message sent for this sign-in. */
  async #accepts(user: UserRow, code: string, challenge: ChallengeRow | null): Promise<boolean> {
    const { sql } = this.#parts.platform.db;
    const { codeHash: sent, factor: sentTo } = challenge?.data ?? {};
    if (challenge !== null && typeof sent === 'string' && sent === codeHash(challenge.id, code)) {
      await markSecondFactorUsed(sql, String(sentTo));
      return true;
    }
    for (const factor of await findSecondFactors(sql, user.id)) {
      if (factor.kind !== 'totp') continue;
      const step = await this.#stepOf(factor, code);
      if (step !== null && (await takeStep(sql, factor.id, step))) return true;
    }
    return false;
  }

  /** The time step a code belongs to, one before and after the present one allowed for; null when it is none. */
  async #stepOf(factor: SecondFactorRow, code: string): Promise<number | null> {
    const digits = code.replace(/\s/g, '');
    if (!/^\d{6}$/.test(digits)) return null;
    const secret = Secret.fromBase32(
      await this.#parts.sealing.open(factor.secret, 'second-factor', factor.id),
    );
    const now = Date.now();
    const delta = totpOf(secret, '').validate({ token: digits, window: 1, timestamp: now });
    return delta === null ? null : Math.floor(now / 1000 / periodSeconds) + delta;
  }

  async #noted(right: boolean, user: UserRow, how: 'code' | 'recovery', client: Client): Promise<void> {
    const { audit, lockout, platform } = this.#parts;
    const who = asPerson(user, null, client, platform.log);
    const object = { kind: 'account', id: user.id };
    if (right) {
      await lockout.succeeded(subjectOf(user));
      const action = how === 'recovery' ? 'recovery-code.used' : 'second-factor.proven';
      await audit.append(who, { action, object, outcome: 'success' });
      return;
    }
    const locked = await lockout.failed(subjectOf(user));
    await audit.append(who, {
      action: 'second-factor.refused',
      object,
      outcome: 'refused',
      details: { how },
    });
    if (locked)
      await audit.append(who, { action: 'account.locked', object, outcome: 'success', details: { how } });
    fail('WRONG_CREDENTIALS', 'The code is not right, or was used before.');
  }

  async #text(factor: SecondFactorRow, digits: string): Promise<void> {
    const { textMessages, sealing } = this.#parts;
    if (textMessages === null) return fail('SMS_NOT_CONFIGURED', notConfigured);
    const to = await sealing.open(factor.secret, 'second-factor', factor.id);
    await textMessages.send({ to, text: messageOf(digits) });
  }
}

const notConfigured =
  'This installation sends no text messages: whoever runs it sets STROMA_SMS_URL. Use another second factor or a recovery code.';
const startAgain = 'The sign-in took too long or was tried too often. Start again.';
const subjectOf = (user: Pick<UserRow, 'id'>): string => `second-factor:${user.id}`;
const codeHash = (id: string, digits: string): string => hashToken(`${id}:${digits.replace(/\s/g, '')}`);
const messageOf = (digits: string): string => `${digits} is your code for ${issuer}. Tell it to nobody.`;
const masked = (phone: string): string => `${phone.slice(0, 3)} … ${phone.slice(-3)}`;

const totpOf = (secret: Secret, label: string): TOTP =>
  new TOTP({ issuer, label, secret, algorithm: 'SHA1', digits: 6, period: periodSeconds });
