import type { Connection, ConnectionTest, Session } from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestAccess, type TestAccess } from '../federation.suite.ts';
import { Wanderer } from './loopback.suite.ts';
import { type OpenIdPeer, startOpenIdPeer } from './openid-provider.suite.ts';

let test: TestAccess;
beforeAll(async () => {
  test = await startTestAccess({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
}, 60_000);
afterAll(() => test.stop());

let peer: OpenIdPeer;
let domain: string;
let made = 0;
beforeEach(async () => {
  peer = await startOpenIdPeer();
  made += 1;
  domain = `university${made}.example`;
});
afterEach(async () => {
  const { body } = await admin<{ items: Connection[] }>('GET', '/admin/single-sign-on/connections');
  for (const { connection_id } of body.items)
    await admin('DELETE', `/admin/single-sign-on/connections/${connection_id}`);
  await peer.close();
});

const admin = <T>(method: string, path: string, body?: unknown) =>
  test.call<T>(method, path, { token: test.admin.token, ...(body === undefined ? {} : { body }) });

async function connect(
  changes: object = {},
  oidc: object = {},
  secret = peer.clientSecret,
): Promise<Connection> {
  const { body, status } = await admin<Connection>('POST', '/admin/single-sign-on/connections', {
    kind: 'oidc',
    name: 'University',
    domains: [domain],
    client_secret: secret,
    oidc: {
      issuer: peer.issuer,
      client_id: peer.clientId,
      scopes: ['openid', 'email', 'profile', 'groups'],
      ...oidc,
    },
    ...changes,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  peer.open(body.redirect_uri);
  return body;
}

const ada = (part: object = {}) => ({
  email: `ada@${domain}`,
  email_verified: true,
  name: 'Ada Lovelace',
  ...part,
});

async function signOn(connection: Connection, browser = new Wanderer(), to = '/data') {
  const start = `${test.url}/api/v1/auth/single-sign-on/${connection.connection_id}/start?to=${encodeURIComponent(to)}`;
  const { address } = await browser.visit(start);
  const { pathname, search, hash } = new URL(address);
  const answer = await browser.request(`${test.url}/api/v1/auth/session`);
  const session = answer.status === 200 ? ((await answer.json()) as Session) : null;
  return { at: pathname + search + hash, session, browser };
}

const account = async (email: string) =>
  (await test.app.platform.db.execute('select * from users where email = $1', [email])).rows[0];

describe('signing in by an OpenID provider', () => {
  it('makes the account at the first sign-in, and knows it again at the next', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada();
    const first = await signOn(connection);
    expect(first.at).toBe('/data');
    expect(first.session?.user).toMatchObject({
      email: `ada@${domain}`,
      name: 'Ada Lovelace',
      role: 'viewer',
    });
    peer.people['sub-1'] = ada({ email: `ada.king@${domain}` });
    const second = await signOn(connection);
    expect(second.session?.user.user_id).toBe(first.session?.user.user_id);
    const actions = await test.auditActions();
    expect(actions).toContain('account.created');
    expect(actions).toContain('session.started');
    expect(actions).toContain('single-sign-on.configured');
  });

  it('sends code challenge, state and nonce, each new, and the person’s address as a hint', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada();
    await signOn(connection);
    await signOn(connection);
    const [one, two] = peer.requests;
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
      test.call<{ available: boolean; items: { connection_id: string; name: string }[] }>(
        'GET',
        `/auth/single-sign-on${email === undefined ? '' : `?email=${email}`}`,
      );
    expect((await methods(`nobody@${domain}`)).body.items).toMatchObject([
      { connection_id: connection.connection_id, name: 'Charité' },
    ]);
    expect((await methods('somebody@elsewhere.example')).body.items).toEqual([]);
    expect((await methods()).body).toEqual({ available: true, items: [] });
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      shown_to_all: true,
    });
    expect((await methods()).body.items).toHaveLength(1);
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, { enabled: false });
    expect((await methods(`nobody@${domain}`)).body).toEqual({ available: false, items: [] });
    const off = await test.call('GET', `/auth/single-sign-on/${connection.connection_id}/start`);
    expect(off.status).toBe(404);
  });

  it('never sends the browser to another site afterwards', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada();
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await signOn(connection, new Wanderer(), to)).at).toBe('/');
  });
});

