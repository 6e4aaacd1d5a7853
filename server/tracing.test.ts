import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudEvent, PersonSearch } from '@stroma/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from './app.ts';
import { type Person, password, signIn } from './data/data-server.suite.ts';
import { readConfig } from './platform/config/read-config.ts';
import { heardErrors } from './platform/logging.ts';

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status?: { code?: number };
}

/** A collector on loopback: what OTLP over HTTP brings, decoded. */
const received: { spans: OtlpSpan[]; resources: string[]; headers: string[]; raw: string } = {
  spans: [],
  resources: [],
  headers: [],
  raw: '',
};
const folder = mkdtempSync(join(tmpdir(), 'stroma-tracing-'));
let collector: Server;
let peer: Server;
let asked: IncomingMessage['headers'] = {};
let app: App;
let admin: Person;

beforeAll(async () => {
  collector = createServer(async (request, answer) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    received.raw += text;
    received.headers.push(`${request.url} ${request.headers['content-type']} ${request.headers['api-key']}`);
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: {
        resource: { attributes: OtlpSpan['attributes'] };
        scopeSpans: { spans: OtlpSpan[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      received.resources.push(JSON.stringify(resource.attributes));
      received.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  peer = createServer((request, answer) => {
    asked = request.headers;
    answer.end('ok');
  });
  for (const server of [collector, peer]) await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  const { config, sources } = readConfig(
    {
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_ADMIN_PASSWORD: password,
      STROMA_OUTGOING_PRIVATE: '127.0.0.1',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k1',
      OTEL_SERVICE_NAME: 'stroma-test',
    },
    '/no/such/file',
  );
  const log = pino({ ...heardErrors, level: 'error' }, { write: () => undefined });
  app = await createApp(config, { log, sources, checkAnswers: true });
  app.platform.jobs.register({
    kind: 'test.calls',
    title: () => 'Calls somebody',
    timeoutSeconds: 60,
    retries: 0,
    concurrency: 1,
    async run() {
      await app.platform.outgoing.fetch(
        `http://127.0.0.1:${(peer.address() as AddressInfo).port}/secret-path`,
      );
      throw new TypeError('a fault under a trace');
    },
  });
  const { url } = await app.start();
  admin = await signIn(url ?? '', config.STROMA_ADMIN_EMAIL);
});
afterAll(async () => {
  await app?.stop();
  collector?.close();
  peer?.close();
  rmSync(folder, { recursive: true, force: true });
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const caller = '00f067aa0ba902b7';
const spansOf = (id: string) => received.spans.filter((span) => span.traceId === id);
const spanNamed = (id: string, name: string) => spansOf(id).find((span) => span.name === name);
const attribute = (span: OtlpSpan | undefined, key: string) =>
  Object.values(span?.attributes.find((each) => each.key === key)?.value ?? {})[0];

describe('a trace', () => {
  it('goes from the caller through request, job and statement to its process', async () => {
    await admin.dataset('people.csv', 'patient_id,steps\nAda-1815,10\nBob-1900,20\n');
    const sent = await admin.call<PersonSearch>(
      'POST',
      '/privacy/searches',
      { identifiers: ['Ada-1815'] },
      { traceparent: `00-${traceId}-${caller}-01` },
    );
    expect(sent.status, JSON.stringify(sent.body)).toBe(202);
    await expect.poll(() => spanNamed(traceId, 'sql process')?.name).toBe('sql process');
    await expect.poll(() => spansOf(traceId).some(({ name }) => name.startsWith('job '))).toBe(true);
    const request = spanNamed(traceId, 'POST /api/v1/privacy/searches');
    const job = spansOf(traceId).find(({ name }) => name.startsWith('job '));
    const statement = spanNamed(traceId, 'sql query');
    const inProcess = spanNamed(traceId, 'sql process');
    expect(request?.parentSpanId).toBe(caller);
    expect(job?.parentSpanId).toBe(request?.spanId);
    expect(statement?.parentSpanId).toBe(job?.spanId);
    expect(inProcess?.parentSpanId).toBe(
      spansOf(traceId).find(({ spanId }) => spanId === inProcess?.parentSpanId)?.spanId,
    );
    expect(attribute(request, 'http.response.status_code')).toBe(202);
    expect(attribute(request, 'stroma.request_id')).toMatch(/^req_/);
    expect(attribute(job, 'stroma.job.outcome')).toBe('succeeded');
    for (const { startTimeUnixNano, endTimeUnixNano } of spansOf(traceId))
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  });

  it('goes with what is called outside, with events, and into the error log', async () => {
    const { jobs, tracing, db, log } = app.platform;
    const { systemContext } = await import('./platform/system-actor.ts');
    const tenant = String((await db.execute('select id from tenants')).rows[0]?.id);
    const root = tracing.begin('test', 'internal', { parent: null });
    const id = await tracing.within(root, () => jobs.send(systemContext(log, tenant), 'test.calls', {}));
    root.end();
    expect((await admin.jobEnd(id)).status).toBe('failed');
    const trace = root.traceparent.split('-')[1] ?? '';
    expect(String(asked.traceparent)).toContain(trace);
    const errors = await admin.call<{ items: { last: { trace_id: string } }[] }>('GET', '/system/errors');
    expect(errors.body.items[0]?.last.trace_id).toBe(trace);
    await expect.poll(() => spanNamed(trace, 'job test.calls')?.status?.code).toBe(2);
    expect(attribute(spanNamed(trace, 'GET out'), 'server.address')).toBe('127.0.0.1');
    const { rows } = await db.execute(
      `select trace_parent from events where type = 'data.processing.complete'`,
    );
    expect(rows[0]?.trace_parent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const heard: CloudEvent[] = [];
    const stop = await app.platform.events.subscribe(tenant, 'data', (event) => void heard.push(event), {
      afterEventId: 'evt_01890000-0000-7000-8000-000000000000',
    });
    stop();
    expect(heard.find(({ type }) => type === 'data.processing.complete')?.traceparent).toBe(
      rows[0]?.trace_parent,
    );
  });

  it('begins anew where what the caller tells is no trace context, and is not sampled where the caller says so', async () => {
    const refused = `${'ab'.repeat(16)}`;
    for (const told of ['rubbish', `00-${'0'.repeat(32)}-${caller}-01`, `00-${refused}-${caller}-00`])
      expect((await admin.call('GET', '/auth/session', undefined, { traceparent: told })).status).toBe(200);
    await expect
      .poll(() => received.spans.filter(({ name }) => name === 'GET /api/v1/auth/session').length)
      .toBeGreaterThanOrEqual(2);
    expect(spansOf(refused)).toEqual([]);
    expect(spansOf('0'.repeat(32))).toEqual([]);
  });

  it('says who sends it, and holds no statement, no value, no person and no path', async () => {
    expect(new Set(received.headers)).toEqual(new Set(['/v1/traces application/json k1']));
    expect(received.resources[0]).toContain('stroma-test');
    expect(received.raw).not.toMatch(
      /select |from "|Ada-1815|patient_id|people\.csv|@stroma\.local|secret-path|Bearer/i,
    );
  });
});
