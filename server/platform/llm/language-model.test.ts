import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { desc, eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { newId } from '../ids.ts';
import { actorOfRole } from '../system-actor.ts';
import { type ModelSettings, openEndpointModel } from './endpoint-model.ts';
import { llmCalls } from './llm.tables.ts';
import { breaksOff, hangs, refuses, says, sendsRubbish, startModelServer } from './model-server.suite.ts';

const schema = z.object({ sql: z.string(), confidence: z.number().min(0).max(1) });
const good = { sql: 'select 1', confidence: 0.9 };
const key = 'sk-very-secret-key';
const request = { purpose: 'question-to-sql', system: 'You write SQL.', prompt: 'How many rows?', schema };
let folder: string;
let database: Database;
let server: Awaited<ReturnType<typeof startModelServer>>;
let logged: string[];
let ctx: Context;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-llm-'));
  database = await openDatabase({ STROMA_DATA: folder, DATABASE_URL: undefined }, pino({ level: 'silent' }));
  server = await startModelServer();
});

afterAll(async () => {
  await server.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  logged = [];
  ctx = contextOf();
});

function contextOf(signal = new AbortController().signal): Context {
  const sink = new Writable({
    write(line, _, done) {
      logged.push(String(line));
      done();
    },
  });
  const actor = actorOfRole({ id: newId('user'), name: 'Ada', role: 'analyst', tenantId: newId('tenant') });
  return {
    actor,
    requestId: newId('request'),
    log: pino({ level: 'trace' }, sink),
    signal,
  };
}

const open = (over: Partial<ModelSettings> = {}) =>
  openEndpointModel(
    {
      url: server.url,
      model: 'small',
      key,
      timeoutMs: 20_000,
      dailyTokens: 1_000_000,
      backoffMs: 1,
      failuresToOpen: 100,
      ...over,
    },
    database,
  );

const rows = (tenantId = ctx.actor.tenantId) =>
  database.sql.select().from(llmCalls).where(eq(llmCalls.tenantId, tenantId)).orderBy(desc(llmCalls.id));

describe('a language model that answers', () => {
  it('gives back the validated answer and leaves an audit row without prompt and key', async () => {
    server.reactWith(says(JSON.stringify(good)));
    expect(await open().generate(ctx, request)).toEqual(good);
    const [sent] = server.requests;
    expect(sent?.headers.authorization).toBe(`Bearer ${key}`);
    expect(sent?.body).toMatchObject({
      model: 'small',
      temperature: 0,
      messages: [
        { role: 'system', content: 'You write SQL.' },
        { role: 'user', content: 'How many rows?' },
      ],
      response_format: { type: 'json_schema', json_schema: { schema: { required: ['sql', 'confidence'] } } },
    });
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      actorId: ctx.actor.id,
      requestId: ctx.requestId,
      purpose: 'question-to-sql',
      model: 'small',
      promptSha256: createHash('sha256').update('["You write SQL.","How many rows?"]').digest('hex'),
      outcome: 'succeeded',
      error: null,
      attempts: 1,
      tokensIn: 100,
      tokensOut: 20,
      tokensEstimated: false,
    });
    expect(row?.durationMs).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(row) + logged).not.toMatch(/very-secret|How many rows/);
  });

  it('sends no key where none is set', async () => {
    server.reactWith(says(JSON.stringify(good)));
    await open({ key: undefined }).generate(ctx, request);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['a code fence', `Here it is:\n\`\`\`json\n${JSON.stringify(good)}\n\`\`\`\nAnything else?`],
    ['prose around it', `Sure! ${JSON.stringify(good)} Good luck {with} it.`],
  ])('reads an answer with %s', async (_, content) => {
    server.reactWith(says(content));
    expect(await open().generate(ctx, request)).toEqual(good);
    expect(server.requests).toHaveLength(1);
  });

  it('writes the schema into the text for an endpoint that takes none, and remembers', async () => {
    const picky: Parameters<typeof server.reactWith>[0] = (incoming, response) =>
      (incoming.body.response_format === undefined
        ? says(JSON.stringify(good))
        : refuses(400, {}, 'response_format is not supported'))(incoming, response);
    server.reactWith(picky);
    const model = open();
    expect(await model.generate(ctx, request)).toEqual(good);
    expect(server.requests[1]?.body.messages[0]?.content).toContain('"confidence"');
    expect(await model.generate(ctx, request)).toEqual(good);
    expect(server.requests).toHaveLength(3);
  });

  it('leaves out the temperature for a model that takes none', async () => {
    server.reactWith((incoming, response) =>
      (incoming.body.temperature === undefined ? says(JSON.stringify(good)) : refuses(400))(
        incoming,
        response,
      ),
    );
    expect(await open().generate(ctx, request)).toEqual(good);
  });

  it('estimates the tokens an endpoint does not count', async () => {
    server.reactWith(says(JSON.stringify(good), null));
    await open().generate(ctx, request);
    const [row] = await rows();
    expect(row?.tokensEstimated).toBe(true);
    expect(row?.tokensIn).toBe(Math.ceil((request.system + request.prompt).length / 4));
    expect(row?.tokensOut).toBeGreaterThan(0);
  });
});

