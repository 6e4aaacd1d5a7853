import { endpoint } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Actor } from '../context.ts';
import { fail } from '../failure.ts';
import { route } from '../http/register-route.ts';
import { openTestHttp, person } from '../http/test-http.suite.ts';
import { networkOf } from './request-limits.ts';

let app: FastifyInstance;
afterEach(() => app.close());

const open = endpoint({
  id: 'open',
  method: 'GET',
  path: '/open',
  tag: 'Test',
  summary: 'Open',
  permission: 'public',
  status: 204,
});
const ask = endpoint({
  id: 'ask',
  method: 'POST',
  path: '/ask',
  tag: 'Test',
  summary: 'Ask',
  permission: 'queries:run',
  rate: 'query',
  status: 204,
});
const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/auth/sign-in-here',
  tag: 'Test',
  summary: 'Sign in',
  permission: 'public',
  body: z.object({ right: z.boolean() }),
  status: 200,
  response: z.object({ token: z.string() }),
});
const accept = endpoint({
  id: 'accept',
  method: 'POST',
  path: '/auth/accept-here',
  tag: 'Test',
  summary: 'Use up a token',
  permission: 'public',
  spendsToken: true,
  status: 204,
});
const forgot = endpoint({
  id: 'forgot',
  method: 'POST',
  path: '/auth/forgot-here',
  tag: 'Test',
  summary: 'Forgot',
  permission: 'public',
  status: 204,
});

async function start(people: Record<string, Actor>, settings: Partial<Config>) {
  app = await openTestHttp(people, settings);
  route(app, open, async () => {});
  route(app, ask, async () => {});
  route(app, signIn, async ({ body }) =>
    body.right ? { token: 'it is you' } : fail('WRONG_CREDENTIALS', 'They do not belong together.'),
  );
  route(app, forgot, async () => {});
  route(app, accept, async () => {});
}

interface From {
  as?: string;
  address?: string;
  forwarded?: string;
}
const send = (
  method: 'GET' | 'POST',
  path: string,
  { as, address, forwarded }: From = {},
  payload?: object,
) =>
  app.inject({
    method,
    url: `/api/v1${path}`,
    remoteAddress: address ?? '198.51.100.1',
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
  const answers: T[] = [];
  for (let at = 0; at < count; at += 1) answers.push(await work());
  return answers;
};
const statuses = async (count: number, work: () => Promise<{ statusCode: number }>) =>
  (await times(count, work)).map(({ statusCode }) => statusCode);

describe('requests', () => {
  it('are counted by address for strangers, and by person for who has signed in', async () => {
    await start(
      { ada: person({ role: 'viewer' }), bob: person({ id: 'usr_bob', role: 'viewer' }) },
      {
        STROMA_RATE_PUBLIC_PER_MINUTE: 2,
        STROMA_RATE_SIGNED_IN_PER_MINUTE: 3,
        STROMA_RATE_ADMIN_PER_MINUTE: 4,
      },
    );
    expect(await statuses(3, () => send('GET', '/open'))).toEqual([204, 204, 429]);
    expect(await statuses(1, () => send('GET', '/open', { address: '198.51.100.2' }))).toEqual([204]);
    expect(await statuses(4, () => send('GET', '/open', { as: 'ada' }))).toEqual([204, 204, 204, 429]);
    expect(await statuses(1, () => send('GET', '/open', { as: 'bob' }))).toEqual([204]);
  });

  it('may be more for an administrator', async () => {
    await start(
      { root: person({ role: 'admin' }) },
      { STROMA_RATE_SIGNED_IN_PER_MINUTE: 1, STROMA_RATE_ADMIN_PER_MINUTE: 3 },
    );
    expect(await statuses(4, () => send('GET', '/open', { as: 'root' }))).toEqual([204, 204, 204, 429]);
  });

  it('of an API key have a limit of their own, and count for its maker as well', async () => {
    const maker = person({ role: 'viewer' });
    const key = { ...maker, kind: 'key' as const, keyId: 'key_1', requestsPerMinute: 2 };
    await start({ maker, key }, { STROMA_RATE_SIGNED_IN_PER_MINUTE: 4 });
    expect(await statuses(3, () => send('GET', '/open', { as: 'key' }))).toEqual([204, 204, 429]);
    expect(await statuses(2, () => send('GET', '/open', { as: 'maker' }))).toEqual([204, 429]);
  });

  it('tell where one stands, and when to come again', async () => {
    await start({}, { STROMA_RATE_PUBLIC_PER_MINUTE: 2 });
    const [first, second, third] = await times(3, () => send('GET', '/open'));
    expect(first?.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-policy': '"public";q=2;w=60',
    });
    expect(second?.headers['ratelimit-remaining']).toBe('0');
    const seconds = Number(third?.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(third?.json().error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'public' } });
  });

  it('have the limits of the issue unless told otherwise, and one for all where one is told', () => {
    const limits = Object.entries(readConfig({}, '').config).filter(([key]) =>
      /^STROMA_(RATE|LOGIN)_/.test(key),
    );
    expect(Object.fromEntries(limits)).toEqual({
      STROMA_RATE_PUBLIC_PER_MINUTE: 100,
      STROMA_RATE_SIGNED_IN_PER_MINUTE: 1000,
      STROMA_RATE_ADMIN_PER_MINUTE: 2000,
      STROMA_RATE_FREE_QUERIES_PER_HOUR: 100,
      STROMA_RATE_PREMIUM_QUERIES_PER_HOUR: 1000,
      STROMA_LOGIN_LIMIT_PER_MINUTE: 5,
      STROMA_LOGIN_BLOCK_MINUTES: 15,
    });
  });
});

