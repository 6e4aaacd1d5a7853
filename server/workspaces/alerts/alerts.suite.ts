import type { Dashboard, DashboardAlert } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import {
  admin,
  at,
  board,
  mail,
  receiver,
  scientist,
  server,
  systemOf,
  until,
} from '../watch-rooms.stage.suite.ts';
import { makeDosesBoard } from '../watch-rooms.suite.ts';

export function describeAlerts(): void {
  describe('an alert', () => {
    const create = async (given: object, id = board.dashboard_id) => {
      const made = await admin.call<{ alert: DashboardAlert; webhook_secret: string | null }>(
        'POST',
        at('/alerts', id),
        { name: 'High dose', cron: '0 3 * * *', ...given },
      );
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      return made.body;
    };
    const check = async (alert: DashboardAlert) =>
      (await admin.call<DashboardAlert>('POST', at(`/alerts/${alert.alert_id}/check`, alert.dashboard_id)))
        .body;

    it('tells by mail and webhook when the data passes its threshold, and when it is over', async () => {
      const live = await admin.dataset('live.csv', 'site,dose\nBerlin,1\n');
      const tile = board.tiles[0] as Dashboard['tiles'][number];
      const its = await makeDosesBoard(admin, live, {
        tiles: [{ ...tile, query: { ...(tile.query as object), dataset_id: live.dataset_id } as never }],
        filters: [],
      });
      const { alert, webhook_secret } = await create(
        {
          tile_id: tile.tile_id,
          rule: { kind: 'threshold', is: 'above', value: 5 },
          deliver: { mail: ['admin@stroma.local'], webhook: receiver.url },
        },
        its.dashboard_id,
      );
      expect(webhook_secret).toMatch(/^whs_/);
      expect(await check(alert)).toMatchObject({ status: 'ok', value: 1 });
      // A new version of the dataset: nobody asks, the alert looks by itself.
      await server.platform.jobs.send(systemOf(), 'dashboards.watch', {});
      await admin.ingest('live.csv', 'site,dose\nBerlin,9\n', { dataset_id: live.dataset_id });
      const letter = await mail.next();
      expect(letter.subject).toBe('Alert: High dose');
      expect(letter.text).toContain('9 is above 5');
      const called = JSON.parse((await receiver.next()).body.toString('utf8'));
      expect(called).toMatchObject({ alert_id: alert.alert_id, status: 'firing', before: 'ok', value: 9 });
      await admin.ingest('live.csv', 'site,dose\nBerlin,2\n', { dataset_id: live.dataset_id });
      expect((await mail.next()).subject).toBe('Resolved: High dose');
      const entries = await until(
        () =>
          admin.call<{ items: object[] }>('GET', at(`/alerts/${alert.alert_id}/entries`, its.dashboard_id)),
        ({ body }) => body.items.length === 3,
      );
      expect(entries.body.items.slice(0, 2)).toMatchObject([
        { from_state: 'firing', to_state: 'ok', told: 'sent' },
        { from_state: 'ok', to_state: 'firing', told: 'sent', value: 9 },
      ]);
      await admin.call('DELETE', at(`/alerts/${alert.alert_id}`, its.dashboard_id));
      await receiver.next();
    });

    it('is silent in quiet hours, is acknowledged, and shows its values to its maker alone', async () => {
      const { alert } = await create({
        tile_id: board.tiles[0]?.tile_id,
        rule: { kind: 'threshold', is: 'above', value: 5 },
        quiet_hours: { from: '00:00', to: '23:59' },
        deliver: { mail: ['admin@stroma.local'], event: false },
      });
      expect(await check(alert)).toMatchObject({ status: 'firing', value: 17, may_change: true });
      expect(mail.unread()).toBe(0);
      const seen = await scientist.call<{ items: DashboardAlert[] }>('GET', at('/alerts'));
      expect(seen.body.items[0]).toMatchObject({
        status: 'firing',
        value: null,
        message: '',
        history: [],
        may_change: false,
      });
      const kept = await scientist.call<DashboardAlert>('POST', at(`/alerts/${alert.alert_id}/acknowledge`));
      expect(kept.body.acknowledged_by?.name).toBe('Someone');
      expect(
        (await scientist.call('PATCH', at(`/alerts/${alert.alert_id}`), { name: 'mine now' })).status,
      ).toBe(403);
      expect((await scientist.call('PATCH', at(`/alerts/${alert.alert_id}`), { paused: true })).status).toBe(
        200,
      );
    });

    it('says that data is missing, which is neither right nor wrong', async () => {
      const { alert } = await create({
        tile_id: board.tiles[0]?.tile_id,
        rule: { kind: 'anomaly' },
        state: { filters: [{ column: 'site', op: 'in', values: ['nowhere'] }] },
        deliver: { mail: ['admin@stroma.local'] },
      });
      expect(await check(alert)).toMatchObject({ status: 'missing', value: null });
      expect((await mail.next()).subject).toBe('No data: High dose');
      expect((await admin.call('DELETE', at(`/alerts/${alert.alert_id}`))).status).toBe(204);
      expect((await admin.call('POST', at(`/alerts/${alert.alert_id}/check`))).status).toBe(404);
      const text = board.tiles[3]?.tile_id;
      const of = { name: 'x', tile_id: text, rule: { kind: 'anomaly' }, deliver: {} };
      expect((await admin.call('POST', at('/alerts'), of)).status).toBe(400);
    });
  });
}
