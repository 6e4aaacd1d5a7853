import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorAnswer, SecondFactorNeeded, Session, SignedIn } from '@stroma/contracts';
import { Secret, TOTP } from 'otpauth';
import { type App, createApp, type Started } from '../../app.ts';
import type { Config } from '../../platform/config/config.ts';
import { readConfig } from '../../platform/config/read-config.ts';
import { findFirstTenant, insertUser } from './identity.store.ts';
import { hashPassword } from './passwords.ts';

export interface Reply<T> {
  status: number;
  body: T;
  cookie: string | null;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  address?: string;
}

export type SignedInProgram = SignedIn & { token: string; token_expires_at: string; refresh_token: string };

/** The whole server on a folder of its own, and what a client does with it. Each call comes from an address of its own. */
export async function openIdentityServer(settings: Partial<Config> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-identity-'));
  const { config } = readConfig(
    {
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_SQL_PROCESSES: '1',
      STROMA_LOG_LEVEL: 'error',
      STROMA_ADMIN_PASSWORD: 'nine lanterns over harbour',
    },
    join(folder, 'none.yaml'),
  );
  const app: App = await createApp(
    { ...config, STROMA_TRUST_PROXY: true, ...settings },
    { checkAnswers: true },
  );
  const started: Started = await app.start();
  const tenantId = (await findFirstTenant(app.platform.db.sql)) ?? '';
  let clients = 0;
  let people = 0;

  async function call<T = ErrorAnswer>(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Reply<T>> {
    clients += 1;
    const { body, headers = {}, address = `10.1.${clients >> 8}.${clients & 255}` } = options;
    const response = await fetch(`${started.url}/api/v1${path}`, {
      method,
      headers: {
        'x-forwarded-for': address,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? null : JSON.parse(text)) as T,
      cookie: response.headers.get('set-cookie'),
    };
  }

  const login = <T = SignedInProgram>(email: string, password: string, more: Record<string, unknown> = {}) =>
    call<T>('POST', '/auth/login', { body: { email, password, ...more } });
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  return {
    app,
    url: started.url as string,
    folder,
    tenantId,
    call,
    login,
    as,
    session: (token: string) => call<Session>('GET', '/auth/session', as(token)),
    post: <T = ErrorAnswer>(token: string, path: string, body?: unknown) =>
      call<T>('POST', path, { ...as(token), ...(body === undefined ? {} : { body }) }),
    async person(role = 'scientist') {
      people += 1;
      const email = `person${people}@example.org`;
      const password = `seven quiet rivers ${people}`;
      const hash = await hashPassword(password);
      const id = await app.platform.db.transaction((tx) =>
        insertUser(tx, { tenantId, email, name: `Person ${people}`, role, mustChangePassword: false }, hash),
      );
      return { id, email, password };
    },
    async stop() {
      await app.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type IdentityServer = Awaited<ReturnType<typeof openIdentityServer>>;

/** What the authenticator app of a person shows; `steps` later or earlier than now. */
export function codeOf(secret: string, steps = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30, algorithm: 'SHA1' });
  return totp.generate({ timestamp: Date.now() + steps * 30_000 });
}

/** Signs a new person in and gives them an authenticator app. */
export async function personWithApp(server: IdentityServer, role?: string) {
  const person = await server.person(role);
  const { token } = (await server.login(person.email, person.password)).body;
  const setUp = await server.post<{ method_id: string; secret: string; uri: string }>(
    token,
    '/auth/mfa/setup',
    {
      kind: 'totp',
    },
  );
  const { method_id, secret } = setUp.body;
  // The step before the present one, so that the present one is left for the sign-in of the test.
  const confirm = () =>
    server.post<{ recovery_codes: string[] }>(token, '/auth/mfa/confirm', {
      method_id,
      code: codeOf(secret, -1),
    });
  const first = await confirm();
  // Where half a minute ended on the way, the code is too old, and the next one is not.
  const confirmed = first.status === 200 ? first : await confirm();
  return {
    ...person,
    token,
    secret,
    methodId: method_id,
    uri: setUp.body.uri,
    codes: confirmed.body.recovery_codes,
  };
}

export async function challengeFor(server: IdentityServer, person: { email: string; password: string }) {
  return (await server.login<SecondFactorNeeded>(person.email, person.password)).body;
}
