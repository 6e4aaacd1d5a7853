import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import type { Sql } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { accounts, sessions, users, verifications } from './identity.tables.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface SignIn {
  /** A new session's token, or null when address and password do not belong together. */
  withPassword(input: {
    email: string;
    password: string;
    address: string;
    userAgent: string;
  }): Promise<string | null>;
}

/**
 * Better Auth keeps the accounts and makes the sessions; it is called directly and none of its own addresses are
 * served. Its secret signs only cookies of its own, which never leave this function, so it may change at each start.
 */
export function createSignIn(db: Sql, sessionHours: number): SignIn {
  const auth = betterAuth({
    baseURL: 'http://stroma.invalid',
    secret: randomBytes(32).toString('hex'),
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    user: {
      additionalFields: {
        tenantId: { type: 'string', required: true, input: false },
        role: { type: 'string', required: true, input: false },
        mustChangePassword: { type: 'boolean', required: true, input: false },
      },
    },
    session: { expiresIn: Math.round(sessionHours * 3600), disableSessionRefresh: true },
    advanced: {
      ipAddress: { ipAddressHeaders: ['x-stroma-client'] },
      database: { generateId: ({ model }) => newId(model === 'session' ? 'session' : 'user') },
    },
  });
  return {
    async withPassword({ email, password, address, userAgent }) {
      try {
        const answer = await auth.api.signInEmail({
          body: { email, password },
          headers: new Headers({ 'x-stroma-client': address, 'user-agent': userAgent }),
        });
        return answer.token;
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
