import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  apiPrefix,
  type SystemErrorDetail,
  type SystemHistory,
  type SystemState,
  systemState,
} from '@stroma/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from './app.ts';
import { type Person, password, signIn } from './data/data-server.suite.ts';
import { endpoints } from './isolation/endpoints.suite.ts';
import { readConfig } from './platform/config/read-config.ts';
import { withinTenant } from './platform/db/tenant-scope.ts';
import { heardErrors } from './platform/logging.ts';
import { LevelWatch } from './platform/monitoring/level-watch.ts';
import type { MachineReading } from './platform/monitoring/machine.ts';
import { SystemAlerts } from './platform/monitoring/system-alerts.ts';
import { systemContext } from './platform/system-actor.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-monitoring-'));
const host = 'bench-7';
let app: App;
let admin: Person;
let url: string;

beforeAll(async () => {
  const { config, sources } = readConfig(
    {
      PORT: '0',
      STROMA_DATA: folder,
      STROMA_DEMO: '0',
      STROMA_ADMIN_PASSWORD: password,
      STROMA_RATE_LIMIT_PER_MINUTE: '1000000',
      STROMA_LOGIN_LIMIT_PER_MINUTE: '1000000',
    },
    '/no/such/file',
  );
  const log = pino({ ...heardErrors, level: 'error' }, { write: () => undefined });
  app = await createApp(config, { log, sources, checkAnswers: true });
  app.platform.jobs.register({
    kind: 'test.fails',
    title: () => 'Fails',
    timeoutSeconds: 60,
    retries: 0,
    concurrency: 1,
    run: () => Promise.reject(new TypeError('no patient "Ada Müller" in the row')),
  });
  const started = await app.start();
  url = started.url ?? '';
  admin = await signIn(url, config.STROMA_ADMIN_EMAIL);
});
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const metrics = async () => await (await fetch(`${url}/metrics`)).text();
const pathOf = (path: string) => path.replace(/:\w+/g, 'none').replace('*', 'none');

