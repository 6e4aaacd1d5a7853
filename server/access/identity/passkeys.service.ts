import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { api, Passkey } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { type ChallengeRow, insertChallenge, takeChallenge } from './challenges.store.ts';
import { asPerson, type Client, stranger } from './client.ts';
import { findUser, type UserRow } from './identity.store.ts';
import type { SecondFactors } from './second-factors.service.ts';
import {
  deletePasskey,
  findPasskeyByCredential,
  findPasskeys,
  insertPasskey,
  markPasskeyUsed,
  type PasskeyRow,
  renamePasskey,
} from './second-factors.store.ts';
import type { Sessions } from './sessions.service.ts';

/** Loaded with the first passkey: it brings all of X.509. */
const webauthn = () => import('@simplewebauthn/server');

const ceremonyMs = 5 * 60_000;
const mostPasskeys = 20;

type Registration = z.output<typeof api.passkeys.register.body>;
type Assertion = z.output<typeof api.passkeys.signIn.body>['response'];

export interface PasskeysParts {
  platform: Platform;
  audit: Audit;
  sessions: Sessions;
  secondFactors: SecondFactors;
}

/** Who a passkey has proven, and whether the device made sure that it is its person. */
export interface ProvenPasskey {
  user: UserRow;
  /** Null: the passkey is the whole sign-in. Otherwise the sign-in whose second factor it is. */
  pending: Awaited<ReturnType<SecondFactors['pending']>> | null;
}

/**
 * Passkeys and hardware keys by WebAuthn Level 3. Alone they are a whole sign-in and must verify their user (by PIN,
 * finger or face); after a password, presence is enough.
 */
export class Passkeys {
  readonly #parts: PasskeysParts;

  constructor(parts: PasskeysParts) {
    this.#parts = parts;
  }

