import { api, type Endpoint, type ErrorCode, endpoint, errorCatalogue } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { registerHealth } from './health.ts';
import { route } from './register-route.ts';
import { openTestHttp, person } from './test-http.suite.ts';

const base = { tag: 'Test', summary: 'A test', status: 200 } as const;
const bearer = (name = 'ada') => ({ authorization: `Bearer ${name}` });
const throwing = endpoint({
  ...base,
  id: 'throw',
  method: 'GET',
  path: '/test/throw/:code',
  permission: 'public',
  params: z.object({ code: z.string() }),
});
const notes = endpoint({
  ...base,
  id: 'makeNote',
  method: 'POST',
  path: '/test/notes',
  permission: 'datasets:write',
  body: z.strictObject({ title: z.string().min(2), pages: z.int().max(9).optional() }),
  status: 201,
  response: z.object({ n: z.int(), title: z.string() }),
});
const open = endpoint({ ...base, id: 'open', method: 'GET', path: '/test/open', permission: 'public' });
const own = endpoint({ ...base, id: 'own', method: 'GET', path: '/test/own', permission: 'signed-in' });
const gone = endpoint({
  ...base,
  id: 'drop',
  method: 'DELETE',
  path: '/test/notes/:id',
  permission: 'datasets:delete',
  params: z.object({ id: z.string() }),
  status: 204,
});

const people = {
  ada: person(),
  vic: person({ id: 'usr_vic', role: 'viewer', permissions: new Set(['datasets:read']) }),
  new: person({ id: 'usr_new', mustChangePassword: true }),
};

let app: FastifyInstance;
let made = 0;
const logged: string[] = [];
const call = (options: InjectOptions) => app.inject(options);
const note = (options: InjectOptions = {}) =>
  call({
    method: 'POST',
    url: '/api/v1/test/notes',
    payload: { title: 'On growth' },
    ...options,
    headers: { ...bearer(), ...options.headers },
  });

beforeAll(async () => {
  app = await openTestHttp(people, {}, logged);
  route(app, throwing, async ({ params }) => {
    if (params.code === 'native') throw new TypeError('secret at /home/x: select * from users');
    throw new StromaError(params.code, 'In words.', { a: 1 });
  });
  route(app, notes, async ({ body }) => {
    made += 1;
    return { n: made, title: body.title };
  });
  route(app, open, async ({ ctx }) => ({ actor: ctx.actor.id }));
  route(app, own, async ({ ctx }) => ({ actor: ctx.actor.id }));
  route(app, gone, async () => undefined);
  registerHealth(app);
  await app.ready();
});
afterAll(() => app.close());

describe('who may pass', () => {
  it.each([
    ['/api/v1/test/open', {}, 200],
    ['/api/v1/test/own', {}, 401],
    ['/api/v1/test/own', bearer('nobody'), 401],
    ['/api/v1/test/own', bearer('vic'), 200],
    ['/api/v1/test/own', bearer('new'), 403],
  ])('%s with %o answers %i', async (url, headers, status) => {
    expect((await call({ url, headers })).statusCode).toBe(status);
  });

  it('denies what the role was not granted, and says which permission is missing', async () => {
    const answer = await note({ headers: bearer('vic') });
    expect(answer.statusCode).toBe(403);
    expect(answer.json().error).toMatchObject({
      code: 'FORBIDDEN',
      details: { permission: 'datasets:write' },
    });
  });

  it('refuses before it reads the body', async () => {
    const answer = await note({ headers: bearer('vic'), payload: '{"title": ' });
    expect(answer.statusCode).toBe(403);
  });

  it('asks for the new password first', async () => {
    const answer = await note({ headers: bearer('new') });
    expect(answer.json().error.code).toBe('PASSWORD_CHANGE_REQUIRED');
  });

  it('does not start with an address that declares nothing', async () => {
    const other = await openTestHttp();
    expect(() => other.get('/api/v1/hole', async () => 'in')).toThrow(/declares no permission/);
    await other.close();
  });
});

