import type { Connection, ConnectionTest } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { openUniversity } from './university.suite.ts';

const world = openUniversity();
const { admin, connect, signOn } = world;

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
    await world.peer.close();
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
    expect(JSON.stringify(connection)).not.toContain(world.peer.clientSecret);
    const { rows } = await world.test.app.platform.db.execute('select * from single_sign_on_connections');
    expect(JSON.stringify(rows)).not.toContain(world.peer.clientSecret);
    const moved = await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      oidc: { ...connection.oidc, issuer: 'http://127.0.0.1:1/' },
    });
    expect(moved.status).toBe(400);
    expect(moved.body).toMatchObject({ error: { details: { field: 'client_secret' } } });
  });

  it('are closed to who may not configure them, and to other organisations', async () => {
    const connection = await connect();
    const viewer = await world.test.person('scientist');
    const path = `/admin/single-sign-on/connections/${connection.connection_id}`;
    expect((await world.test.call('GET', path, { token: viewer.token })).status).toBe(403);
    const stranger = await world.test.person('admin', await world.test.tenant('Elsewhere'));
    for (const method of ['GET', 'DELETE'])
      expect((await world.test.call(method, path, { token: stranger.token })).status).toBe(404);
    expect((await world.test.call('POST', `${path}/test`, { token: stranger.token })).status).toBe(404);
  });

  it('lead nobody of another organisation away, whose domain it is by its accounts', async () => {
    const elsewhere = await world.test.tenant('Elsewhere');
    await world.test.person('viewer', elsewhere, 'ada@elsewhere.example');
    const claimed = await admin('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'Not mine',
      domains: ['elsewhere.example'],
      oidc: { issuer: world.peer.issuer, client_id: 'stroma' },
    });
    expect([claimed.status, claimed.body]).toMatchObject([
      409,
      { error: { details: { domain: 'elsewhere.example' } } },
    ]);
  });

  it('hold a domain alone, across organisations', async () => {
    await connect();
    const stranger = await world.test.person('admin', await world.test.tenant('Elsewhere'));
    const taken = await world.test.call('POST', '/admin/single-sign-on/connections', {
      token: stranger.token,
      body: {
        kind: 'oidc',
        name: 'Mine',
        domains: [world.domain],
        oidc: { issuer: world.peer.issuer, client_id: 'x' },
      },
    });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ error: { details: { domain: world.domain } } });
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
        domains: [world.domain],
        oidc: { issuer, client_id: 'x' },
      },
    );
    expect(status).toBeGreaterThanOrEqual(400);
    expect(['INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED']).toContain(body.error.code);
  });
});
