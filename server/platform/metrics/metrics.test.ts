import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api } from '@stroma/contracts';
import Fastify from 'fastify';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../db/open-database.ts';
import { newId } from '../ids.ts';
import { jobs } from '../jobs/jobs.tables.ts';
import { setOpenJobs } from './job-metrics.ts';
import { type MetricsOptions, registerMetrics } from './metrics.routes.ts';
import { countCacheRead, countEvent, countJob, countModelCall, countQuery, registry } from './metrics.ts';
import {
  countAppend,
  countFellBehind,
  countRowsOut,
  setStreamClients,
  setStreamQueued,
} from './stream-metrics.ts';

function appWith(options: MetricsOptions = {}) {
  const app = Fastify();
  registerMetrics(app, options);
  app.get('/things/:id', async () => 'thing');
  app.get('/broken', async (_, reply) => reply.status(503).send('no'));
  app.get('/live', { config: { endpoint: api.streams.subscribe } }, async (_, reply) =>
    reply.type('text/event-stream').send('data: 1\n\n'),
  );
  return app;
}

async function read(app: ReturnType<typeof appWith>, over: object = {}) {
  return await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1', ...over });
}

// What other servers in this process counted is none of this file's business.
beforeEach(() => registry.resetMetrics());

describe('/metrics', () => {
  it('times requests by route pattern, method and status, never by address', async () => {
    const app = appWith();
    for (const url of ['/things/1', '/things/2?token=geheim', '/broken', '/nowhere/17', '/live'])
      await app.inject({ url });
    const { body, headers } = await read(app);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(body).toContain(
      'stroma_http_request_duration_seconds_count{method="GET",route="/things/:id",status="2xx"} 2',
    );
    expect(body).toContain(
      'stroma_http_request_duration_seconds_count{method="GET",route="/broken",status="5xx"} 1',
    );
    expect(body).toContain(
      'stroma_http_request_duration_seconds_count{method="GET",route="unmatched",status="4xx"} 1',
    );
    expect(body).toContain('stroma_http_streams_total{route="/live"} 1');
    expect(body).not.toMatch(/geheim|nowhere|things\/1|seconds_count{[^}]*"\/live"/);
  });

  it('shows the process: memory, processor, event loop', async () => {
    const { body } = await read(appWith());
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(body).toMatch(new RegExp(`^${name} [0-9.e-]+$`, 'm'));
  });

  it('shows jobs, events, streams, queries, cache and model calls', async () => {
    countJob('ingest', 'succeeded', 2);
    setOpenJobs([{ kind: 'ingest', waiting: 3, running: 1, oldest_seconds: 2.5 }]);
    countEvent('dataset.updated');
    setStreamClients(4);
    setStreamQueued(9, 'websocket');
    countRowsOut(5, 'sse');
    countAppend(7, 'http', 'succeeded', 0.003);
    countFellBehind('websocket', 'resynchronised');
    countQuery('succeeded', 0.02);
    countCacheRead('answer', true);
    countCacheRead('answer', false);
    countModelCall('question-to-sql', 'succeeded', 100, 20);
    const { body } = await read(appWith());
    for (const line of [
      'stroma_job_duration_seconds_count{kind="ingest",status="succeeded"} 1',
      'stroma_jobs_waiting{kind="ingest"} 3',
      'stroma_events_published_total{type="dataset.updated"} 1',
      'stroma_jobs_running{kind="ingest"} 1',
      'stroma_jobs_oldest_seconds{kind="ingest"} 2.5',
      'stroma_stream_clients{transport="sse"} 4',
      'stroma_stream_queued{transport="websocket"} 9',
      'stroma_stream_rows_total{direction="out",transport="sse"} 5',
      'stroma_stream_rows_total{direction="in",transport="http"} 7',
      'stroma_stream_append_duration_seconds_count{transport="http",outcome="succeeded"} 1',
      'stroma_stream_fell_behind_total{transport="websocket",then="resynchronised"} 1',
      'stroma_query_duration_seconds_count{outcome="succeeded"} 1',
      'stroma_cache_reads_total{what="answer",result="hit"} 1',
      'stroma_cache_reads_total{what="answer",result="miss"} 1',
      'stroma_llm_calls_total{purpose="question-to-sql",outcome="succeeded"} 1',
      'stroma_llm_tokens_total{direction="in"} 100',
    ])
      expect(body).toContain(line);
  });

  it('counts the jobs that wait when it is asked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stroma-metrics-'));
    const database = await openDatabase(
      { STROMA_DATA: folder, DATABASE_URL: undefined },
      pino({ level: 'silent' }),
    );
    const app = appWith({ database });
    const row = (status: 'queued' | 'running') => ({
      id: newId('job'),
      tenantId: newId('tenant'),
      kind: 'ingest',
      title: 'Read a file',
      status,
      input: {},
      queueId: randomUUID(),
      requestId: newId('request'),
      createdBy: newId('user'),
      actorName: 'Ada',
      actorRole: 'analyst' as const,
      createdAt: new Date(),
    });
    await database.sql.insert(jobs).values([row('queued'), row('queued'), row('running')]);
    expect((await read(app)).body).toContain('stroma_jobs_waiting{kind="ingest"} 2');
    await database.sql.delete(jobs);
    expect((await read(app)).body).not.toContain('stroma_jobs_waiting{');
    await database.close();
    expect((await read(app)).body).toContain('process_resident_memory_bytes');
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('is open to %s', async (remoteAddress) => {
    expect((await read(appWith(), { remoteAddress })).statusCode).toBe(200);
  });

  it.each(['10.0.0.7', '::ffff:10.0.0.7', '128.0.0.1', '2001:db8::1'])(
    'is closed to %s',
    async (remoteAddress) => {
      const { statusCode, body } = await read(appWith(), { remoteAddress });
      expect([statusCode, JSON.parse(body).code]).toEqual([500, 'FORBIDDEN']);
    },
  );

  it.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])(
    'is closed to what a proxy on this machine passes on with %s',
    async (header) => {
      const { body } = await read(appWith(), { headers: { [header]: '127.0.0.1' } });
      expect(JSON.parse(body).code).toBe('FORBIDDEN');
    },
  );

  it('is open to any address with the token, and only with it', async () => {
    const app = appWith({ token: 'a-long-token' });
    const from = (authorization?: string) =>
      read(app, { remoteAddress: '10.0.0.7', headers: authorization ? { authorization } : {} });
    expect((await from('Bearer a-long-token')).statusCode).toBe(200);
    for (const wrong of [undefined, 'Bearer a-long-toke', 'Bearer ', 'Basic a-long-token', 'a-long-token'])
      expect(JSON.parse((await from(wrong)).body).code).toBe('UNAUTHENTICATED');
  });
});
