import { once } from 'node:events';
import { type ClientRequest, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpoint } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { route } from './register-route.ts';
import { openTestHttp } from './test-http.suite.ts';

const base = { tag: 'Test', summary: 'A test', status: 200, permission: 'public' } as const;
const waiting = endpoint({
  ...base,
  id: 'wait',
  method: 'GET',
  path: '/test/wait/:end',
  params: z.object({ end: z.enum(['stop', 'fail']) }),
});
const sending = endpoint({
  ...base,
  id: 'send',
  method: 'POST',
  path: '/test/send',
  consumes: ['application/octet-stream'],
});

interface Line {
  level: number;
  msg: string;
  status?: number;
  code?: string;
  route?: string;
}

let app: FastifyInstance;
let port: number;
let begun: () => void;
const logged: string[] = [];
const lines = (): Line[] => logged.map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  app = await openTestHttp({}, {}, logged);
  route(app, waiting, async ({ ctx, params }) => {
    const left = once(ctx.signal, 'abort');
    begun();
    await left;
    throw params.end === 'stop'
      ? new Error('stopped', { cause: ctx.signal.reason })
      : new TypeError('a fault of our own');
  });
  route(app, sending, async ({ request }) => {
    for await (const _ of request.raw) begun();
    return null;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());

/** What is logged when somebody asks, and leaves once the handler has begun. */
async function leave(method: string, path: string): Promise<Line[]> {
  logged.length = 0;
  const started = new Promise<void>((done) => {
    begun = done;
  });
  const headers =
    method === 'GET' ? {} : { 'content-type': 'application/octet-stream', 'content-length': 10 };
  const asked: ClientRequest = open({ port, method, path: `/api/v1/test/${path}`, headers });
  asked.on('error', () => undefined);
  if (method === 'GET') asked.end();
  else asked.write('12345');
  await started;
  asked.destroy();
  await expect.poll(() => lines().filter(({ route }) => route !== undefined)).toHaveLength(1);
  return lines();
}

it.each([
  ['GET', 'wait/stop'],
  ['POST', 'send'],
])('%s %s whose client leaves before the answer is one quiet line', async (method, path) => {
  const told = await leave(method, path);
  expect(told.filter(({ level }) => level >= 30)).toEqual([
    expect.objectContaining({ level: 30, status: 499, msg: 'the client left before the answer' }),
  ]);
});

it('a fault of Stroma stays one, also when nobody is there to hear of it', async () => {
  const told = await leave('GET', 'wait/fail');
  expect(told).toContainEqual(expect.objectContaining({ level: 50, code: 'INTERNAL' }));
});