describe('queries', () => {
  it('of an hour depend on the tier, and a key of a person uses up the same hour', async () => {
    const ada = person({ role: 'viewer' });
    const key = { ...ada, kind: 'key' as const, keyId: 'key_1', requestsPerMinute: null };
    await start(
      {
        ada,
        key,
        rich: person({ id: 'usr_rich', tier: 'premium', role: 'viewer' }),
        head: person({ id: 'usr_head', role: 'lab_manager' }),
      },
      {
        STROMA_RATE_FREE_QUERIES_PER_HOUR: 2,
        STROMA_RATE_PREMIUM_QUERIES_PER_HOUR: 3,
        STROMA_PREMIUM_ROLES: 'lab_director, lab_manager',
      },
    );
    expect(await statuses(1, () => send('POST', '/ask', { as: 'ada' }))).toEqual([204]);
    expect(await statuses(2, () => send('POST', '/ask', { as: 'key' }))).toEqual([204, 429]);
    expect(await statuses(4, () => send('POST', '/ask', { as: 'rich' }))).toEqual([204, 204, 204, 429]);
    expect(await statuses(4, () => send('POST', '/ask', { as: 'head' }))).toEqual([204, 204, 204, 429]);
    expect(await statuses(1, () => send('GET', '/open', { as: 'ada' }))).toEqual([204]);
  });
});

