import { createHmac } from 'node:crypto';
import {
  apiPrefix,
  type Dashboard,
  type DashboardAlert,
  type DashboardSchedule,
  type DashboardShare,
  type Dataset,
  type ErrorAnswer,
  type ProvenanceGraph,
  type SharedBoard,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data/data-server.suite.ts';
import { openMailServer } from '../platform/mail/mail-server.suite.ts';
import { systemContext } from '../platform/system-actor.ts';
import { dosesFile, makeDosesBoard, openReceiver, pagesOf } from './watch-rooms.suite.ts';

let server: DataServer;
let admin: Person;
let scientist: Person;
let doses: Dataset;
let board: Dashboard;
let mail: Awaited<ReturnType<typeof openMailServer>>;
let receiver: Awaited<ReturnType<typeof openReceiver>>;

beforeAll(async () => {
  [mail, receiver] = await Promise.all([openMailServer(), openReceiver()]);
  server = await startDataServer({ STROMA_SMTP_URL: mail.url, STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
  admin = server.admin;
  scientist = await server.colleague('senior_scientist');
  doses = await admin.dataset('doses.csv', dosesFile);
  board = await makeDosesBoard(admin, doses);
});
afterAll(async () => {
  await server.close();
  await Promise.all([mail.close(), receiver.close()]);
});

const at = (path: string, id = board.dashboard_id) => `/dashboards/${id}${path}`;
const errorOf = ({ body }: { body: unknown }) => (body as ErrorAnswer).error;

/** As anybody without an account. */
async function anybody<T>(path: string, body: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${server.url}${apiPrefix}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function file(person: Person, order: object, id = board.dashboard_id) {
  const answer = await person.fetch('POST', at('/export', id), JSON.stringify(order), {
    'content-type': 'application/json',
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(bytes.toString('utf8'));
  return { bytes, text: bytes.toString('utf8'), headers: answer.headers };
}

/** The newest events on record of an action. */
async function recorded(
  action: string,
): Promise<
  { details: Record<string, unknown> | null; actor: { id: string }; object: { id: string } | null }[]
> {
  return (await admin.call<{ items: never[] }>('GET', `/audit/events?action=${action}`)).body.items;
}

describe('a dashboard as a file', () => {
  it('is a PDF that says what is on screen, its filter, its figures and where they came from', async () => {
    const { bytes, headers } = await file(admin, { format: 'pdf' });
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toContain('Doses');
    const pages = await pagesOf(bytes);
    const text = pages.join('\n');
    for (const said of [
      'Doses & sites',
      'site is Berlin, Halle',
      'Mean dose',
      '17 mg',
      'Dose by site',
      'All doses',
      'calm',
      'Given in 2024',
      board.dashboard_id,
      'Query SHA-256',
      'doses, version 1',
    ])
      expect(text).toContain(said);
    expect(text).not.toContain('Köln');
    expect(pages[0]).toContain(`Page 1 of ${pages.length}`);
    expect(pages[0]).toContain(headers.get('stroma-export'));
  });

  it('shows what the state of the moment leaves, and not what the board holds', async () => {
    const state = { filters: [{ column: 'site', op: 'in', values: ['Köln'] }] };
    const pages = await pagesOf((await file(admin, { format: 'pdf', state })).bytes);
    expect(pages.join('\n')).toContain('31 mg');
    expect(pages.join('\n')).toContain('site is Köln');
    expect(pages.join('\n')).not.toContain('Halle');
  });

  it('is a picture, light and dark, of the width asked for', async () => {
    const [light, dark] = await Promise.all([
      file(admin, { format: 'png', width: 800 }),
      file(admin, { format: 'png', width: 800, scheme: 'dark' }),
    ]);
    for (const { bytes } of [light, dark]) {
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.readUInt32BE(16)).toBe(1600);
    }
    expect(light.bytes.equals(dark.bytes)).toBe(false);
    const { text } = await file(admin, { format: 'svg', width: 800 });
    expect(text).toMatch(/^<svg[^>]+width="800"/);
    expect(text).toContain('Doses &amp; sites');
    expect(text).not.toMatch(/href="(?!#)/);
  });

  it('is a page that loads nothing and runs nothing', async () => {
    const { text } = await file(admin, { format: 'html' });
    expect(text).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|src=|javascript:|url\(h/i);
    expect(text).toContain('<td class="n">26</td>');
  });

  it('is tables: one as CSV, several in an archive, and no cell is a formula', async () => {
    const table = board.tiles[2]?.tile_id;
    const { text, headers } = await file(admin, { format: 'csv', tile_id: table });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(text).toContain("Berlin,10,'=1+1\r\n");
    expect(text).not.toContain('Köln');
    const { bytes } = await file(admin, { format: 'csv' });
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    for (const name of ['02 Dose by site.csv', '03 All doses.csv', 'about.csv'])
      expect(bytes.includes(name)).toBe(true);
  });

  it('draws a chart of one’s own that names a file or an address without either', async () => {
    const spec = {
      data: { url: 'file:///etc/passwd' },
      mark: { type: 'image', url: 'http://127.0.0.1:1/x.png' },
      encoding: { x: { field: 'site' } },
    };
    const tiles = board.tiles.map((tile, index) => (index === 1 ? { ...tile, spec } : tile));
    const other = await makeDosesBoard(admin, doses, { tiles });
    const { text } = await file(admin, { format: 'svg' }, other.dashboard_id);
    expect(text).not.toMatch(/root:|127\.0\.0\.1/);
  });

  it('holds what the one who asks sees, and is on record with provenance', async () => {
    const { headers } = await file(admin, { format: 'svg' });
    const [made] = await recorded('dashboard.exported');
    expect(made?.details).toMatchObject({ format: 'svg', export: headers.get('stroma-export') });
    const graph = await admin.call<ProvenanceGraph>('GET', `/provenance/${headers.get('stroma-export')}`);
    expect(graph.status, JSON.stringify(graph.body)).toBe(200);
    expect(graph.body.nodes.map(({ kind }) => kind)).toContain('dataset_version');
    expect(
      (
        await admin.call('POST', at('/export'), {
          format: 'pdf',
          tile_id: 'til_00000000-0000-7000-8000-000000000000',
        })
      ).status,
    ).toBe(404);
    expect((await (await server.stranger()).call('POST', at('/export'), { format: 'pdf' })).status).toBe(404);
  });
});

interface Made {
  share: DashboardShare;
  url: string;
  token: string;
  html: string;
}
interface Opened {
  board: SharedBoard | null;
  pass: string | null;
}
interface Shown {
  results: { rows: unknown[][]; error: { code: string } | null }[];
}

async function shared(more: object = {}, person = admin, id = board.dashboard_id): Promise<Made> {
  const made = await person.call<Made>('POST', at('/share', id), more);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
}

const open = (token: string, password?: string) =>
  anybody<Opened>('/shared-dashboards/open', { token, ...(password !== undefined && { password }) });
const look = async (token: string, state: object = {}) => {
  const { body } = await open(token);
  return anybody<Shown>('/shared-dashboards/data', { token, pass: body.pass, state });
};

describe('a link', () => {
  it('opens the board to anybody, read-only, with its filters and without its SQL; each look is on record', async () => {
    const { token, url, share } = await shared({ label: 'For the board' });
    expect(url).toMatch(/\/shared#shl_[\w-]{43}$/);
    const opened = await open(token);
    expect(opened.status).toBe(200);
    expect(opened.body.board).toMatchObject({ name: 'Doses & sites', filters_free: false });
    expect(JSON.stringify(opened.body)).not.toContain('SELECT');
    const { body } = await look(token, { filters: [] });
    expect(body.results[2]?.rows).toHaveLength(4);
    expect(JSON.stringify(body)).not.toMatch(/SELECT|prv_/);
    const [read] = await recorded('share.read');
    expect(read).toMatchObject({ object: { id: share.share_id } });
    expect(read?.actor.id).not.toMatch(/^usr_/);
    const listed = await admin.call<{ items: DashboardShare[] }>('GET', at('/shares'));
    expect(listed.body.items.find(({ share_id }) => share_id === share.share_id)).toMatchObject({
      status: 'open',
      opened: 2,
    });
  });

  it('lets strangers filter where its maker says so, by columns of the board alone', async () => {
    const { token } = await shared({ filters: 'free' });
    const by = (column: string, value: string) => ({ filters: [{ column, op: 'in', values: [value] }] });
    expect((await look(token, by('site', 'Köln'))).body.results[2]?.rows).toEqual([['Köln', 31, 'calm']]);
    expect((await look(token, by('note', 'none such'))).body.results[2]?.rows).toHaveLength(5);
  });

  it('asks for its password, and shuts after too many wrong ones', async () => {
    const { token } = await shared({ password: 'a quiet corner' });
    expect((await open(token)).body).toEqual({ board: null, pass: null });
    expect((await open(token, 'wrong')).status).toBe(401);
    const right = await open(token, 'a quiet corner');
    expect(right.body.board?.name).toBe('Doses & sites');
    const forged = await anybody('/shared-dashboards/data', {
      token,
      pass: `${Date.now() + 1e6}.AAAA`,
      state: {},
    });
    expect(forged.status).toBe(401);
    const tries: number[] = [];
    for (let count = 0; count < 12; count += 1) tries.push((await open(token, `wrong ${count}`)).status);
    expect(tries.at(-1)).toBe(429);
  });

  it('ends at once when it is revoked, and by itself when its time is over', async () => {
    const { token, share } = await shared();
    const { body } = await open(token);
    expect((await admin.call('DELETE', at(`/shares/${share.share_id}`))).status).toBe(204);
    expect((await open(token)).status).toBe(403);
    expect((await anybody('/shared-dashboards/data', { token, pass: body.pass, state: {} })).status).toBe(
      403,
    );
    const short = await shared({ expires_at: new Date(Date.now() + 60_000).toISOString() });
    await server.platform.db.execute(
      "update dashboard_shares set expires_at = now() - interval '1 second' where id = $1",
      [short.share.share_id],
    );
    expect(errorOf(await open(short.token)).details).toEqual({ reason: 'expired' });
    expect((await open('shl_'.padEnd(47, 'A'))).status).toBe(404);
  });

  it('shows what its maker sees, and closes when the maker may not share any more', async () => {
    const rule = {
      kind: 'rows',
      readers: { which: 'only', roles: ['senior_scientist'] },
      condition: { column: 'site', operator: 'among', values: ['Berlin'] },
    };
    const partly = await admin.dataset('partly.csv', `${dosesFile}Ulm,2024-01-01,1,partly\n`);
    await admin.call('PUT', `/data/datasets/${partly.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [rule],
    });
    const sharer = await server.colleague('senior_scientist');
    const mine = await makeDosesBoard(sharer, partly);
    const { token } = await shared({}, sharer, mine.dashboard_id);
    const { body: session } = await sharer.call<{ user: { user_id: string } }>('GET', '/auth/session');
    expect((await look(token)).body.results[2]?.rows).toHaveLength(2);
    const path = `/access/members/${session.user.user_id}`;
    expect((await admin.call('PATCH', path, { role: 'viewer' })).status).toBe(200);
    const shut = await until(
      () => open(token),
      ({ status }) => status === 403,
    );
    expect(errorOf(shut).details).toEqual({ reason: 'sharer' });
  });

  it('is not made of health data, and shows none that became it, unless the organisation says so', async () => {
    const held = await admin.dataset('held.csv', `${dosesFile}Ulm,2024-01-01,1,held\n`);
    const its = await makeDosesBoard(admin, held);
    const { token } = await shared({}, admin, its.dashboard_id);
    await admin.call('PUT', `/data/datasets/${held.dataset_id}/access`, { sensitivity: 'phi', rules: [] });
    expect(errorOf(await open(token)).details).toEqual({ reason: 'sensitivity' });
    expect((await admin.call('POST', at('/share', its.dashboard_id), {})).status).toBe(403);
    const policy = {
      links: true,
      health_data: true,
      password_required: true,
      most_days: 30,
      outside_mail: false,
    };
    expect((await admin.call('PUT', '/dashboards/sharing-policy', policy)).status).toBe(200);
    expect((await open(token)).status).toBe(200);
    expect((await admin.call('POST', at('/share', its.dashboard_id), {})).status).toBe(400);
    await admin.call('PUT', '/dashboards/sharing-policy', {
      ...policy,
      health_data: false,
      password_required: false,
      most_days: null,
    });
    expect((await open(token)).status).toBe(403);
  });

  it('stands in a frame of the origins its token names, and in no other', async () => {
    const made = await admin.call<Made>('POST', at('/embed'), {
      allowed_origins: ['https://portal.example.org'],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const { token, html, share } = made.body;
    expect(html).toContain('<iframe');
    const page = await fetch(`${server.url}/embed?token=${token}`);
    expect(page.headers.get('content-security-policy')).toContain(
      'frame-ancestors https://portal.example.org',
    );
    expect(page.headers.get('x-frame-options')).toBeNull();
    expect((await open(token)).status).toBe(200);
    const [head, claims, mac] = token.split('.') as [string, string, string];
    const other = Buffer.from(claims, 'base64url').toString().replace('portal', 'evil');
    const forged = `${head}.${Buffer.from(other).toString('base64url')}.${mac}`;
    expect((await open(forged)).status).toBe(404);
    const framed = await fetch(`${server.url}/embed?token=${forged}`);
    expect(framed.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await admin.call('DELETE', at(`/shares/${share.share_id}`));
    expect((await open(token)).status).toBe(403);
  });
});

async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    await new Promise((next) => setTimeout(next, 25));
  }
}

const systemOf = () => systemContext(server.platform.log);
const order = { name: 'Monday', cron: '0 7 * * 1', time_zone: 'Europe/Berlin', format: 'csv' };

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
    const runs = await admin.call<{ items: object[] }>('GET', at(`/schedules/${schedule.schedule_id}/runs`));
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
    expect(errorOf(await tried({ webhook: 'http://169.254.169.254/latest' })).code).toBe('OUTGOING_REFUSED');
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
      () => admin.call<{ items: object[] }>('GET', at(`/alerts/${alert.alert_id}/entries`, its.dashboard_id)),
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
