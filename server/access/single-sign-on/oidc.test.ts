import type { Connection } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { Wanderer } from './loopback.suite.ts';
import { openUniversity } from './university.suite.ts';

const world = openUniversity();
const { account, ada, admin, connect, signOn } = world;

describe('signing in by an OpenID provider', () => {
  it('makes the account at the first sign-in, and knows it again at the next', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    const first = await signOn(connection);
    expect(first.at).toBe('/data');
    expect(first.session?.user).toMatchObject({
      email: `ada@${world.domain}`,
      name: 'Ada Lovelace',
      role: 'viewer',
    });
    world.peer.people['sub-1'] = ada({ email: `ada.king@${world.domain}` });
    const second = await signOn(connection);
    expect(second.session?.user.user_id).toBe(first.session?.user.user_id);
    const actions = await world.test.auditActions();
    expect(actions).toContain('account.created');
    expect(actions).toContain('session.started');
    expect(actions).toContain('single-sign-on.configured');
  });

  it('sends code challenge, state and nonce, each new, and the person’s address as a hint', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    await signOn(connection);
    await signOn(connection);
    const [one, two] = world.peer.requests;
    expect(one?.get('response_type')).toBe('code');
    expect(one?.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce']) {
      expect(one?.get(name)?.length).toBeGreaterThan(20);
      expect(one?.get(name)).not.toBe(two?.get(name));
    }
  });

  it('is found by the domain of an e-mail address, and says nothing of accounts', async () => {
    const connection = await connect({ name: 'Charité' });
    const methods = (email?: string) =>
      world.test.call<{ available: boolean; items: { connection_id: string; name: string }[] }>(
        'GET',
        `/auth/single-sign-on${email === undefined ? '' : `?email=${email}`}`,
      );
    expect((await methods(`nobody@${world.domain}`)).body.items).toMatchObject([
      { connection_id: connection.connection_id, name: 'Charité' },
    ]);
    expect((await methods('somebody@elsewhere.example')).body.items).toEqual([]);
    expect((await methods()).body).toEqual({ available: true, items: [] });
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      shown_to_all: true,
    });
    expect((await methods()).body.items).toHaveLength(1);
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, { enabled: false });
    expect((await methods(`nobody@${world.domain}`)).body).toEqual({ available: false, items: [] });
    const off = await world.test.call('GET', `/auth/single-sign-on/${connection.connection_id}/start`);
    expect(off.status).toBe(404);
  });

  it('never sends the browser to another site afterwards', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await signOn(connection, new Wanderer(), to)).at).toBe('/');
  });
});

describe('linking', () => {
  it('takes an account that is here by its verified address', async () => {
    const connection = await connect();
    const here = await world.test.person('scientist', world.test.tenantId, `grace@${world.domain}`);
    world.peer.people['sub-1'] = ada({ email: `Grace@${world.domain}` });
    const { session } = await signOn(connection);
    expect(session?.user).toMatchObject({ user_id: here.id, role: 'scientist' });
  });

  it('is refused for an address that is not verified, or whose verification is not told', async () => {
    const connection = await connect();
    await world.test.person('admin', world.test.tenantId, `ada@${world.domain}`);
    world.peer.people['sub-1'] = ada({ email_verified: false });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=not_verified', session: null });
    world.peer.people['sub-1'] = { email: `ada@${world.domain}`, name: 'Ada' };
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=not_verified', session: null });
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      oidc: { ...connection.oidc, emails_are_verified: true },
    });
    expect((await signOn(connection)).session).not.toBeNull();
    world.peer.people['sub-1'] = ada({ email_verified: false });
    expect((await signOn(connection)).at).toBe('/sign-in?sso=not_verified');
  });

  it('is refused for another domain, also of the administrator here', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada({ email: world.test.admin.email });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=wrong_domain', session: null });
    expect(await world.test.auditActions()).toContain('single-sign-on.refused');
  });

  it('never crosses from one organisation to another', async () => {
    const connection = await connect();
    const other = await world.test.tenant('Elsewhere');
    await world.test.person('scientist', other, `ada@${world.domain}`);
    world.peer.people['sub-1'] = ada();
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });
  });

  it('does not open a deactivated account, nor make one where accounts are made by hand', async () => {
    const connection = await connect({ creates_users: false });
    world.peer.people['sub-1'] = ada();
    expect((await signOn(connection)).at).toBe('/sign-in?sso=no_account');
    const here = await world.test.person('scientist', world.test.tenantId, `ada@${world.domain}`);
    expect((await signOn(connection)).session).not.toBeNull();
    await admin('POST', `/access/members/${here.id}/deactivate`);
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=disabled', session: null });
  });
});

