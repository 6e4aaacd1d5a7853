import type { Member, OwnPermissions } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from '../permissions/access-server.suite.ts';
import { watchOnly } from '../threats/watching.suite.ts';

let server: AccessServer;
beforeAll(async () => {
  server = await openAccessServer();
  await watchOnly(server.app.platform.db, server.tenantId);
});
afterAll(() => server.close());

type Page<T> = { items: T[]; next_cursor: string | null };
const change = (by: Person, id: string, body: unknown) =>
  by.call<Member>('PATCH', `/access/members/${id}`, body);

describe('members', () => {
  it('are listed by name, in pages, and found by part of a name or address, by role and by status', async () => {
    const { admin } = server;
    const ada = await server.member('viewer', 'Ada Byron');
    const zoe = await server.member('technician', 'Zoë Lab');
    const first = await admin.call<Page<Member>>('GET', '/access/members?limit=1');
    expect(first.body.items.map(({ name }) => name)).toEqual(['Ada Byron']);
    const all: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await admin.call<Page<Member>>('GET', `/access/members?limit=2${query}`);
      all.push(...page.body.items.map(({ name }) => name));
      cursor = page.body.next_cursor;
    }
    expect(all).toEqual([...all].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    expect(new Set(all).size).toBe(all.length);
    const found = await admin.call<Page<Member>>('GET', '/access/members?search=byr');
    expect(found.body.items.map(({ user_id }) => user_id)).toEqual([ada.id]);
    const technicians = await admin.call<Page<Member>>('GET', '/access/members?role=technician');
    expect(technicians.body.items.map(({ user_id }) => user_id)).toContain(zoe.id);
    expect((await admin.call('GET', '/access/members?cursor=nonsense')).status).toBe(400);
  });

  it('are invited by mail that waits here, shown to those alone who could give the role it promises', async () => {
    const { admin } = server;
    const lesser = await server.member('admin', 'Lesser');
    const invited = { email: 'next.owner@example.org', role: 'super_admin' };
    expect((await admin.call('POST', '/access/invitations', invited)).status).toBe(201);
    const textSeenBy = async (person: Person) => {
      const { body } = await person.call<Page<{ to: string; text: string }>>('GET', '/mail/outbox?limit=50');
      return body.items.find(({ to }) => to === invited.email)?.text ?? '';
    };
    expect(await textSeenBy(admin)).toContain('/invitation#');
    expect(await textSeenBy(lesser)).not.toContain('/invitation#');
  });

  it('get another role, which holds at once and is on record', async () => {
    const { admin } = server;
    const vic = await server.member('viewer', 'Vic');
    expect((await vic.call('POST', '/data/samples')).status).toBe(403);
    const changed = await change(admin, vic.id, { role: 'scientist' });
    expect(changed.body).toMatchObject({ role: 'scientist', role_name: 'Scientist' });
    expect((await vic.call('POST', '/data/samples')).status).toBe(202);
    expect((await change(admin, vic.id, { role: 'guest' })).status).toBe(200);
    expect((await vic.call('POST', '/data/samples')).status).toBe(403);
    const record = await admin.call<Page<{ action: string; object: { id: string } | null }>>(
      'GET',
      '/audit/events?limit=200',
    );
    const told = record.body.items.filter(({ object }) => object?.id === vic.id);
    expect(told.filter(({ action }) => action === 'role.assigned')).toHaveLength(2);
  });

  it('are closed, which ends their sessions, opened again, and removed', async () => {
    const { admin } = server;
    const tom = await server.member('scientist', 'Tom');
    expect((await admin.call<Member>('POST', `/access/members/${tom.id}/deactivate`)).body.status).toBe(
      'deactivated',
    );
    expect((await tom.call('GET', '/auth/session')).status).toBe(401);
    expect((await server.signIn(tom.email, 'a long enough password for all')).status).toBe(401);
    expect((await admin.call<Member>('POST', `/access/members/${tom.id}/reactivate`)).body.status).toBe(
      'active',
    );
    expect((await server.signIn(tom.email, 'a long enough password for all')).status).toBe(200);
    expect((await tom.call('GET', '/auth/session')).status, 'an ended session stays ended').toBe(401);
    expect((await admin.call('DELETE', `/access/members/${tom.id}`)).status).toBe(204);
    expect((await admin.call('GET', `/access/members/${tom.id}`)).status).toBe(404);
    expect((await server.signIn(tom.email, 'a long enough password for all')).status).toBe(401);
  });

  it('have access from one day to another', async () => {
    const { admin } = server;
    const gus = await server.member('scientist', 'Gus');
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await change(admin, gus.id, { access_until: tomorrow })).status).toBe(200);
    expect((await gus.call('GET', '/data/datasets')).status).toBe(200);
    expect((await change(admin, gus.id, { access_until: yesterday })).status).toBe(200);
    const refused = await gus.call('GET', '/data/datasets');
    expect(refused.status).toBe(403);
    expect(refused.body.error.details).toMatchObject({ rule: 'membership_time' });
    expect((await change(admin, gus.id, { access_until: null, access_from: tomorrow })).status).toBe(200);
    expect((await gus.call('GET', '/data/datasets')).status).toBe(403);
    const wrong = await change(admin, gus.id, { access_from: tomorrow, access_until: yesterday });
    expect(wrong.status).toBe(400);
  });
});