describe('a change by cookie', () => {
  const cookie = { cookie: 'stroma_session=ada', authorization: undefined as unknown as string };
  const change = async (headers: Record<string, string>) => {
    const { authorization: _, ...rest } = { ...cookie, ...headers };
    return (
      await call({
        method: 'POST',
        url: '/api/v1/test/notes',
        payload: { title: 'ok' },
        headers: { host: 'stroma.test', ...rest },
      })
    ).statusCode;
  };

  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, 201],
    [{ origin: 'http://stroma.test' }, 201],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://stroma.test' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ origin: 'http://stroma.test.evil.example' }, 403],
    [{ origin: 'http://stroma.test:81' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
  ])('with %o answers %i', async (headers, status) => {
    expect(await change(headers as Record<string, string>)).toBe(status);
  });

  it('needs no such proof with a bearer token, nor for reading', async () => {
    expect((await note({ headers: { 'sec-fetch-site': 'cross-site' } })).statusCode).toBe(201);
    const read = await call({ url: '/api/v1/test/own', headers: { cookie: 'stroma_session=ada' } });
    expect(read.statusCode).toBe(200);
  });
});

describe('errors', () => {
  it.each(Object.keys(errorCatalogue))('%s has its status, in the one format', async (code) => {
    const answer = await call({ url: `/api/v1/test/throw/${code}` });
    expect(answer.statusCode).toBe(errorCatalogue[code as ErrorCode].status);
    expect(answer.json()).toEqual({
      error: {
        code,
        message: 'In words.',
        details: { a: 1 },
        request_id: answer.headers['x-request-id'],
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
  });

  it('tells nothing of a fault but where to look, and logs it with its cause', async () => {
    const answer = await call({ url: '/api/v1/test/throw/native' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/secret|home|select|TypeError|at /);
    const line = logged.find(
      (each) => each.includes(answer.json().error.request_id) && each.includes('secret'),
    );
    expect(line).toContain('TypeError');
  });

  it('names the field that is wrong, and why', async () => {
    const answer = await note({ payload: { title: 'x', pages: 12 } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'INVALID_INPUT',
      details: {
        field: 'title',
        reason: expect.any(String),
        issues: [{ field: 'title' }, { field: 'pages' }],
      },
    });
    expect((await note({ payload: { title: 'xx', sneaky: 1 } })).json().error.details.field).toBe('sneaky');
  });

  it.each([
    ['{"title": ', 'application/json', 400, 'INVALID_INPUT'],
    ['', 'application/json', 400, 'INVALID_INPUT'],
    ['{"__proto__": {"x": 1}, "title": "xx"}', 'application/json', 400, 'INVALID_INPUT'],
    ['title=x', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['bytes', 'application/octet-stream', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [JSON.stringify({ title: 'x'.repeat(1_100_000) }), 'application/json', 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses the body %.20s of type %s with %i', async (payload, type, status, code) => {
    const answer = await note({ payload, headers: { 'content-type': type } });
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
  });

  it('knows an unknown address from a wrong method', async () => {
    expect((await call({ url: '/api/v1/nothing' })).json().error.code).toBe('NOT_FOUND');
    const wrong = await call({ method: 'PUT', url: '/api/v1/test/notes' });
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'POST']);
  });

  it('never fails with a fault, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string(), async (payload, key) => {
        const answer = await note({
          payload: JSON.stringify(payload),
          headers: {
            'content-type': 'application/json',
            'idempotency-key': key.replace(/[^\x20-\x7e]/g, ''),
          },
        });
        expect(answer.statusCode).toBeLessThan(500);
      }),
      { numRuns: 60 },
    );
  });
});

describe('every answer', () => {
  it('carries a request id: the given one where it is well formed', async () => {
    const given = await call({ url: '/api/v1/test/open', headers: { 'x-request-id': 'trace-12345678' } });
    expect(given.headers['x-request-id']).toBe('trace-12345678');
    for (const bad of ['short', 'a b c d e f g h', 'x'.repeat(65), 'a\tb;drop-table']) {
      const answer = await call({ url: '/api/v1/test/open', headers: { 'x-request-id': bad } });
      expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f-]{36}$/);
    }
  });

  it('is barred from being a page, from being framed, sniffed and kept', async () => {
    const { headers } = await call({ url: '/api/v1/test/open' });
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    const page = await call({ url: '/healthz' });
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    expect(page.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
    expect(page.headers['strict-transport-security']).toBeUndefined();
  });

  it('without content has none', async () => {
    const answer = await call({ method: 'DELETE', url: '/api/v1/test/notes/1', headers: bearer() });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
  });
});

