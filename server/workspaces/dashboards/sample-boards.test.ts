import type { Dashboard, DashboardSummary } from '@stroma/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../../data/data-server.suite.ts';
import { dataOf } from './dashboards.suite.ts';

let server: DataServer;
beforeAll(async () => {
  server = await startDataServer({ STROMA_DEMO: '1' });
});
afterAll(() => server.close());

it('a first start brings one board over the sample datasets, every tile of which shows something', async () => {
  const { admin } = server;
  let found: DashboardSummary[] = [];
  while (found.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = (await admin.call<{ items: DashboardSummary[] }>('GET', '/dashboards')).body.items;
  }
  expect(found).toMatchObject([{ sample: true, owner: { name: 'Stroma' }, may_change: true }]);
  const [{ dashboard_id }] = found as [DashboardSummary];
  const board = (await admin.call<Dashboard>('GET', `/dashboards/${dashboard_id}`)).body;
  const { results } = (await dataOf(admin, dashboard_id)).body;
  const empty = board.tiles.filter(
    ({ kind }, at) => kind !== 'text' && (results[at]?.error !== null || results[at]?.rows.length === 0),
  );
  expect(empty.map(({ title }, at) => [title, results[at]?.error])).toEqual([]);
  // One that was thrown away does not come back.
  await admin.call('DELETE', `/dashboards/${dashboard_id}`);
  await admin.call('POST', '/data/samples');
  expect((await admin.call<{ items: unknown[] }>('GET', '/dashboards')).body.items).toEqual([]);
});