describe('the last administrator', () => {
  it('cannot be demoted, closed, removed or given an end, one of two can', async () => {
    const { tenantId, admin } = await server.otherTenant();
    const second = await server.member('admin', 'Second', tenantId);
    for (const body of [{ role: 'viewer' }, { access_until: '2099-01-01T00:00:00Z' }])
      expect((await change(second, admin.id, body)).status, JSON.stringify(body)).toBe(200);
    expect((await change(second, second.id, { role: 'scientist' })).status).toBe(409);
    expect((await change(second, second.id, { access_until: '2099-01-01T00:00:00Z' })).status).toBe(409);
    expect((await second.call('POST', `/access/members/${second.id}/deactivate`)).status).toBe(409);
    expect((await second.call('DELETE', `/access/members/${second.id}`)).status).toBe(409);
    expect((await second.call('GET', '/access/members')).status).toBe(200);
  });

  it('is not lost when two remove each other at once', async () => {
    const { tenantId, admin } = await server.otherTenant();
    const second = await server.member('admin', 'Second', tenantId);
    const answers = await Promise.all([
      second.call('DELETE', `/access/members/${admin.id}`),
      admin.call('DELETE', `/access/members/${second.id}`),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });
});

describe('nobody gives what they do not have', () => {
  it('refuses every way up, and puts each on record', async () => {
    const { admin } = server;
    const officer = (
      await admin.call<{ role: string }>('POST', '/access/roles', {
        name: 'People officer',
        permissions: [
          'members:read',
          'members:write',
          'roles:read',
          'roles:write',
          'datasets:read',
          'provenance:read',
        ],
        clearance: 'internal',
      })
    ).body.role;
    const pat = await server.member(officer, 'Pat');
    const vic = await server.member('viewer', 'Vic');
    const guest = await server.member('guest', 'Guest');
    const boss = await server.member('admin', 'Boss');
    const up: [string, string, unknown][] = [
      ['PATCH', `/access/members/${pat.id}`, { role: 'admin' }],
      ['PATCH', `/access/members/${pat.id}`, { role: 'super_admin' }],
      ['PATCH', `/access/members/${guest.id}`, { role: 'scientist' }],
      ['PATCH', `/access/members/${boss.id}`, { role: 'guest' }],
      ['POST', `/access/members/${boss.id}/deactivate`, undefined],
      ['DELETE', `/access/members/${boss.id}`, undefined],
      ['DELETE', `/access/members/${vic.id}`, undefined],
      ['POST', '/access/roles', { name: 'Up', permissions: ['audit:read'] }],
      ['POST', '/access/roles', { name: 'Up', permissions: ['datasets:read'], clearance: 'phi' }],
      ['POST', '/access/roles', { name: 'Up', permissions: ['datasets:read'], reach: 'everything' }],
      ['PATCH', `/access/roles/${officer}`, { permissions: ['members:write', 'roles:write', 'keys:none'] }],
      [
        'PATCH',
        `/access/roles/${officer}`,
        { permissions: ['members:write', 'roles:write', 'tenants:write'] },
      ],
    ];
    for (const [method, path, body] of up) {
      const { status } = await pat.call(method, path, body);
      expect([400, 403], `${method} ${path} ${JSON.stringify(body)}`).toContain(status);
    }
    expect((await admin.call('PATCH', `/access/members/${admin.id}`, { role: 'super_admin' })).status).toBe(
      admin.role === 'super_admin' ? 200 : 403,
    );
    const mine = await pat.call<OwnPermissions>('GET', '/auth/permissions');
    expect(mine.body.permissions.filter(({ allowed }) => allowed)).toHaveLength(6);
    const record = await admin.call<Page<{ action: string; actor: { id: string } }>>(
      'GET',
      '/audit/events?limit=200&action=access.refused',
    );
    expect(record.body.items.length).toBeGreaterThan(8);
    const reader = await pat.call<{ role: string }>('POST', '/access/roles', {
      name: 'Reader',
      permissions: ['datasets:read'],
    });
    expect(reader.status, 'of what one has one may make roles, and give them').toBe(201);
    const peer = await server.member(reader.body.role, 'Peer');
    expect((await change(pat, peer.id, { role: officer })).status).toBe(200);
    expect((await change(pat, pat.id, { role: reader.body.role })).status).toBe(200);
    expect((await change(pat, pat.id, { role: officer })).status, 'nobody takes back what they gave up').toBe(
      403,
    );
  });

  it('binds who is bound to a site, or to an end, to give no more', async () => {
    const { admin } = server;
    const north = await server.member('admin', 'North');
    const south = await server.member('viewer', 'South');
    const boss = await server.member('admin', 'Boss of it');
    expect((await change(admin, north.id, { sites: ['north'] })).status).toBe(200);
    expect((await change(north, south.id, { clearance: 'public' })).status).toBe(403);
    expect((await change(admin, south.id, { sites: ['north'] })).status).toBe(200);
    expect((await change(north, south.id, { clearance: 'public' })).status).toBe(200);
    expect((await change(north, south.id, { sites: null })).status).toBe(403);
    expect((await change(north, south.id, { sites: ['south'] })).status).toBe(403);
    expect((await change(north, north.id, { sites: null })).status).toBe(403);
    const newcomer = { email: 'newcomer@example.org', role: 'viewer' };
    expect((await north.call('POST', '/access/invitations', newcomer)).status).toBe(403);
    expect((await admin.call('POST', '/access/invitations', newcomer)).status).toBe(201);
    const higher = { email: 'higher@example.org', role: 'super_admin' };
    expect((await boss.call('POST', '/access/invitations', higher)).status).toBe(403);
  });

  it('does not see, change or count people of another organisation', async () => {
    const { admin } = await server.otherTenant();
    const vic = await server.member('viewer', 'Vic');
    expect((await admin.call('GET', `/access/members/${vic.id}`)).status).toBe(404);
    expect((await change(admin, vic.id, { role: 'guest' })).status).toBe(404);
    expect((await admin.call('DELETE', `/access/members/${vic.id}`)).status).toBe(404);
    expect((await admin.call('GET', `/auth/permissions?user_id=${vic.id}`)).status).toBe(404);
    const list = await admin.call<Page<Member>>('GET', '/access/members');
    expect(list.body.items.map(({ user_id }) => user_id)).toEqual([admin.id]);
    const review = await admin.call<Page<Member>>('GET', '/access/review');
    expect(review.body.items.map(({ user_id }) => user_id)).toEqual([admin.id]);
  });
});