describe('an answer of another shape', () => {
  it.each([
    ['malformed JSON', '{"sql": "select 1", "confidence":'],
    ['a value the schema does not take', '{"sql": "select 1", "confidence": 7}'],
    ['no JSON at all', 'I cannot do that.'],
  ])('is asked for once more after %s, with what was wrong', async (_, content) => {
    server.reactWith(says(content), says(JSON.stringify(good)));
    expect(await open().generate(ctx, request)).toEqual(good);
    expect(server.requests[1]?.body.messages[1]?.content).toContain('It cannot be used');
    const [row] = await rows();
    expect(row).toMatchObject({ outcome: 'succeeded', attempts: 2, tokensIn: 200, tokensOut: 40 });
  });

  it('fails when it comes twice, and what it cost is counted', async () => {
    server.reactWith(says('no'));
    await expect(open().generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'invalid_answer' },
    });
    expect(server.requests).toHaveLength(2);
    expect((await rows())[0]).toMatchObject({ outcome: 'failed', error: 'invalid_answer', tokensIn: 200 });
  });
});

describe('an endpoint that fails', () => {
  it.each([
    ['status 500', refuses(500)],
    ['status 503', refuses(503)],
    ['status 429', refuses(429)],
    ['a connection that breaks off', breaksOff],
    ['rubbish instead of JSON', sendsRubbish],
  ])('is asked again after %s', async (_, reaction) => {
    server.reactWith(reaction, says(JSON.stringify(good)));
    expect(await open().generate(ctx, request)).toEqual(good);
    expect((await rows())[0]).toMatchObject({ outcome: 'succeeded', attempts: 2 });
  });

  it('is given the time it asks for', async () => {
    server.reactWith(refuses(429, { 'retry-after': '1' }), says(JSON.stringify(good)));
    expect(await open().generate(ctx, request)).toEqual(good);
    const [first, second] = server.requests;
    expect((second?.arrivedMs ?? 0) - (first?.arrivedMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('is not waited for longer than the caller waits', async () => {
    server.reactWith(refuses(429, { 'retry-after': '3600' }), says(JSON.stringify(good)));
    await expect(open().generate(ctx, request)).rejects.toMatchObject({ details: { reason: 'http_429' } });
    expect(server.requests).toHaveLength(1);
  });

  it('is given up after three attempts', async () => {
    server.reactWith(refuses(500));
    await expect(open().generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'http_500' },
    });
    expect(server.requests).toHaveLength(3);
    expect((await rows())[0]).toMatchObject({ outcome: 'failed', error: 'http_500', attempts: 3 });
  });

  it('is not asked again when the key is wrong, and the key is in no log and no error', async () => {
    server.reactWith(refuses(401, {}, `Incorrect API key: ${key}`));
    const failure: Error = await open()
      .generate(ctx, request)
      .then(
        () => expect.unreachable(),
        (error) => error,
      );
    expect(failure).toMatchObject({ code: 'LLM_UNAVAILABLE', details: { reason: 'http_401' } });
    expect(failure.message).toContain('STROMA_LLM_KEY');
    expect(server.requests).toHaveLength(1);
    expect(logged.join('')).toContain('Incorrect API key');
    expect(failure.message + JSON.stringify(await rows()) + logged.join('')).not.toContain(key);
  });

  it('that hangs is left at the deadline', async () => {
    server.reactWith(hangs);
    await expect(open({ timeoutMs: 300 }).generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'timeout' },
    });
    expect((await rows())[0]).toMatchObject({ outcome: 'failed', error: 'timeout' });
  });

  it('that is not there is said to be unreachable', async () => {
    const gone = await startModelServer();
    await gone.close();
    await expect(open({ url: gone.url }).generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'network' },
    });
  });

  it('may not send the prompt elsewhere', async () => {
    const elsewhere = await startModelServer();
    server.reactWith((_, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/chat/completions` });
      response.end();
    });
    await expect(open().generate(ctx, request)).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE' });
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it('may not answer without end', async () => {
    server.reactWith(says(`"${'x'.repeat(9 * 1024 * 1024)}"`));
    await expect(open({ attempts: 1 }).generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
    });
  });

  it('is left in peace after a row of failures, and tried again after a rest', async () => {
    const model = open({ attempts: 1, failuresToOpen: 3, restMs: 1500 });
    server.reactWith(refuses(500));
    for (const reason of ['http_500', 'http_500', 'http_500', 'circuit_open', 'circuit_open'])
      await expect(model.generate(ctx, request)).rejects.toMatchObject({ details: { reason } });
    expect(server.requests).toHaveLength(3);
    server.reactWith(refuses(500), says(JSON.stringify(good)));
    const settled = () => model.generate(ctx, request).catch((error) => error.details.reason);
    await expect.poll(settled, { timeout: 10_000, interval: 50 }).toBe('http_500');
    expect(await settled()).toBe('circuit_open');
    await expect.poll(settled, { timeout: 10_000, interval: 50 }).toEqual(good);
    expect(server.requests).toHaveLength(2);
  });

  it('has no more calls at once than it can take', async () => {
    let atOnce = 0;
    let most = 0;
    server.reactWith((incoming, response) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      setImmediate(() => {
        atOnce -= 1;
        says(JSON.stringify(good))(incoming, response);
      });
    });
    const model = open({ concurrency: 2, queue: 3 });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () =>
        model.generate(ctx, request).then(
          () => 'answered',
          (error) => error.details.reason,
        ),
      ),
    );
    expect(most).toBeLessThanOrEqual(2);
    expect(outcomes.filter((outcome) => outcome === 'busy').length).toBeLessThanOrEqual(3);
    expect(outcomes.filter((outcome) => outcome === 'answered').length).toBeGreaterThanOrEqual(5);
  });
});

describe('a caller', () => {
  it('that goes away ends the call', async () => {
    const leaving = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    server.reactWith((_, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      leaving.abort();
    });
    ctx = contextOf(leaving.signal);
    await expect(open().generate(ctx, request)).rejects.toMatchObject({ code: 'CANCELLED' });
    await closed;
    expect((await rows())[0]).toMatchObject({ outcome: 'cancelled', error: 'cancelled' });
  });

  it('that has gone before sends nothing', async () => {
    server.reactWith(says(JSON.stringify(good)));
    ctx = contextOf(AbortSignal.abort());
    await expect(open().generate(ctx, request)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(server.requests).toEqual([]);
  });

  it('is told that its tenant has no tokens left today, while others have', async () => {
    server.reactWith(says(JSON.stringify(good)));
    const model = open({ dailyTokens: 200 });
    await model.generate(ctx, request);
    await model.generate(ctx, request);
    await expect(model.generate(ctx, request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'budget_spent' },
    });
    expect(server.requests).toHaveLength(2);
    expect((await rows())[0]).toMatchObject({ outcome: 'refused', error: 'budget_spent', tokensIn: 0 });
    expect(await model.generate(contextOf(), request)).toEqual(good);
  });

  it('has the budget of today, not of the days before, also after a restart', async () => {
    server.reactWith(says(JSON.stringify(good)));
    await open({ dailyTokens: 130 }).generate(ctx, request);
    await expect(open({ dailyTokens: 100 }).generate(ctx, request)).rejects.toMatchObject({
      details: { reason: 'budget_spent' },
    });
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
    await database.sql
      .update(llmCalls)
      .set({ createdAt: yesterday })
      .where(eq(llmCalls.tenantId, ctx.actor.tenantId));
    expect(await open({ dailyTokens: 100 }).generate(ctx, request)).toEqual(good);
  });

  it('gets nothing when the budget is none', async () => {
    await expect(open({ dailyTokens: 0 }).generate(ctx, request)).rejects.toMatchObject({
      details: { reason: 'budget_spent' },
    });
  });
});
