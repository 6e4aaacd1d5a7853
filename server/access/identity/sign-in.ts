import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { accounts, users } from './identity.tables.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface SignIn {
  /** The id of the person, or null when address and password do not belong together. */
  withPassword(input: { email: string; password: string }): Promise<string | null>;
}

/**
 * Better Auth holds a password against an account; it is called directly and none of its own addresses are served.
 * Its sessions are let go unsaved: ours are made once every factor is proven, and are kept as hashes. Its secret
 * signs only cookies of its own, which never leave this function, so it may change at each start.
 */
export function createSignIn(db: Sql): SignIn {
  const store = drizzleAdapter(db, {
    provider: 'pg',
    schema: { user: users, account: accounts },
  });
  const withoutSessions: typeof store = (options) => {
    const adapter = store(options);
    const create: typeof adapter.create = async (given) =>
      given.model === 'session' ? (given.data as never) : adapter.create(given);
    return { ...adapter, create };
  };
  const auth = betterAuth({
    baseURL: 'http://stroma.invalid',
    secret: randomBytes(32).toString('hex'),
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: withoutSessions,
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    user: {
      additionalFields: {
        tenantId: { type: 'string', required: true, input: false },
        role: { type: 'string', required: true, input: false },
      },
    },
    account: { additionalFields: { tenantId: { type: 'string', required: true, input: false } } },
    advanced: { database: { generateId: () => newId('account') } },
  });
  return {
    async withPassword({ email, password }) {
      try {
        const answer = await auth.api.signInEmail({ body: { email, password }, headers: new Headers() });
        return answer.user.id;
      } catch (error) {
        if (!(error instanceof APIError)) throw error;
        // An address that is not one is refused before any hashing; it must take as long as every other refusal.
        if (error.status === 'BAD_REQUEST') await hashPassword(password);
        else if (error.status !== 'UNAUTHORIZED') throw error;
        return null;
      }
    },
  };
}