describe('the figures of the whole server', () => {
  it('name every route once it was called', async () => {
    const addresses = [
      ...endpoints.map(({ method, path, at }) => ({
        method,
        route: at === 'root' ? path : apiPrefix + path,
      })),
      { method: 'GET', route: '/healthz' },
      { method: 'GET', route: '/readyz' },
      { method: 'GET', route: '/metrics' },
      { method: 'GET', route: `${apiPrefix}/openapi.json` },
    ].filter(({ method, route }) => app.http.hasRoute({ method: method as 'GET', url: route }));
    expect(addresses.length).toBeGreaterThan(150);
    for (const { method, route } of addresses)
      await app.http.inject({ method: method as 'GET', url: pathOf(route) });
    const text = await metrics();
    const named = (method: string, route: string) =>
      text.includes(`_seconds_count{method="${method}",route="${route}",status="`);
    expect(addresses.filter(({ method, route }) => !named(method, route))).toEqual([]);
    expect(text).not.toContain('none');
  });

  it('tell of statements, store, cache, objects and outbox', async () => {
    const processed = 'stroma_job_duration_seconds_count{kind="data.process",status="succeeded"}';
    const valueIn = (text: string, line: string) =>
      Number(new RegExp(`^${line} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    // The figures are the process's, which other tests may have counted in before.
    const before = valueIn(await metrics(), processed) || 0;
    const dataset = await admin.dataset('days.csv', 'day,steps\n2024-01-01,10\n2024-01-02,20\n');
    const answer = await admin.sql(`select sum(steps) from ${dataset.table_name}`, [dataset.dataset_id]);
    expect(answer.status).toBe(200);
    const text = await metrics();
    const value = (line: string) => valueIn(text, line);
    expect(
      value('stroma_sql_statement_duration_seconds_count{kind="query",outcome="succeeded"}'),
    ).toBeGreaterThan(0);
    expect(value('stroma_sql_wait_seconds_count')).toBeGreaterThan(0);
    expect(value('stroma_sql_processes{state="idle"}')).toBeGreaterThan(0);
    expect(value('stroma_store_transaction_duration_seconds_count{outcome="committed"}')).toBeGreaterThan(0);
    expect(
      value('stroma_store_connections{state="idle"}') + value('stroma_store_connections{state="busy"}'),
    ).toBe(1);
    expect(
      value('stroma_object_store_duration_seconds_count{operation="put",outcome="succeeded"}'),
    ).toBeGreaterThan(0);
    expect(value('stroma_object_store_written_bytes_total')).toBeGreaterThan(0);
    expect(value('stroma_cache_entries')).toBeGreaterThan(0);
    expect(value('stroma_cache_bytes')).toBeGreaterThan(0);
    expect(value('stroma_outbox_waiting')).toBe(0);
    expect(value(processed)).toBe(before + 1);
  });

  it('hold no id, no name and no address', async () => {
    const labels = (await metrics()).match(/\{[^}]*\}/g) ?? [];
    expect(labels.length).toBeGreaterThan(100);
    expect(labels.filter((each) => /_[0-9a-f]{8}-|@|days\.csv|127\.0\.0\.1/.test(each))).toEqual([]);
  });
});

describe('the System page', () => {
  it('shows how the installation stands', async () => {
    const { status, body } = await admin.call<SystemState>('GET', '/system/state');
    expect(status).toBe(200);
    expect(systemState.parse(body)).toEqual(body);
    expect(body.cpu.cores).toBeGreaterThan(0);
    expect(body.memory.process_bytes).toBeGreaterThan(10e6);
    expect(body.disk?.total_bytes).toBeGreaterThan(0);
    expect(body.storage.map(({ kind }) => kind).sort()).toEqual([
      'backups',
      'datasets',
      'exports',
      'models',
      'scratch',
      'sources',
      'store',
      'streams',
      'uploads',
    ]);
    const bytes = Object.fromEntries(body.storage.map(({ kind, bytes: held }) => [kind, held]));
    expect(bytes.uploads).toBeGreaterThan(0);
    expect(bytes.datasets).toBeGreaterThan(0);
    expect(bytes.store).toBeGreaterThan(1e6);
    expect(body.thresholds).toEqual({ cpu: 80, memory: 80, disk: 80 });
    expect(body.routes.length).toBeGreaterThan(0);
    expect(body.statements.processes).toBeGreaterThan(0);
  });

  it('keeps a day of it, and no more', async () => {
    const sample = (hoursAgo: number, requests: number, process: string) =>
      app.platform.db.execute(
        `insert into system_samples values ($1, now() - make_interval(mins => $2::int), 'h', 'all', 60, $3::int, 0, 1, 2, 3, 6, 50, 10, 60, 1000, 70, 0, 12)`,
        [process, String(Math.round(hoursAgo * 60)), String(requests)],
      );
    await sample(2, 600, 'a');
    await sample(2, 600, 'b');
    await sample(23, 60, 'a');
    const { body } = await admin.call<SystemHistory>('GET', '/system/history');
    expect(body.step_seconds).toBe(300);
    expect(body.points.map((each) => each.requests_per_second)).toEqual([1, 20]);
    expect(body.points.at(-1)).toMatchObject({ cpu_percent: 50, p99_ms: 3, disk_percent: 70 });
    expect((await admin.call<SystemHistory>('GET', '/system/history?hours=3')).body.points).toHaveLength(1);
  });

  it('is for who runs the installation', async () => {
    for (const path of ['/system/state', '/system/history', '/system/errors'])
      expect((await fetch(`${url}${apiPrefix}${path}`)).status).toBe(401);
  });
});

describe('the error log', () => {
  const errors = async (query = '') =>
    (await admin.call<{ items: SystemErrorDetail[] }>('GET', `/system/errors${query}`)).body.items;

  it('holds what failed, with who, where and the stack, and nothing of the data', async () => {
    const tenant = String((await app.platform.db.execute('select id from tenants')).rows[0]?.id);
    const { jobs, log } = app.platform;
    const send = () => withinTenant(tenant, () => jobs.send(systemContext(log, tenant), 'test.fails', {}));
    const jobId = await send();
    expect((await admin.jobEnd(jobId)).status).toBe('failed');
    await admin.jobEnd(await send());
    await expect.poll(async () => (await errors('?search=test.fails'))[0]?.occurrences).toBe(2);
    const [found] = await errors('?search=test.fails');
    expect(found).toMatchObject({
      name: 'TypeError',
      message: 'no patient "…" in the row',
      seen_at: null,
      last: { where: 'test.fails', actor: { id: 'system' } },
    });
    const { body } = await admin.call<SystemErrorDetail>('GET', `/system/errors/${found?.error_id}`);
    expect(body.stack[0]).toContain('server/monitoring.test.ts');
    expect(body.latest.map(({ job_id }) => job_id)).toContain(jobId);
    expect(body.last.request_id).toMatch(/^req_/);
    expect(JSON.stringify(body)).not.toContain('Ada');
  });

  it('leads from the request id of an answer to who met it and where', async () => {
    const { db } = app.platform;
    await db.execute('alter table legal_holds rename to legal_holds_away');
    const { status, body } = await admin.call<{ error: { request_id: string } }>('GET', '/retention/holds');
    await db.execute('alter table legal_holds_away rename to legal_holds');
    expect(status).toBe(500);
    const [found] = await errors(`?search=${body.error.request_id}`);
    const { body: detail } = await admin.call<SystemErrorDetail>('GET', `/system/errors/${found?.error_id}`);
    const { rows } = await db.execute('select id, name from users');
    expect(detail.last).toMatchObject({
      request_id: body.error.request_id,
      where: `GET ${apiPrefix}/retention/holds`,
      actor: rows[0],
    });
    expect(detail.stack.some((frame) => frame.includes('server/access/retention/'))).toBe(true);
    expect(JSON.stringify(detail)).not.toMatch(/select |params/i);
  });

  it('marks one as seen, on the record, until it comes again', async () => {
    const [found] = await errors('?seen=false&search=test.fails');
    const path = `/system/errors/${found?.error_id}`;
    const marked = await admin.call<SystemErrorDetail>('POST', `${path}/seen`, { seen: true });
    expect(marked.body.seen_at).not.toBeNull();
    expect(await errors('?seen=false&search=test.fails')).toEqual([]);
    const trail = await admin.call<{ items: { action: string }[] }>(
      'GET',
      '/audit/events?action=system-error.seen',
    );
    expect(trail.body.items).toHaveLength(1);
    const tenant = String((await app.platform.db.execute('select id from tenants')).rows[0]?.id);
    const { jobs, log } = app.platform;
    await withinTenant(tenant, () => jobs.send(systemContext(log, tenant), 'test.fails', {}));
    await expect.poll(async () => (await errors('?seen=false&search=test.fails')).length).toBe(1);
  });

  it('waits while the store does not take it, and loses nothing', async () => {
    const { db, log } = app.platform;
    await db.execute('alter table faults rename to faults_away');
    for (let n = 0; n < 30; n += 1) log.error({ err: new RangeError('kept for later') }, 'a test');
    await app.monitoring.faults.flush();
    await db.execute('alter table faults_away rename to faults');
    log.error({ err: new RangeError('another one') }, 'another test');
    const [waited] = await errors('?search=kept for later');
    expect(waited).toMatchObject({ name: 'RangeError', occurrences: 30 });
    expect(await errors('?search=another one')).toHaveLength(1);
    const { body } = await admin.call<SystemErrorDetail>('GET', `/system/errors/${waited?.error_id}`);
    expect(body.latest).toHaveLength(20);
  });

  it('comes in pages, and takes no page that is none', async () => {
    type Page = { items: SystemErrorDetail[]; next_cursor: string | null };
    const all = await errors();
    const first = (await admin.call<Page>('GET', '/system/errors?limit=2')).body;
    const rest = (await admin.call<Page>('GET', `/system/errors?limit=200&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...rest.items].map((each) => each.error_id)).toEqual(
      all.map((each) => each.error_id),
    );
    const rubbish = Buffer.from(JSON.stringify(['yesterday', 'x'])).toString('base64url');
    expect((await admin.call('GET', `/system/errors?cursor=${rubbish}`)).status).toBe(400);
  });

  it('does not know what is not in it', async () => {
    const path = '/system/errors/flt_01890000-0000-7000-8000-000000000000';
    expect((await admin.call('GET', path)).status).toBe(404);
    expect((await admin.call('POST', `${path}/seen`, { seen: true })).status).toBe(404);
  });
});

