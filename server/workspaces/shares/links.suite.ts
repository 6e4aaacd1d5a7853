import type { DashboardShare, SharedBoard } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { admin, anybody, at, board, errorOf, recorded, server, until } from '../watch-rooms.stage.suite.ts';
import { dosesFile, makeDosesBoard } from '../watch-rooms.suite.ts';

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

export function describeLinks(): void {
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
}
