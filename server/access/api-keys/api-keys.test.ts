import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ApiKey, NewApiKey } from '@stroma/contracts';
import { createClient } from '@stroma/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestAccess, type TestAccess } from '../federation.suite.ts';

const run = promisify(execFile);

let test: TestAccess;
beforeAll(async () => {
  test = await startTestAccess({ STROMA_TRUST_PROXY: '1' });
}, 60_000);
afterAll(() => test.stop());

type Create = Partial<{
  name: string;
  scopes: string[];
  allowed_addresses: string[];
  requests_per_minute: number;
  expires_at: string;
}>;
const make = (person: Person, input: Create = {}, headers: Record<string, string> = {}) =>
  test.call<NewApiKey>('POST', '/auth/api-keys', {
    token: person.token,
    body: { name: 'Pipeline', scopes: ['datasets:read'], ...input },
    headers,
  });
const use = (secret: string, path = '/data/datasets', address = '203.0.113.5', method = 'GET') =>
  test.call(method, path, { token: secret, headers: { 'x-forwarded-for': address } });

describe('a key', () => {
  it('is shown once, and only its hash is kept', async () => {
    const ada = await test.person('scientist');
    const { status, body, headers } = await make(ada, {}, { 'idempotency-key': 'once' });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^sk_[a-z2-9]{8}_[0-9A-Za-z]{49}$/);
    expect(body.secret.startsWith(`${body.key.prefix}_`)).toBe(true);
    expect(headers.get('cache-control')).toBe('no-store');
    const { rows } = await test.app.platform.db.execute('select * from api_keys where id = $1', [
      body.key.key_id,
    ]);
    expect(JSON.stringify(rows)).not.toContain(body.secret.slice(12));
    const listed = await test.call<{ items: ApiKey[] }>('GET', '/auth/api-keys', { token: ada.token });
    expect(listed.body.items).toEqual([body.key]);
    expect(JSON.stringify(listed.body)).not.toContain(body.secret.slice(12));
    const again = await make(ada, {}, { 'idempotency-key': 'once' });
    expect(again.body.secret).not.toBe(body.secret);
    expect(await test.auditActions()).toContain('api-key.created');
  });

  it('works as a bearer token, also in the client', async () => {
    const ada = await test.person('scientist');
    const { body } = await make(ada, { scopes: ['datasets:read', 'jobs:read'] });
    expect((await use(body.secret)).status).toBe(200);
    const client = createClient({ baseUrl: test.url, token: body.secret });
    expect(await client.jobs.list()).toEqual({ items: [], next_cursor: null });
  });

  it('works in the command line', async () => {
    const { body } = await make(await test.person('scientist'));
    const listWith = (token: string) =>
      run(process.execPath, ['apps/cli/stroma.js', 'datasets'], {
        cwd: resolve(import.meta.dirname, '../../..'),
        env: { PATH: process.env.PATH, STROMA_URL: test.url, STROMA_TOKEN: token },
      });
    await listWith(body.secret);
    await expect(listWith(`${body.secret}x`)).rejects.toMatchObject({
      stderr: expect.stringMatching(/wrong or has expired/),
    });
  });

  it('that is mistyped, made up or of another kind opens nothing', async () => {
    const { body } = await make(await test.person('scientist'));
    const wrong = `${body.secret.slice(0, -1)}${body.secret.endsWith('a') ? 'b' : 'a'}`;
    for (const secret of [wrong, 'sk_', 'sk_aaaaaaaa_', body.key.prefix, `${body.secret}x`])
      expect((await use(secret)).status).toBe(401);
  });
});