  async list(ctx: Context): Promise<{ items: Passkey[] }> {
    const rows = await findPasskeys(this.#parts.platform.db.sql, ctx.actor.id);
    return { items: rows.map(describe) };
  }

  /** Throws REAUTHENTICATION_REQUIRED, CONFLICT. */
  async registrationOptions(ctx: Context, client: Client) {
    const { platform, sessions } = this.#parts;
    await sessions.requireFresh(ctx.actor);
    const { sql } = platform.db;
    const user = await findUser(sql, ctx.actor.id);
    if (user === null) return fail('FORBIDDEN', 'Only a person has passkeys.');
    const present = await findPasskeys(sql, user.id);
    if (present.length >= mostPasskeys)
      fail('CONFLICT', `An account holds at most ${mostPasskeys} passkeys. Remove one first.`);
    const options = await (await webauthn()).generateRegistrationOptions({
      rpName: 'Stroma',
      rpID: domainOf(client),
      userName: user.email,
      userDisplayName: user.name,
      userID: Buffer.from(user.id),
      attestationType: 'none',
      excludeCredentials: present.map(({ credentialId }) => ({ id: credentialId })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
    const { token } = await insertChallenge(sql, {
      purpose: 'passkey-registration',
      tenantId: user.tenantId,
      userId: user.id,
      data: { challenge: options.challenge },
      lifeMs: ceremonyMs,
    });
    return { challenge: token, options: { ...options } };
  }

  /** Throws TOKEN_INVALID, WRONG_CREDENTIALS, CONFLICT. */
  async register(ctx: Context, given: Registration, client: Client) {
    const { platform, sessions, secondFactors } = this.#parts;
    const row = await takeChallenge(platform.db.sql, 'passkey-registration', given.challenge);
    if (row === null || row.userId !== ctx.actor.id) return fail('TOKEN_INVALID', tooLate);
    const verified = await (await webauthn())
      .verifyRegistrationResponse({
        response: given.response as unknown as RegistrationResponseJSON,
        expectedChallenge: String(row.data.challenge),
        expectedOrigin: client.origin,
        expectedRPID: domainOf(client),
        requireUserVerification: false,
      })
      .catch(() => null);
    if (!verified?.verified)
      return fail('WRONG_CREDENTIALS', 'The passkey could not be verified. Try again.');
    const { credential, credentialBackedUp } = verified.registrationInfo;
    const made = await platform.db.transaction(async (tx) => {
      const passkey = await insertPasskey(tx, {
        tenantId: ctx.actor.tenantId,
        userId: ctx.actor.id,
        name: given.name,
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: given.response.response.transports ?? [],
        backedUp: credentialBackedUp,
      });
      if (passkey === null) return fail('CONFLICT', 'This passkey is registered already.');
      const codes = await secondFactors.added(tx, ctx, { id: passkey.id, kind: 'passkey' });
      return { ...describe(passkey), recovery_codes: codes };
    });
    await sessions.markProven(ctx.actor, true);
    return made;
  }

  async rename(ctx: Context, id: string, name: string): Promise<Passkey> {
    const { platform, audit } = this.#parts;
    return platform.db.transaction(async (tx) => {
      const row = await renamePasskey(tx, ctx.actor.id, id, name);
      if (row === null) return fail('NOT_FOUND', 'There is no such passkey.');
      await audit.record(tx, ctx, {
        action: 'passkey.renamed',
        object: { kind: 'passkey', id },
        outcome: 'success',
      });
      return describe(row);
    });
  }

  async remove(ctx: Context, id: string): Promise<void> {
    await this.#parts.secondFactors.removal(ctx, { id, kind: 'passkey' }, (tx) =>
      deletePasskey(tx, ctx.actor.id, id),
    );
  }

  /** `pending` is the challenge of a sign-in by password; without it any passkey of this place may answer. */
  async signInOptions(pending: string | undefined, client: Client) {
    const { platform, secondFactors } = this.#parts;
    const { sql } = platform.db;
    const known = pending === undefined ? null : await secondFactors.pending(pending);
    const keys = known === null ? [] : await findPasskeys(sql, known.user.id);
    const options = await (await webauthn()).generateAuthenticationOptions({
      rpID: domainOf(client),
      userVerification: known === null ? 'required' : 'preferred',
      ...(known === null
        ? {}
        : {
            allowCredentials: keys.map(({ credentialId, transports }) => ({
              id: credentialId,
              transports: transports as never,
            })),
          }),
    });
    const { token } = await insertChallenge(sql, {
      purpose: 'passkey-sign-in',
      tenantId: known?.user.tenantId ?? null,
      userId: known?.user.id ?? null,
      data: { challenge: options.challenge, pending: pending ?? null },
      lifeMs: ceremonyMs,
    });
    return { challenge: token, options: { ...options } };
  }

  /** Throws TOKEN_INVALID, WRONG_CREDENTIALS. */
  async prove(challenge: string, assertion: Assertion, client: Client): Promise<ProvenPasskey> {
    const { platform, audit, secondFactors } = this.#parts;
    const { sql } = platform.db;
    const row = await takeChallenge(sql, 'passkey-sign-in', challenge);
    if (row === null) return fail('TOKEN_INVALID', tooLate);
    const { pending } = row.data as { pending: string | null };
    const known = pending === null ? null : await secondFactors.pending(pending);
    const passkey = await findPasskeyByCredential(sql, assertion.id);
    const user = passkey === null ? null : await findUser(sql, passkey.userId);
    const belongs = known === null || known.user.id === user?.id;
    const proven =
      passkey !== null &&
      user !== null &&
      user.disabledAt === null &&
      belongs &&
      (await this.#verify(row, passkey, assertion, client, known === null));
    const who = user === null ? stranger(client) : asPerson(user, null, client, platform.log);
    const object = user === null ? null : { kind: 'account', id: user.id };
    if (!proven) {
      await audit.append(who, {
        action: 'session.refused',
        object,
        outcome: 'refused',
        details: { method: 'passkey' },
      });
      return fail('WRONG_CREDENTIALS', 'This passkey does not open an account here.');
    }
    await audit.append(who, {
      action: 'second-factor.proven',
      object,
      outcome: 'success',
      details: { method: passkey.id, kind: 'passkey' },
    });
    if (pending !== null) await secondFactors.finish(pending);
    return { user, pending: known };
  }

  async #verify(
    row: ChallengeRow,
    passkey: PasskeyRow,
    assertion: Assertion,
    client: Client,
    alone: boolean,
  ): Promise<boolean> {
    const verified = await (await webauthn())
      .verifyAuthenticationResponse({
        response: assertion as unknown as AuthenticationResponseJSON,
        expectedChallenge: String(row.data.challenge),
        expectedOrigin: client.origin,
        expectedRPID: domainOf(client),
        requireUserVerification: alone,
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
        },
      })
      .catch(() => null);
    if (!verified?.verified) return false;
    const { newCounter, credentialBackedUp } = verified.authenticationInfo;
    await markPasskeyUsed(this.#parts.platform.db.sql, passkey.id, newCounter, credentialBackedUp);
    return true;
  }
}

const tooLate = 'That took too long. Start again.';

/** The relying party's id is the name of this server, without port. */
const domainOf = ({ origin }: Client): string => new URL(origin).hostname;

const describe = (row: PasskeyRow): Passkey => ({
  passkey_id: row.id,
  name: row.name,
  backed_up: row.backedUp,
  created_at: row.createdAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});