describe('a machine that runs short', () => {
  const full = (percent: number): MachineReading => ({
    cpu: { percent: 5, process_percent: 1, cores: 2 },
    memory: { percent: 20, used_bytes: 20, total_bytes: 100, process_bytes: 1 },
    disk: { percent, used_bytes: percent, total_bytes: 100 },
  });
  const watching = async () => {
    const alerts = new SystemAlerts(app.platform, host, { cpu: 80, memory: 80, disk: 80 }, async () => {
      const { rows } = await app.platform.db.execute('select tenant_id, email from users');
      return rows.map((row) => ({ tenantId: String(row.tenant_id), email: String(row.email) }));
    });
    await alerts.start();
    return alerts;
  };
  const mails = async () => {
    const { rows } = await app.platform.db.execute('select id from tenants');
    return await app.platform.mail.outbox(String(rows[0]?.id), 50, null);
  };
  const shown = async () =>
    (await admin.call<SystemState>('GET', '/system/state')).body.alerts.filter((each) => each.host === host);
  const events = async () =>
    (await app.platform.db.execute(`select data from events where type = 'system.alert' order by inserted`))
      .rows;

  it('is told of once, by mail and event, however many processes see it, and is over when there is room', async () => {
    const [one, other] = [await watching(), await watching()];
    for (const [at, percent] of [70, 81, 91, 79].entries())
      for (const each of [one, other]) await each.see(full(percent), at * 10_000);
    expect((await mails()).map(({ subject }) => subject)).toEqual([
      'The disk of the data folder is filling up: 81 %',
    ]);
    expect(await shown()).toMatchObject([
      { measure: 'disk', status: 'active', percent: 81, highest_percent: 91 },
    ]);
    const restarted = await watching();
    await restarted.see(full(85), 0);
    expect(await mails()).toHaveLength(1);
    await restarted.see(full(74), 10_000);
    expect(await shown()).toMatchObject([{ status: 'resolved' }]);
    expect((await events()).map(({ data }) => (data as { status: string }).status)).toEqual([
      'active',
      'resolved',
    ]);
    expect(await mails()).toHaveLength(1);
    await other.see(full(74), 50_000);
    await other.see(full(82), 60_000);
    expect(await mails()).toHaveLength(2);
  });

  it('is not told of where its threshold is 0', () => {
    expect(new LevelWatch(80, 0).see(79.9, 0)).toBeNull();
  });
});