describe('the rate limit', () => {
  it('counts down, refuses, says when to come back, and is of one identity', async () => {
    const small = await openTestHttp(people, { STROMA_RATE_LIMIT_PER_MINUTE: 3 });
    route(small, own, async () => ({}));
    const ask = (name: string) => small.inject({ url: '/api/v1/test/own', headers: bearer(name) });
    const answers = [await ask('ada'), await ask('ada'), await ask('ada'), await ask('ada')];
    expect(answers.map((each) => each.statusCode)).toEqual([200, 200, 200, 429]);
    expect(answers.map((each) => each.headers['ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(answers[3]?.json().error.code).toBe('RATE_LIMITED');
    expect((await ask('vic')).statusCode).toBe(200);
    await small.close();
  });
});

describe('an Idempotency-Key', () => {
  it('does the work once and answers alike', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await note({ headers });
    const second = await note({ headers });
    expect(second.json()).toEqual(first.json());
    expect(second.statusCode).toBe(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('is refused for another call, and belongs to one person', async () => {
    const headers = { 'idempotency-key': 'k-2' };
    await note({ headers });
    const other = await note({ headers, payload: { title: 'Another' } });
    expect([other.statusCode, other.json().error.code]).toEqual([409, 'CONFLICT']);
    expect((await note({ headers: { ...headers, ...bearer('vic') } })).statusCode).toBe(403);
  });

  it('lets a call that failed be made again', async () => {
    const headers = { 'idempotency-key': 'k-3' };
    expect((await note({ headers, payload: { title: 'x' } })).statusCode).toBe(400);
    expect((await note({ headers })).statusCode).toBe(201);
  });
});

describe('the OpenAPI document', () => {
  it('is 3.1 and holds every address of the contract, with its operation and its answer', async () => {
    const whole = await openTestHttp();
    const endpoints = Object.values(api).flatMap((group) => Object.values(group) as Endpoint[]);
    for (const each of endpoints) route(whole, each, async () => ({}) as never);
    const document = (await whole.inject({ url: '/api/v1/openapi.json' })).json();
    expect(document.openapi).toBe('3.1.0');
    type Operation = { operationId: string; responses: Record<string, unknown> };
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.values(path as Record<string, Operation>),
    );
    const named = operations.filter(({ operationId }) => operationId !== undefined);
    expect(new Set(named.map(({ operationId }) => operationId))).toEqual(
      new Set(endpoints.map(({ id }) => id)),
    );
    for (const { id, status } of endpoints)
      expect(named.find(({ operationId }) => operationId === id)?.responses[status]).toBeDefined();
    await whole.close();
  });

  it('is played with on a page that loads nothing from elsewhere and runs no inline script', async () => {
    const page = await call({ url: '/api/v1/docs/' });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(page.body).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
  });
});

describe('health', () => {
  it('is alive, and ready only when every part answers', async () => {
    const other = await openTestHttp();
    const health = registerHealth(other);
    health.add('store', async () => undefined);
    expect((await other.inject({ url: '/healthz' })).json()).toEqual({ status: 'alive' });
    expect((await other.inject({ url: '/readyz' })).json()).toEqual({
      status: 'ready',
      parts: { store: 'ready' },
    });
    health.add('objects', async () => {
      throw new Error('disk at /secret');
    });
    const answer = await other.inject({ url: '/readyz' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', parts: { store: 'ready', objects: 'not ready' } });
    await other.close();
  });
});