describe('linking', () => {
  it('takes an account that is here by its verified address', async () => {
    const connection = await connect();
    const here = await test.person('scientist', test.tenantId, `grace@${domain}`);
    peer.people['sub-1'] = ada({ email: `Grace@${domain}` });
    const { session } = await signOn(connection);
    expect(session?.user).toMatchObject({ user_id: here.id, role: 'scientist' });
  });

  it('is refused for an address that is not verified, or whose verification is not told', async () => {
    const connection = await connect();
    await test.person('admin', test.tenantId, `ada@${domain}`);
    peer.people['sub-1'] = ada({ email_verified: false });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=not_verified', session: null });
    peer.people['sub-1'] = { email: `ada@${domain}`, name: 'Ada' };
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=not_verified', session: null });
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      oidc: { ...connection.oidc, emails_are_verified: true },
    });
    expect((await signOn(connection)).session).not.toBeNull();
    peer.people['sub-1'] = ada({ email_verified: false });
    expect((await signOn(connection)).at).toBe('/sign-in?sso=not_verified');
  });

  it('is refused for another domain, also of the administrator here', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada({ email: test.admin.email });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=wrong_domain', session: null });
    expect(await test.auditActions()).toContain('single-sign-on.refused');
  });

  it('never crosses from one organisation to another', async () => {
    const connection = await connect();
    const other = await test.tenant('Elsewhere');
    await test.person('scientist', other, `ada@${domain}`);
    peer.people['sub-1'] = ada();
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });
  });

  it('does not open a deactivated account, nor make one where accounts are made by hand', async () => {
    const connection = await connect({ creates_users: false });
    peer.people['sub-1'] = ada();
    expect((await signOn(connection)).at).toBe('/sign-in?sso=no_account');
    const here = await test.person('scientist', test.tenantId, `ada@${domain}`);
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
      peer.people['sub-1'] = ada(groups === undefined ? {} : { groups });
      return (await signOn(connection)).session?.user.role;
    };
    expect(await roleWith(['everyone', 'lab'])).toBe('scientist');
    expect(await roleWith(['lab', 'lab-heads'])).toBe('lab_manager');
    expect(await roleWith(['everyone'])).toBe('viewer');
    expect(await roleWith(undefined)).toBe('viewer');
    expect(await test.auditActions()).toContain('role.assigned');
  });

  it('take effect at once in sessions that run', async () => {
    const connection = await connect({ role_mapping: mapping });
    peer.people['sub-1'] = ada({ groups: ['lab'] });
    const { browser } = await signOn(connection);
    const mayRead = async () => (await browser.request(`${test.url}/api/v1/access/members`)).status;
    expect(await mayRead()).toBe(403);
    peer.people['sub-1'] = ada({ groups: ['lab-heads'] });
    await signOn(connection);
    expect(await mayRead()).toBe(200);
  });

  it('refuse who is in no group where there is no default', async () => {
    const connection = await connect({ role_mapping: mapping, default_role: null });
    peer.people['sub-1'] = ada({ groups: ['guests'] });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_role', session: null });
    expect(await account(`ada@${domain}`)).toBeUndefined();
  });

  it('can be mapped only to what who maps them could give', async () => {
    const attempt = await admin('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'Too much',
      domains: [domain],
      oidc: { issuer: peer.issuer, client_id: 'x' },
      role_mapping: [{ group: 'me', role: 'super_admin' }],
    });
    expect(attempt.status).toBe(403);
    const unknown = await admin('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'Unknown',
      domains: [domain],
      oidc: { issuer: peer.issuer, client_id: 'x' },
      default_role: 'emperor',
    });
    expect(unknown.status).toBe(400);
  });
});

describe('who set the connection up', () => {
  it('bounds which accounts it opens, linked before or not', async () => {
    const connection = await connect();
    const path = `/admin/single-sign-on/connections/${connection.connection_id}`;
    const owner = await test.person('super_admin', test.tenantId, `ada@${domain}`);
    peer.people['sub-1'] = ada();
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });

    const saved = await test.call('PATCH', path, { token: owner.token, body: { name: 'Ours' } });
    expect(saved.status).toBe(200);
    expect((await signOn(connection)).session?.user.user_id).toBe(owner.id);
    // Now linked: whoever could point it at another provider could come in by the same subject.
    expect((await admin('PATCH', path, { name: 'Mine' })).status).toBe(403);
    expect((await admin('DELETE', path)).status).toBe(403);
    expect((await test.call('DELETE', path, { token: owner.token })).status).toBe(204);
  });

  it('bounds the roles it gives, also where a custom role has grown since', async () => {
    const { body: custom } = await admin<{ role: string }>('POST', '/access/roles', {
      name: 'Grows',
      permissions: ['datasets:read'],
      clearance: 'internal',
      reach: 'tenant',
    });
    const connection = await connect({ role_mapping: [{ group: 'lab', role: custom.role }] });
    await test.app.platform.db.execute('update custom_roles set permissions = $1 where id = $2', [
      ['datasets:read', 'tenants:write'],
      custom.role,
    ]);
    peer.people['sub-1'] = ada({ groups: ['lab'] });
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=no_account', session: null });
  });
});

describe('a second factor', () => {
  it('that the provider saw counts where the connection trusts it', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada({ amr: ['pwd', 'mfa'] });
    expect((await signOn(connection)).session?.second_factor).toBe(false);
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      trusts_second_factor: true,
    });
    expect((await signOn(connection)).session?.second_factor).toBe(true);
    peer.people['sub-1'] = ada({ amr: ['pwd'] });
    expect((await signOn(connection)).session?.second_factor).toBe(false);
  });
});

