import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorAnswer, identityApi, type Session } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp, type Started } from '../../app.ts';
import { readConfig } from '../../platform/config/read-config.ts';
import { findFirstTenant, insertUser } from './identity.store.ts';
import { hashPassword } from './passwords.ts';
import { hashToken } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-access-'));
const attempts = 5;
let app: App;
let started: Started;
beforeAll(async () => {
  const { config } = readConfig({
    PORT: '0',
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_LOG_LEVEL: 'error',
    STROMA_ADMIN_EMAIL: 'First@Example.org',
    STROMA_LOGIN_LIMIT_PER_MINUTE: String(attempts),
  });
  app = await createApp({ ...config, STROMA_TRUST_PROXY: true }, { checkAnswers: true });
  started = await app.start();
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Reply<T> {
  status: number;
  body: T;
  cookie: string | null;
}

let clients = 0;
/** Each client has an address of its own, so that one test's attempts do not count for another's. */
async function call<T = ErrorAnswer>(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; address?: string } = {},
): Promise<Reply<T>> {
  const { body, headers = {}, address = `10.0.0.${++clients}` } = options;
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

type Login = Session & { token: string; token_expires_at: string; refresh_token: string };
const login = (email: string, password: string, address?: string) =>
  call<Login>('POST', '/auth/login', { body: { email, password }, ...(address ? { address } : {}) });
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const session = (token: string) => call<Session>('GET', '/auth/session', as(token));

let people = 0;
async function person(role: 'analyst' | 'viewer' = 'analyst') {
  const email = `person${++people}@example.org`;
  const password = `a long password ${people}`;
  const tenantId = (await findFirstTenant(app.platform.db.sql)) ?? '';
  const hash = await hashPassword(password);
  await app.platform.db.transaction(async (tx) => {
    await insertUser(tx, { tenantId, email, name: email, role, mustChangePassword: false }, hash);
  });
  return { email, password };
}

describe('the first start', () => {
  it('makes an administrator with a one-time password that must be replaced before anything else', async () => {
    expect(started.administrator?.email).toBe('first@example.org');
    const oneTime = started.administrator?.oneTimePassword ?? '';
    const first = await login('FIRST@example.org', oneTime);
    expect(first.body.user).toMatchObject({ role: 'super_admin', must_change_password: true });
    const { token } = first.body;
    expect((await call('GET', '/data/datasets', as(token))).body.error.code).toBe('PASSWORD_CHANGE_REQUIRED');
    expect((await session(token)).status).toBe(200);
    const change = (new_password: string) =>
      call('POST', '/auth/change-password', {
        ...as(token),
        body: { current_password: oneTime, new_password },
      });
    expect((await change('short')).body.error.code).toBe('INVALID_INPUT');
    expect((await change(oneTime)).body.error.code).toBe('INVALID_INPUT');
    expect((await change('a much better password')).status).toBe(204);
    expect((await session(token)).body.user.must_change_password).toBe(false);
    expect((await call('GET', '/data/datasets', as(token))).status).toBe(200);
    expect((await login('first@example.org', oneTime)).status).toBe(401);
  });

  it('keeps no password in clear', async () => {
    const { rows } = await app.platform.db.execute('select password from accounts');
    for (const { password } of rows) expect(password).toMatch(/^\$argon2id\$/);
  });
});

describe('signing in', () => {
  it('answers a token for programs and a cookie scripts cannot read for the browser', async () => {
    const { email, password } = await person();
    const { status, body, cookie } = await login(email, password);
    expect(status).toBe(200);
    identityApi.login.response.parse(body);
    expect(cookie).toMatch(/^stroma_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/);
    const value = cookie?.split(';')[0] ?? '';
    const byCookie = await call<Session>('GET', '/auth/session', {
      headers: { cookie: `other=1; ${value}` },
    });
    expect(byCookie.body.user.email).toBe(email);
    const { expires_at } = byCookie.body;
    expect((await session(body.token)).body).toEqual({ ...byCookie.body, expires_at: expect.any(String) });
    expect(Math.abs(Date.parse(expires_at) - Date.parse(body.token_expires_at))).toBeLessThan(5_000);
  });

  it('sets the cookie for https alone where https is spoken', async () => {
    const { email, password } = await person();
    const { cookie } = await call('POST', '/auth/login', {
      body: { email, password },
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(cookie).toMatch(/; Secure$/);
  });

  it('refuses a wrong password and an unknown account in the same words', async () => {
    const { email } = await person();
    const wrong = await login(email, 'not this one at all');
    const unknown = await login('nobody@example.org', 'not this one at all');
    const malformed = await login('no address', 'not this one at all');
    const told = ({ body }: Reply<unknown>) => {
      const { code, message, details } = (body as ErrorAnswer).error;
      return { code, message, details };
    };
    expect(told(wrong)).toMatchObject({ code: 'WRONG_CREDENTIALS' });
    expect(told(unknown)).toEqual(told(wrong));
    expect(told(malformed)).toEqual(told(wrong));
    expect([wrong.status, unknown.status, malformed.status]).toEqual([401, 401, 401]);
  });

  it('limits the attempts of one address', async () => {
    const address = '10.9.9.9';
    for (let attempt = 0; attempt < attempts; attempt++)
      expect((await login(`a${attempt}@example.org`, 'wrong', address)).status).toBe(401);
    const limited = await login('another@example.org', 'wrong', address);
    expect(limited.status).toBe(429);
    expect(limited.body).toMatchObject({
      error: { code: 'RATE_LIMITED', details: { retry_after_seconds: expect.any(Number) } },
    });
  });

  it('does not count against those who prove who they are', async () => {
    const { email, password } = await person();
    for (let attempt = 0; attempt < attempts * 2; attempt++)
      expect((await login(email, password, '10.8.8.8')).status).toBe(200);
  });

  it('limits the attempts on one account, whatever their address and whether it exists', async () => {
    const { email } = await person();
    for (const account of [email, 'nobody-at-all@example.org']) {
      for (let attempt = 0; attempt < attempts; attempt++)
        expect((await login(account, 'wrong')).status).toBe(401);
      expect((await login(account, 'wrong')).status).toBe(429);
    }
  });
});

describe('a session', () => {
  it('ends at once everywhere when its person signs out', async () => {
    const { email, password } = await person();
    const { body } = await login(email, password);
    expect((await session(body.token)).status).toBe(200);
    const out = await call('POST', '/auth/logout', as(body.token));
    expect(out.status).toBe(204);
    expect(out.cookie).toMatch(/^stroma_session=;.*Max-Age=0/);
    expect((await session(body.token)).status).toBe(401);
  });

  it('of the same person elsewhere ends when the password is changed; this one stays', async () => {
    const { email, password } = await person();
    const [here, there] = [(await login(email, password)).body, (await login(email, password)).body];
    const body = { current_password: password, new_password: 'another long password' };
    expect((await call('POST', '/auth/change-password', { ...as(here.token), body })).status).toBe(204);
    expect((await session(here.token)).status).toBe(200);
    expect((await session(there.token)).status).toBe(401);
    const wrong = await call('POST', '/auth/change-password', { ...as(here.token), body });
    expect(wrong.body.error.code).toBe('WRONG_CREDENTIALS');
  });

  it('does what its role may do and nothing else', async () => {
    const { email, password } = await person('viewer');
    const { body } = await login(email, password);
    expect((await call('GET', '/data/datasets', as(body.token))).status).toBe(200);
    const refused = await call('POST', '/data/samples', as(body.token));
    expect(refused.body.error).toMatchObject({
      code: 'FORBIDDEN',
      details: { permission: 'datasets:write' },
    });
  });

  it.each([
    ['no token', {}],
    ['a token nobody gave out', { authorization: 'Bearer abcdefghijklmnop' }],
    ['a scheme nobody knows', { authorization: 'Basic YTpi' }],
    ['an endless token', { authorization: `Bearer ${'a'.repeat(5000)}` }],
    ['an empty cookie', { cookie: 'stroma_session=' }],
  ])('is not there with %s', async (_what, headers) => {
    const reply = await call('GET', '/auth/session', { headers });
    expect([reply.status, reply.body.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is over when its time is', async () => {
    const { email, password } = await person();
    const { body } = await login(email, password);
    const token = 'a-token-that-was-given-out-yesterday';
    await app.platform.db.execute(
      `insert into sessions (id, tenant_id, user_id, kind, method, second_factor, token_hash, created_at, proven_at, last_seen_at, expires_at)
       values ('ses_old', $3, $1, 'browser', 'password', false, $2, now(), now(), now(), now() - interval '1 second')`,
      [body.user.user_id, hashToken(token), body.user.tenant_id],
    );
    expect((await session(token)).status).toBe(401);
  });
});
