import { createHash, randomBytes } from 'node:crypto';
import type { Cache } from '../../platform/cache/cache.ts';
import type { OidcChecks } from './oidc-peer.ts';
import type { ProvenIdentity } from './proven-identity.ts';

const lifeMs = 10 * 60_000;
const finishLifeMs = 2 * 60_000;

/** What was begun and must come back as it was. */
export interface SignOnAttempt {
  connectionId: string;
  /** Hash of what the browser that began holds. */
  browser: string;
  /** Where to go in Stroma afterwards. */
  to: string;
  oidc: OidcChecks | null;
  samlRequestId: string | null;
}

/** A person whose assertion was taken, until the browser that began comes for the session. */
export interface ProvenAttempt extends Pick<SignOnAttempt, 'connectionId' | 'browser' | 'to'> {
  identity: ProvenIdentity;
}

export const makeNonce = (): string => randomBytes(32).toString('base64url');

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Sign-ins under way, in the cache: each can be taken up once, and none after ten minutes. */
export class SignOnAttempts {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  async begin(state: string, attempt: SignOnAttempt): Promise<void> {
    await this.#cache.set(`sign-on:state:${hashOf(state)}`, attempt, lifeMs);
  }

  async take(state: string): Promise<SignOnAttempt | null> {
    return this.#takeOnce<SignOnAttempt>(`sign-on:state:${hashOf(state)}`, lifeMs);
  }

  async keepProven(code: string, proven: ProvenAttempt): Promise<void> {
    await this.#cache.set(`sign-on:proven:${hashOf(code)}`, proven, finishLifeMs);
  }

  async takeProven(code: string): Promise<ProvenAttempt | null> {
    return this.#takeOnce<ProvenAttempt>(`sign-on:proven:${hashOf(code)}`, finishLifeMs);
  }

  /** False for an assertion that was shown before. */
  async isFirstShowing(connectionId: string, assertionId: string, expiresMs: number): Promise<boolean> {
    const life = Math.max(60_000, expiresMs - Date.now() + 60_000);
    const { count } = await this.#cache.increment(
      `sign-on:assertion:${connectionId}:${hashOf(assertionId)}`,
      life,
    );
    return count === 1;
  }

  /** The counter decides between two that come at once. */
  async #takeOnce<T>(place: string, life: number): Promise<T | null> {
    const value = await this.#cache.get<T>(place);
    if (value === null) return null;
    const { count } = await this.#cache.increment(`${place}:taken`, life);
    await this.#cache.set(place, null, 0);
    return count === 1 ? value : null;
  }
}