describe('scopes', () => {
  it('are a part of what the maker may do, refused otherwise', async () => {
    const viewer = await test.person('scientist');
    const refused = await make(viewer, { scopes: ['datasets:read', 'members:write'] });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ error: { details: { scopes: ['members:write'] } } });
    expect((await make(viewer, { scopes: [] })).status).toBe(400);
    expect((await make(viewer, { scopes: ['everything:do'] })).status).toBe(400);
  });

  it('bound what a key may do', async () => {
    const { body } = await make(await test.person('scientist'), { scopes: ['jobs:read'] });
    expect((await use(body.secret, '/data/jobs')).status).toBe(200);
    expect((await use(body.secret, '/data/datasets')).status).toBe(403);
  });

  it('shrink at once when the maker’s role does, and end with the account', async () => {
    const ada = await test.person('scientist');
    const { body } = await make(ada, { scopes: ['datasets:read', 'datasets:write', 'jobs:read'] });
    expect((await use(body.secret, '/data/jobs')).status).toBe(200);
    const patched = await test.call('PATCH', `/access/members/${ada.id}`, {
      token: test.admin.token,
      body: { role: 'guest' },
    });
    expect(patched.status).toBe(200);
    expect((await use(body.secret, '/data/jobs')).status).toBe(403);
    expect((await use(body.secret, '/data/datasets')).status).toBe(200);
    await test.call('POST', `/access/members/${ada.id}/deactivate`, { token: test.admin.token });
    expect((await use(body.secret, '/data/datasets')).status).toBe(401);
  });

  it('never let a key make, change or rotate keys, nor act on the account of its maker', async () => {
    const admin = test.admin;
    const { body } = await make(admin, { scopes: ['api-keys:own', 'datasets:read'] });
    const key = { ...admin, token: body.secret };
    expect((await make(key)).status).toBe(403);
    const path = `/auth/api-keys/${body.key.key_id}`;
    const rotated = await test.call('POST', `${path}/rotate`, { token: body.secret, body: {} });
    expect(rotated.status).toBe(403);
    const change = await test.call('PATCH', path, { token: body.secret, body: { expires_at: null } });
    expect(change.status).toBe(403);
    const rename = await test.call('PATCH', '/auth/profile', {
      token: body.secret,
      body: { name: 'Mallory' },
    });
    expect(rename.status).toBe(403);
  });
});

describe('the addresses a key may come from', () => {
  it.each([
    [['203.0.113.0/24'], '203.0.113.77', 200],
    [['203.0.113.0/24'], '203.0.114.1', 403],
    [['203.0.113.7'], '203.0.113.7', 200],
    [['203.0.113.7'], '::ffff:203.0.113.7', 200],
    [['203.0.113.0/24'], '::ffff:203.0.114.1', 403],
    [['2001:db8::/32'], '2001:db8:1::9', 200],
    [['2001:db8::/32'], '2001:db9::9', 403],
    [['2001:db8::/32'], '203.0.113.7', 403],
    [['0.0.0.0/0'], '2001:db8::1', 403],
    [['198.51.100.1', '2001:db8::5'], '2001:db8:0:0:0:0:0:5', 200],
  ])('%s lets %s through with %i', async (allowed_addresses, address, status) => {
    const { body } = await make(test.admin, { allowed_addresses });
    expect((await use(body.secret, '/data/datasets', address)).status).toBe(status);
  });

  it('are refused when they are none', async () => {
    for (const address of ['203.0.113.0/33', 'example.org', '203.0.113', '::/129', ''])
      expect((await make(test.admin, { allowed_addresses: [address] })).status).toBe(400);
  });

  it('put a refusal on record, once for a program that goes on trying', async () => {
    const { body } = await make(test.admin, { allowed_addresses: ['192.0.2.1'] });
    for (let i = 0; i < 4; i += 1) await use(body.secret, '/data/datasets', '203.0.113.9');
    const { rows } = await test.app.platform.db.execute(
      "select address, details from audit_events where action = 'api-key.refused' and object_id = $1",
      [body.key.key_id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ address: '203.0.113.9' });
  });
});

