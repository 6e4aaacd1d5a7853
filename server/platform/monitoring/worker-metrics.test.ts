import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { readConfig } from '../config/read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-worker-'));
let app: App | null = null;
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('a worker serves its own figures where it is asked to, and nothing else', async () => {
  const settings = {
    STROMA_DATA: folder,
    STROMA_DEMO: '0',
    STROMA_ROLE: 'worker',
    STROMA_LOG_LEVEL: 'silent',
    STROMA_WORKER_METRICS_PORT: '0',
  };
  app = await createApp(readConfig(settings, '/none').config);
  expect(await app.start()).toMatchObject({ url: null });
  const { port } = app.http.server.address() as AddressInfo;
  const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await app.monitoring.storage.read();
  const figures = await (await get('/metrics')).text();
  for (const name of ['process_cpu_seconds_total', 'stroma_jobs_waiting', 'stroma_store_connections'])
    expect(figures).toContain(name);
  for (const kind of ['store', 'uploads', 'datasets', 'streams', 'sources', 'exports', 'backups', 'scratch'])
    expect(figures).toMatch(new RegExp(`stroma_storage_bytes\\{kind="${kind}"\\} \\d`));
  expect((await get('/metrics', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/api/v1/data/datasets')).status).toBe(404);
});