describe('proving who one is', () => {
  it('is blocked after too many failures, for longer than the minute, also with the right password', async () => {
    await start({}, { STROMA_LOGIN_LIMIT_PER_MINUTE: 2, STROMA_LOGIN_BLOCK_MINUTES: 15 });
    const wrong = () => send('POST', '/auth/sign-in-here', {}, { right: false });
    expect(await statuses(3, wrong)).toEqual([401, 401, 429]);
    const blocked = await send('POST', '/auth/sign-in-here', {}, { right: true });
    expect(blocked.statusCode).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(60);
    const elsewhere = { address: '198.51.100.9' };
    expect((await send('POST', '/auth/sign-in-here', elsewhere, { right: true })).statusCode).toBe(200);
  });

  it('costs nothing when it succeeds, so that an office behind one address can sign in', async () => {
    await start({}, { STROMA_LOGIN_LIMIT_PER_MINUTE: 2 });
    const right = () => send('POST', '/auth/sign-in-here', {}, { right: true });
    expect(new Set(await statuses(20, right))).toEqual(new Set([200]));
  });

  it('does not let somebody with one account guess at others between two successes', async () => {
    await start({}, { STROMA_LOGIN_LIMIT_PER_MINUTE: 2 });
    const tries = [false, true, false, true, false, true].map((right) => ({ right }));
    const answers: number[] = [];
    for (const body of tries) answers.push((await send('POST', '/auth/sign-in-here', {}, body)).statusCode);
    expect(answers).toEqual([401, 200, 401, 429, 429, 429]);
  });

  it('counts what is answered to anybody', async () => {
    await start({}, { STROMA_LOGIN_LIMIT_PER_MINUTE: 2 });
    expect(await statuses(3, () => send('POST', '/auth/forgot-here'))).toEqual([204, 204, 429]);
  });

  it('does not count who proved by a token that they were meant: many accept invitations at one address', async () => {
    await start({}, { STROMA_LOGIN_LIMIT_PER_MINUTE: 2 });
    expect(await statuses(6, () => send('POST', '/auth/accept-here'))).toEqual(Array(6).fill(204));
  });
});

describe('behind a proxy', () => {
  const proxy = '10.0.0.2';
  const settings = (trust: string): Partial<Config> => ({
    STROMA_RATE_PUBLIC_PER_MINUTE: 1,
    STROMA_TRUST_PROXY: readConfig({ STROMA_TRUST_PROXY: trust }, '').config.STROMA_TRUST_PROXY,
  });
  const from = (address: string, forwarded: string) => send('GET', '/open', { address, forwarded });

  it('counts clients apart', async () => {
    await start({}, settings('1'));
    expect((await from(proxy, '203.0.113.1')).statusCode).toBe(204);
    expect((await from(proxy, '203.0.113.2')).statusCode).toBe(204);
    expect((await from(proxy, '203.0.113.1')).statusCode).toBe(429);
  });

  it('believes only what the proxy added, not what the client put before it', async () => {
    await start({}, settings('1'));
    expect((await from(proxy, '192.0.2.1, 203.0.113.1')).statusCode).toBe(204);
    expect((await from(proxy, '192.0.2.2, 203.0.113.1')).statusCode).toBe(429);
    expect((await from(proxy, '192.0.2.3, 10.0.0.9, 203.0.113.1')).statusCode).toBe(429);
  });

  it('believes nobody who reaches the port from outside', async () => {
    await start({}, settings('1'));
    expect((await from('8.8.8.8', '192.0.2.1')).statusCode).toBe(204);
    expect((await from('8.8.8.8', '192.0.2.2')).statusCode).toBe(429);
  });

  it('believes nobody unless told', async () => {
    await start({}, settings('0'));
    expect((await from(proxy, '192.0.2.1')).statusCode).toBe(204);
    expect((await from(proxy, '192.0.2.2')).statusCode).toBe(429);
  });

  it('takes the addresses of proxies, public ones too', async () => {
    await start({}, settings('8.8.8.0/24, 10.0.0.2'));
    expect((await from('8.8.8.8', '203.0.113.1, 10.0.0.2')).statusCode).toBe(204);
    expect((await from('8.8.8.9', '203.0.113.1')).statusCode).toBe(429);
    expect((await from('8.8.4.4', '203.0.113.7')).statusCode).toBe(204);
    expect((await from('8.8.4.4', '203.0.113.8')).statusCode).toBe(429);
  });

  it('refuses a setting that is none', () => {
    app = { close: async () => {} } as never;
    expect(() => readConfig({ STROMA_TRUST_PROXY: 'everybody' }, '')).toThrow(/addresses/);
  });
});

describe('one caller', () => {
  it('is an IPv4 address, however it is written, or an IPv6 network of 64 bits', () => {
    app = { close: async () => {} } as never;
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
    expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:DB8:0001:0002:ffff::')).toBe('2001:db8:1:2::/64');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf(undefined)).toBe('');
  });
});
