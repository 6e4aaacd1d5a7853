import type { Connection, Session } from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startTestAccess, type TestAccess } from '../federation.suite.ts';
import { Wanderer } from './loopback.suite.ts';
import { type OpenIdPeer, startOpenIdPeer } from './openid-provider.suite.ts';

/** An installation, and a university that proves who people are by OpenID Connect: a new one for each test. */
export function openUniversity() {
  const world = {} as { test: TestAccess; peer: OpenIdPeer; domain: string };
  let made = 0;
  beforeAll(async () => {
    world.test = await startTestAccess({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
  }, 60_000);
  afterAll(() => world.test.stop());
  beforeEach(async () => {
    world.peer = await startOpenIdPeer();
    made += 1;
    world.domain = `university${made}.example`;
  });
  afterEach(async () => {
    const { body } = await admin<{ items: Connection[] }>('GET', '/admin/single-sign-on/connections');
    for (const { connection_id } of body.items)
      await admin('DELETE', `/admin/single-sign-on/connections/${connection_id}`);
    await world.peer.close();
  });

  const admin = <T>(method: string, path: string, body?: unknown) =>
    world.test.call<T>(method, path, {
      token: world.test.admin.token,
      ...(body === undefined ? {} : { body }),
    });
  async function connect(
    changes: object = {},
    oidc: object = {},
    secret = world.peer.clientSecret,
  ): Promise<Connection> {
    const { body, status } = await admin<Connection>('POST', '/admin/single-sign-on/connections', {
      kind: 'oidc',
      name: 'University',
      domains: [world.domain],
      client_secret: secret,
      oidc: {
        issuer: world.peer.issuer,
        client_id: world.peer.clientId,
        scopes: ['openid', 'email', 'profile', 'groups'],
        ...oidc,
      },
      ...changes,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    world.peer.open(body.redirect_uri);
    return body;
  }
  const ada = (part: object = {}) => ({
    email: `ada@${world.domain}`,
    email_verified: true,
    name: 'Ada Lovelace',
    ...part,
  });
  async function signOn(connection: Connection, browser = new Wanderer(), to = '/data') {
    const start = `${world.test.url}/api/v1/auth/single-sign-on/${connection.connection_id}/start?to=${encodeURIComponent(to)}`;
    const { address } = await browser.visit(start);
    const { pathname, search, hash } = new URL(address);
    const answer = await browser.request(`${world.test.url}/api/v1/auth/session`);
    const session = answer.status === 200 ? ((await answer.json()) as Session) : null;
    return { at: pathname + search + hash, session, browser };
  }
  const account = async (email: string) =>
    (await world.test.app.platform.db.execute('select * from users where email = $1', [email])).rows[0];

  return Object.assign(world, { admin, connect, ada, signOn, account });
}