describe('the end of a key', () => {
  it('comes within a second of its revocation, whoever revokes it', async () => {
    const ada = await test.person('scientist');
    const own = (await make(ada)).body;
    const other = (await make(ada)).body;
    expect((await use(own.secret)).status).toBe(200);
    expect((await use(other.secret)).status).toBe(200);
    const path = (key: NewApiKey) => key.key.key_id;
    expect((await test.call('DELETE', `/auth/api-keys/${path(own)}`, { token: ada.token })).status).toBe(204);
    expect((await use(own.secret)).status).toBe(401);
    const byAdmin = await test.call('DELETE', `/admin/api-keys/${path(other)}`, { token: test.admin.token });
    expect(byAdmin.status).toBe(204);
    expect((await use(other.secret)).status).toBe(401);
  });

  it('is noticed in another process within a second too', async () => {
    const { body } = await make(test.admin);
    expect((await use(body.secret)).status).toBe(200);
    await test.app.platform.db.execute('update api_keys set revoked_at = now() where id = $1', [
      body.key.key_id,
    ]);
    const began = performance.now();
    await expect.poll(async () => (await use(body.secret)).status, { timeout: 5000, interval: 20 }).toBe(401);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('comes when it expires, and nothing can be made that has expired already', async () => {
    const past = new Date(Date.now() - 1000).toISOString();
    expect((await make(test.admin, { expires_at: past })).status).toBe(400);
    const soon = new Date(Date.now() + 700).toISOString();
    const { body } = await make(test.admin, { expires_at: soon });
    expect((await use(body.secret)).status).toBe(200);
    await expect.poll(async () => (await use(body.secret)).status, { timeout: 5000 }).toBe(401);
    const gone = await test.call<ApiKey>('GET', `/auth/api-keys/${body.key.key_id}`, {
      token: test.admin.token,
    });
    expect(gone.body.status).toBe('expired');
  });
});

describe('rotation', () => {
  const rotate = (key: NewApiKey, overlap_hours: number, token = test.admin.token) =>
    test.call<NewApiKey>('POST', `/auth/api-keys/${key.key.key_id}/rotate`, {
      token,
      body: { overlap_hours },
    });

  it('gives a new secret with the same settings while the old one goes on for the overlap', async () => {
    const settings = { name: 'Robot', scopes: ['jobs:read'], allowed_addresses: ['203.0.113.0/24'] };
    const old = (await make(test.admin, { ...settings, requests_per_minute: 500 })).body;
    const { status, body } = await rotate(old, 1);
    expect(status).toBe(201);
    expect(body.key).toMatchObject({ ...settings, requests_per_minute: 500, status: 'active' });
    expect((await use(old.secret, '/data/jobs')).status).toBe(200);
    expect((await use(body.secret, '/data/jobs')).status).toBe(200);
    const before = await test.call<ApiKey>('GET', `/auth/api-keys/${old.key.key_id}`, {
      token: test.admin.token,
    });
    expect(before.body).toMatchObject({ status: 'rotating', replaced_by: body.key.key_id });
    expect((await rotate(old, 1)).status).toBe(409);
  });

  it('without overlap ends the old one at once', async () => {
    const old = (await make(test.admin)).body;
    const next = (await rotate(old, 0)).body;
    expect((await use(old.secret)).status).toBe(401);
    expect((await use(next.secret)).status).toBe(200);
    expect((await rotate(old, 0)).status).toBe(409);
  });

  it('keeps the length of a life that was bounded', async () => {
    const hour = 3_600_000;
    const old = (await make(test.admin, { expires_at: new Date(Date.now() + hour).toISOString() })).body;
    const { key } = (await rotate(old, 1)).body;
    const left = Date.parse(key.expires_at ?? '') - Date.now();
    expect(left).toBeGreaterThan(hour - 60_000);
    expect(left).toBeLessThanOrEqual(hour + 1000);
  });
});

describe('the last use', () => {
  it('is kept with its address', async () => {
    const { body } = await make(test.admin);
    expect(body.key.last_used_at).toBeNull();
    await use(body.secret, '/data/datasets', '203.0.113.42');
    await expect
      .poll(
        async () =>
          (await test.call<ApiKey>('GET', `/auth/api-keys/${body.key.key_id}`, { token: test.admin.token }))
            .body.last_used_address,
        { timeout: 10_000, interval: 200 },
      )
      .toBe('203.0.113.42');
  });
});

describe('other people', () => {
  it('see nothing of a key, administrators see and revoke it, other organisations do not even know it', async () => {
    const [ada, bob] = [await test.person('scientist'), await test.person('scientist')];
    const { key } = (await make(ada, { name: 'Only mine' })).body;
    const path = `/auth/api-keys/${key.key_id}`;
    for (const [method, at] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/rotate`],
    ] as const)
      expect(
        (await test.call(method, at, { token: bob.token, ...(method === 'POST' && { body: {} }) })).status,
      ).toBe(404);
    expect((await test.call('GET', '/admin/api-keys', { token: bob.token })).status).toBe(403);
    const all = await test.call<{ items: ApiKey[] }>('GET', '/admin/api-keys?search=only%20mine', {
      token: test.admin.token,
    });
    expect(all.body.items.map(({ key_id }) => key_id)).toEqual([key.key_id]);
    const other = await test.tenant('Elsewhere');
    const stranger = await test.person('admin', other);
    const theirs = await test.call<{ items: ApiKey[] }>('GET', '/admin/api-keys', { token: stranger.token });
    expect(theirs.body.items).toEqual([]);
    const revoked = await test.call('DELETE', `/admin/api-keys/${key.key_id}`, { token: stranger.token });
    expect(revoked.status).toBe(404);
  });
});

describe('the list', () => {
  it('pages through every key once, the newest first', async () => {
    const ada = await test.person('scientist');
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.push((await make(ada, { name: `Key ${i}` })).body.key.key_id);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await test.call<{ items: ApiKey[]; next_cursor: string | null }>(
        'GET',
        `/auth/api-keys?limit=2${cursor && `&cursor=${cursor}`}`,
        { token: ada.token },
      );
      seen.push(...body.items.map(({ key_id }) => key_id));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(made.toReversed());
  });
});