describe('roles', () => {
  const mapping = [
    { group: 'lab-heads', role: 'lab_manager' },
    { group: 'lab', role: 'scientist' },
  ];

  it('follow the first mapped group at every sign-in', async () => {
    const connection = await connect({ role_mapping: mapping });
    const roleWith = async (groups: string[] | undefined) => {
      world.peer.people['sub-1'] = ada(groups === undefined ? {} : { groups });
      return (await signOn(connection)).session?.user.role;
    };
    expect(await roleWith(['everyone', 'lab'])).toBe('scientist');
    expect(await roleWith(['lab', 'lab-heads'])).toBe('lab_manager');
    expect(await roleWith(['everyone'])).toBe('viewer');
    expect(await roleWith(undefined)).toBe('viewer');
    expect(await world.test.auditActions()).toContain('role.assigned');
  });

  it('take effect at once in sessions that run', async () => {
    const connection = await connect({ role_mapping: mapping });
    world.peer.people['sub-1'] = ada({ groups: ['lab'] });
    const { browser } = await signOn(connection);
    const mayRead = async () => (await browser.request(`${world.test.url}/api/v1/access/members`)).status;
    expect(await mayRead()).toBe(403);
    world.peer.people['sub-1'] = ada({ groups: ['lab-heads'] });
    await signOn(connection);
    expect(await mayRead()).toBe(200);
  });

  it('refuse who is in no group where there is no default', async () => {
    const connection = await connect({ role_mapping: mapping, default_role: null });
    world.peer.people['sub-1'] = ada({ groups: ['guests'] });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_role', session: null });
    expect(await account(`ada@${world.domain}`)).toBeUndefined();
  });

  it('can be mapped only to what who maps them could give', async () => {
    const attempt = await admin('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'Too much',
      domains: [world.domain],
      oidc: { issuer: world.peer.issuer, client_id: 'x' },
      role_mapping: [{ group: 'me', role: 'super_admin' }],
    });
    expect(attempt.status).toBe(403);
    const unknown = await admin('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'Unknown',
      domains: [world.domain],
      oidc: { issuer: world.peer.issuer, client_id: 'x' },
      default_role: 'emperor',
    });
    expect(unknown.status).toBe(400);
  });
});

describe('who set the connection up', () => {
  it('bounds which accounts it opens, linked before or not', async () => {
    const connection = await connect();
    const path = `/admin/single-sign-on/connections/${connection.connection_id}`;
    const owner = await world.test.person('super_admin', world.test.tenantId, `ada@${world.domain}`);
    world.peer.people['sub-1'] = ada();
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });

    const saved = await world.test.call('PATCH', path, { token: owner.token, body: { name: 'Ours' } });
    expect(saved.status).toBe(200);
    expect((await signOn(connection)).session?.user.user_id).toBe(owner.id);
    // Now linked: whoever could point it at another provider could come in by the same subject.
    expect((await admin('PATCH', path, { name: 'Mine' })).status).toBe(403);
    expect((await admin('DELETE', path)).status).toBe(403);
    expect((await world.test.call('DELETE', path, { token: owner.token })).status).toBe(204);
  });

  it('bounds the roles it gives, also where a custom role has grown since', async () => {
    const { body: custom } = await admin<{ role: string }>('POST', '/access/roles', {
      name: 'Grows',
      permissions: ['datasets:read'],
      clearance: 'internal',
      reach: 'tenant',
    });
    const connection = await connect({ role_mapping: [{ group: 'lab', role: custom.role }] });
    await world.test.app.platform.db.execute('update custom_roles set permissions = $1 where id = $2', [
      ['datasets:read', 'tenants:write'],
      custom.role,
    ]);
    world.peer.people['sub-1'] = ada({ groups: ['lab'] });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });
  });
});

describe('a second factor', () => {
  it('that the provider saw counts where the connection trusts it', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada({ amr: ['pwd', 'mfa'] });
    expect((await signOn(connection)).session?.second_factor).toBe(false);
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      trusts_second_factor: true,
    });
    expect((await signOn(connection)).session?.second_factor).toBe(true);
    world.peer.people['sub-1'] = ada({ amr: ['pwd'] });
    expect((await signOn(connection)).session?.second_factor).toBe(false);
  });
});

describe('an answer', () => {
  async function answerFor(connection: Connection, browser: Wanderer): Promise<string> {
    const base = `${world.test.url}/api/v1/auth/single-sign-on/${connection.connection_id}`;
    let at = `${base}/start`;
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await browser.request(at);
      at = new URL(response.headers.get('location') ?? '', at).href;
      if (at.startsWith(`${base}/callback`)) return at;
    }
    throw new Error('the provider did not answer');
  }
  const where = async (browser: Wanderer, address: string) =>
    (await browser.request(address)).headers.get('location');

  it('is taken once', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    const browser = new Wanderer();
    const answer = await answerFor(connection, browser);
    const held = browser.cookies(world.test.url);
    expect(await where(browser, answer)).toBe('/');
    const again = await fetch(answer, { redirect: 'manual', headers: { cookie: held } });
    expect(again.headers.get('location')).toBe('/sign-in?sso=expired');
  });

  it('is taken only from the browser that began', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    const answer = await answerFor(connection, new Wanderer());
    const victim = new Wanderer();
    expect(await where(victim, answer)).toBe('/sign-in?sso=expired');
    expect(victim.cookies(world.test.url)).not.toContain('stroma_session');
  });

  it('with another state or code is refused', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    const browser = new Wanderer();
    const changed = new URL(await answerFor(connection, browser));
    changed.searchParams.set('state', 'made-up');
    expect(await where(browser, changed.href)).toBe('/sign-in?sso=expired');
    const other = new URL(await answerFor(connection, browser));
    other.searchParams.set('code', 'made-up');
    expect(await where(browser, other.href)).toBe('/sign-in?sso=invalid');
  });

  it('of another issuer is refused (mix-up)', async () => {
    const connection = await connect();
    world.peer.people['sub-1'] = ada();
    const browser = new Wanderer();
    const mixed = new URL(await answerFor(connection, browser));
    mixed.searchParams.set('iss', 'https://evil.example');
    expect(await where(browser, mixed.href)).toBe('/sign-in?sso=invalid');
  });

  it('that refuses is told as such', async () => {
    const connection = await connect();
    world.peer.next = null;
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=refused', session: null });
  });
});
