import { createHmac } from 'node:crypto';
import type { DashboardSchedule } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import {
  admin,
  at,
  doses,
  errorOf,
  mail,
  receiver,
  recorded,
  scientist,
  server,
  systemOf,
  until,
} from '../watch-rooms.stage.suite.ts';
import { makeDosesBoard, pagesOf } from '../watch-rooms.suite.ts';

const order = { name: 'Monday', cron: '0 7 * * 1', time_zone: 'Europe/Berlin', format: 'csv' };

export function describeSchedules(): void {
  describe('a schedule', () => {
    it('mails the board and calls a webhook, signed and tried again; what it sent is listed', async () => {
      const made = await admin.call<{ schedule: DashboardSchedule; webhook_secret: string }>(
        'POST',
        at('/schedules'),
        {
          ...order,
          format: 'pdf',
          deliver: { mail: ['admin@stroma.local'], webhook: receiver.url },
        },
      );
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const { schedule, webhook_secret: secret } = made.body;
      receiver.answerNext(503);
      const { body } = await admin.call<{ job_id: string }>(
        'POST',
        at(`/schedules/${schedule.schedule_id}/runs`),
      );
      const [letter, called] = await Promise.all([mail.next(), receiver.next()]);
      expect(letter).toMatchObject({ to: ['admin@stroma.local'], subject: 'Monday: Doses & sites' });
      expect(letter.text).toContain('application/pdf');
      const { headers } = called;
      const text = Buffer.concat([Buffer.from(`${headers['stroma-timestamp']}.`), called.body]);
      expect(headers['stroma-signature']).toBe(
        `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
      );
      expect((await pagesOf(called.body)).join('')).toContain('site is Berlin, Halle');
      expect((await admin.jobEnd(body.job_id)).status).toBe('succeeded');
      const runs = await admin.call<{ items: object[] }>(
        'GET',
        at(`/schedules/${schedule.schedule_id}/runs`),
      );
      expect(runs.body.items).toMatchObject([
        { status: 'succeeded', mails: 1, webhook_status: 200, by_hand: true },
      ]);
    });

    it('runs when its time has come, in its time zone, and not while it is paused', async () => {
      const made = await admin.call<{ schedule: DashboardSchedule }>('POST', at('/schedules'), {
        ...order,
        deliver: { webhook: receiver.url },
      });
      const { schedule_id: id, next_at: next } = made.body.schedule;
      expect(
        new Intl.DateTimeFormat('en-GB', {
          timeZone: 'Europe/Berlin',
          weekday: 'short',
          hour: '2-digit',
        }).format(new Date(next ?? '')),
      ).toBe('Mon, 07');
      const due = () =>
        server.platform.db.execute(
          "update dashboard_schedules set next_at = now() - interval '1 hour' where id = $1",
          [id],
        );
      await due();
      await server.platform.jobs.send(systemOf(), 'dashboards.watch', {});
      expect((await receiver.next()).headers['stroma-event']).toBe('dashboard.delivered');
      const after = await until(
        () => admin.call<{ items: DashboardSchedule[] }>('GET', at('/schedules')),
        ({ body }) => body.items.find((each) => each.schedule_id === id)?.last_run?.status === 'succeeded',
      );
      expect(after.body.items[0]?.next_at).toBe(next);
      const paused = await admin.call<{ schedule: DashboardSchedule }>('PATCH', at(`/schedules/${id}`), {
        paused: true,
      });
      expect(paused.body.schedule.next_at).toBeNull();
      expect((await admin.call('DELETE', at(`/schedules/${id}`))).status).toBe(204);
    });

    it('writes to members alone, calls only what may be called, and refuses times that are none', async () => {
      const tried = (deliver: object, more: object = {}) =>
        admin.call('POST', at('/schedules'), { ...order, deliver, ...more });
      expect(errorOf(await tried({ mail: ['eve@elsewhere.example'] })).details).toEqual({
        field: 'deliver.mail',
      });
      expect(errorOf(await tried({ webhook: 'http://169.254.169.254/latest' })).code).toBe(
        'OUTGOING_REFUSED',
      );
      expect((await tried({})).status).toBe(400);
      expect((await tried({ mail: ['admin@stroma.local'] }, { cron: '* * * * *' })).status).toBe(400);
      expect((await tried({ mail: ['admin@stroma.local'] }, { cron: '61 7 * * *' })).status).toBe(400);
      expect((await tried({ mail: ['admin@stroma.local'] }, { time_zone: 'Mars/Olympus' })).status).toBe(400);
    });

    it('fails, and says so, once its maker may not send it any more', async () => {
      const mine = await makeDosesBoard(scientist, doses);
      const made = await scientist.call<{ schedule: DashboardSchedule }>(
        'POST',
        at('/schedules', mine.dashboard_id),
        { ...order, deliver: { mail: ['admin@stroma.local'] } },
      );
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      await scientist.call('DELETE', `/dashboards/${mine.dashboard_id}`);
      await server.platform.db.execute('update dashboard_schedules set next_at = now() where id = $1', [
        made.body.schedule.schedule_id,
      ]);
      await server.platform.jobs.send(systemOf(), 'dashboards.watch', {});
      await until(
        () => recorded('schedule.failed'),
        (events) => events.some(({ object }) => object?.id === made.body.schedule.schedule_id),
      );
      expect(mail.unread()).toBe(0);
    });
  });
}