describe('an answer', () => {
  async function answerFor(connection: Connection, browser: Wanderer): Promise<string> {
    const base = `${test.url}/api/v1/auth/single-sign-on/${connection.connection_id}`;
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
    peer.people['sub-1'] = ada();
    const browser = new Wanderer();
    const answer = await answerFor(connection, browser);
    const held = browser.cookies(test.url);
    expect(await where(browser, answer)).toBe('/');
    const again = await fetch(answer, { redirect: 'manual', headers: { cookie: held } });
    expect(again.headers.get('location')).toBe('/sign-in?sso=expired');
  });

  it('is taken only from the browser that began', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada();
    const answer = await answerFor(connection, new Wanderer());
    const victim = new Wanderer();
    expect(await where(victim, answer)).toBe('/sign-in?sso=expired');
    expect(victim.cookies(test.url)).not.toContain('stroma_session');
  });

  it('with another state or code is refused', async () => {
    const connection = await connect();
    peer.people['sub-1'] = ada();
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
    peer.people['sub-1'] = ada();
    const browser = new Wanderer();
    const mixed = new URL(await answerFor(connection, browser));
    mixed.searchParams.set('iss', 'https://evil.example');
    expect(await where(browser, mixed.href)).toBe('/sign-in?sso=invalid');
  });

  it('that refuses is told as such', async () => {
    const connection = await connect();
    peer.next = null;
    expect(await signOn(connection)).toMatchObject({ at: '/sign-in?sso=refused', session: null });
  });
});

describe('the test of a connection', () => {
  const run = async (connection: Connection) => {
    const path = `/admin/single-sign-on/connections/${connection.connection_id}/test`;
    const { body } = await admin<ConnectionTest>('POST', path);
    return {
      ok: body.ok,
      ...Object.fromEntries(body.steps.map(({ check, status }) => [check, status])),
      body,
    };
  };

  it('finds everything in order', async () => {
    expect(await run(await connect())).toMatchObject({
      ok: true,
      discovery: 'ok',
      pkce: 'ok',
      keys: 'ok',
      client: 'ok',
    });
  });

  it('finds a wrong secret, before anybody tries to sign in', async () => {
    const found = await run(await connect({}, {}, 'not the secret'));
    expect(found).toMatchObject({ ok: false, discovery: 'ok', client: 'failed' });
    expect(found.body.steps.find(({ check }) => check === 'client')?.message).toContain('secret');
  });

  it('finds an issuer that does not answer, and one that is written differently', async () => {
    const connection = await connect();
    await peer.close();
    expect(await run(connection)).toMatchObject({ ok: false, discovery: 'failed' });
    expect((await signOn(connection)).at).toBe('/sign-in?sso=unreachable');
  });

  it('finds that nobody could come in', async () => {
    expect(await run(await connect({ default_role: null }))).toMatchObject({ ok: false, roles: 'failed' });
  });
});

describe('connections', () => {
  it('keep their secret sealed, tell it to nobody, and ask for it again for another issuer', async () => {
    const connection = await connect();
    expect(connection).toMatchObject({ client_secret_set: true });
    expect(JSON.stringify(connection)).not.toContain(peer.clientSecret);
    const { rows } = await test.app.platform.db.execute('select * from single_sign_on_connections');
    expect(JSON.stringify(rows)).not.toContain(peer.clientSecret);
    const moved = await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      oidc: { ...connection.oidc, issuer: 'http://127.0.0.1:1/' },
    });
    expect(moved.status).toBe(400);
    expect(moved.body).toMatchObject({ error: { details: { field: 'client_secret' } } });
  });

  it('are closed to who may not configure them, and to other organisations', async () => {
    const connection = await connect();
    const viewer = await test.person('scientist');
    const path = `/admin/single-sign-on/connections/${connection.connection_id}`;
    expect((await test.call('GET', path, { token: viewer.token })).status).toBe(403);
    const stranger = await test.person('admin', await test.tenant('Elsewhere'));
    for (const method of ['GET', 'DELETE'])
      expect((await test.call(method, path, { token: stranger.token })).status).toBe(404);
    expect((await test.call('POST', `${path}/test`, { token: stranger.token })).status).toBe(404);
  });

  it('hold a domain alone, across organisations', async () => {
    await connect();
    const stranger = await test.person('admin', await test.tenant('Elsewhere'));
    const taken = await test.call('POST', '/admin/single-sign-on/connections', {
      token: stranger.token,
      body: { kind: 'oidc', name: 'Mine', domains: [domain], oidc: { issuer: peer.issuer, client_id: 'x' } },
    });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ error: { details: { domain } } });
  });

  it.each([
    'http://idp.example.org',
    'https://169.254.169.254/',
    'https://10.0.0.1',
    'ftp://idp.example',
    'file:///etc/passwd',
  ])('do not let Stroma be sent to %s', async (issuer) => {
    const { status, body } = await admin<{ error: { code: string } }>(
      'POST',
      '/admin/single-sign-on/connections',
      {
        kind: 'oidc',
        name: 'Inner',
        domains: [domain],
        oidc: { issuer, client_id: 'x' },
      },
    );
    expect(status).toBeGreaterThanOrEqual(400);
    expect(['INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED']).toContain(body.error.code);
  });
});
