import { type OwnSession, roles } from '@stroma/contracts';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityServer, openIdentityServer } from './identity-server.suite.ts';
import { openIdentity } from './open-identity.ts';

let server: IdentityServer;
beforeAll(async () => {
  server = await openIdentityServer();
});
afterAll(() => server.stop());

interface Refreshed {
  token: string;
  refresh_token: string;
}
const refresh = (refresh_token: string) =>
  server.call<Refreshed & { error: { code: string } }>('POST', '/auth/refresh', { body: { refresh_token } });
const signedIn = async () => {
  const person = await server.person();
  return { ...person, ...(await server.login(person.email, person.password)).body };
};

describe('access tokens', () => {
  it('are RS256 JWTs that anybody can check with the published keys', async () => {
    const { token, id, session_id } = await signedIn();
    const jwks = (await server.call<{ keys: never[] }>('GET', '/auth/jwks')).body;
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
      audience: 'stroma',
    });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(payload).toMatchObject({ sub: id, sid: session_id, tid: server.tenantId });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(24 * 3600);
    expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
  });

  it('are refused when altered, unsigned, or signed by somebody else', async () => {
    const { token } = await signedIn();
    const [head = '', body = '', signature = ''] = token.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: 'usr_x' }),
    );
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const symmetric = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
    for (const forged of [
      `${head}.${other.toString('base64url')}.${signature}`,
      `${none}.${body}.`,
      `${symmetric}.${body}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${body}.`,
    ])
      expect((await server.session(forged)).status).toBe(401);
    expect((await server.session(token)).status).toBe(200);
  });

  it('of an earlier key are honoured after the next key has taken over, and both keys are published', async () => {
    const before = await signedIn();
    const keys = openIdentity(server.app.platform, noAudit, async () => noStanding).accessTokens;
    const { id } = await keys.rotate(true);
    const published = (await server.call<{ keys: { kid: string }[] }>('GET', '/auth/jwks')).body.keys;
    const kids = published.map(({ kid }) => kid);
    expect(kids).toContain(id);
    expect(kids).toContain(decodeProtectedHeader(before.token).kid);
    expect((await server.session(before.token)).status).toBe(200);
    const after = await signedIn();
    expect(decodeProtectedHeader(after.token).kid).toBe(id);
  });

  it('end with their session', async () => {
    const { token } = await signedIn();
    expect((await server.session(token)).status).toBe(200);
    await server.post(token, '/auth/logout');
    expect((await server.session(token)).status).toBe(401);
  });
});

describe('refresh tokens', () => {
  it('carry a session on, each once', async () => {
    const first = await signedIn();
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect((await server.session(second.body.token)).body.session_id).toBe(first.session_id);
    const third = await refresh(second.body.refresh_token);
    expect(third.status).toBe(200);
    expect((await server.session(third.body.token)).status).toBe(200);
  });

  it('used a second time end the whole session: thief and owner are both out', async () => {
    const owner = await signedIn();
    const thief = (await refresh(owner.refresh_token)).body;
    const reused = await refresh(owner.refresh_token);
    expect(reused.body.error.code).toBe('UNAUTHENTICATED');
    expect((await server.session(thief.token)).status).toBe(401);
    expect((await server.session(owner.token)).status).toBe(401);
    expect((await refresh(thief.refresh_token)).status).toBe(401);
    const { rows } = await server.app.platform.db.execute(
      `select outcome from audit_events where actor_id = $1 and action = 'token.reused'`,
      [owner.id],
    );
    expect(rows).toEqual([{ outcome: 'refused' }]);
  });

  it('of two uses at once serve at most one', async () => {
    const { refresh_token } = await signedIn();
    const both = await Promise.all([refresh(refresh_token), refresh(refresh_token)]);
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it('are not given to a browser, nor is a token', async () => {
    const person = await server.person();
    const { body, cookie } = await server.login(person.email, person.password, { client: 'browser' });
    expect(body).toMatchObject({ token: null, refresh_token: null });
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
  });
});

describe('what is stored of sessions', () => {
  it('opens nothing: tokens are kept as hashes', async () => {
    const person = await server.person();
    const { body, cookie } = await server.login(person.email, person.password);
    const secret = /stroma_session=([^;]+)/.exec(cookie ?? '')?.[1] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    for (const table of ['sessions', 'refresh_tokens', 'identity_challenges', 'signing_keys']) {
      const { rows } = await server.app.platform.db.execute(`select * from ${table}`);
      const stored = JSON.stringify(rows);
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(body.refresh_token);
      expect(stored).not.toContain('PRIVATE KEY');
    }
  });
});

describe('the sessions of a person', () => {
  const list = async (token: string) =>
    (await server.call<{ items: OwnSession[] }>('GET', '/auth/sessions', server.as(token))).body.items;

  it('are listed, and each can be ended at once from another', async () => {
    const here = await signedIn();
    const there = (await server.login(here.email, here.password)).body;
    const found = await list(here.token);
    expect(found.map(({ current }) => current).sort()).toEqual([false, true]);
    expect(found.find(({ current }) => current)?.session_id).toBe(here.session_id);
    const ended = await server.call('DELETE', `/auth/sessions/${there.session_id}`, server.as(here.token));
    expect(ended.status).toBe(204);
    expect((await server.session(there.token)).status).toBe(401);
    expect(await list(here.token)).toHaveLength(1);
  });

  it('all end but this one', async () => {
    const here = await signedIn();
    const others = [
      await server.login(here.email, here.password),
      await server.login(here.email, here.password),
    ];
    expect((await server.call('DELETE', '/auth/sessions', server.as(here.token))).status).toBe(204);
    for (const { body } of others) expect((await server.session(body.token)).status).toBe(401);
    expect((await server.session(here.token)).status).toBe(200);
  });

  it('of another person are not there', async () => {
    const [ada, eve] = [await signedIn(), await signedIn()];
    const tried = await server.call('DELETE', `/auth/sessions/${ada.session_id}`, server.as(eve.token));
    expect(tried.body.error.code).toBe('NOT_FOUND');
    expect((await server.session(ada.token)).status).toBe(200);
  });

  it('end in every process within a second of being ended in one', async () => {
    const person = await signedIn();
    // As on a store that several processes share.
    const { platform } = server.app;
    const db = { ...platform.db, kind: 'postgresql' as const };
    const elsewhere = openIdentity({ ...platform, db }, noAudit, async () => noStanding);
    await elsewhere.start();
    expect((await elsewhere.actor(person.token))?.id).toBe(person.id);
    await server.post(person.token, '/auth/logout');
    await expect.poll(() => elsewhere.actor(person.token), { timeout: 1_000, interval: 10 }).toBeNull();
    await elsewhere.close();
  });

  it('end when nobody has used them for the idle time, in a browser', async () => {
    const person = await server.person();
    const { body, cookie } = await server.login(person.email, person.password, { client: 'browser' });
    const headers = { cookie: /^[^;]+/.exec(cookie ?? '')?.[0] ?? '' };
    expect((await server.call('GET', '/auth/session', { headers })).status).toBe(200);
    const { rows } = await server.app.platform.db.execute(
      `update sessions set last_seen_at = now() - interval '121 minutes' where id = $1 returning token_hash`,
      [body.session_id],
    );
    expect(rows).toHaveLength(1);
    const fresh = openIdentity(server.app.platform, noAudit, async () => noStanding);
    expect(await fresh.actor(headers.cookie.replace('stroma_session=', ''))).toBeNull();
  });
});

describe('an open stream', () => {
  it('is let go when its session ends', async () => {
    const person = await signedIn();
    const stream = await fetch(`${server.url}/api/v1/streams/all`, {
      ...server.as(person.token),
      signal: AbortSignal.timeout(5_000),
    });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    await server.call(
      'DELETE',
      '/auth/sessions',
      server.as((await server.login(person.email, person.password)).body.token),
    );
    await ended;
  });
});

describe('a role that needs a second factor', () => {
  it('sets it up before anything else, and is in afterwards', async () => {
    const { codeOf } = await import('./identity-server.suite.ts');
    const strict = await openIdentityServer({ STROMA_REQUIRE_MFA: 'administrators, technician' });
    for (const role of ['admin', 'technician'] as const) {
      const person = await strict.person(role);
      const { token, user, permissions } = (await strict.login(person.email, person.password)).body;
      expect(user.must_set_up_second_factor).toBe(true);
      expect(permissions).toEqual([]);
      const refused = await strict.call('GET', '/data/datasets', strict.as(token));
      expect(refused.body.error.code).toBe('SECOND_FACTOR_REQUIRED');
      const { method_id, secret } = (
        await strict.post<{ method_id: string; secret: string }>(token, '/auth/mfa/setup', { kind: 'totp' })
      ).body;
      await strict.post(token, '/auth/mfa/confirm', { method_id, code: codeOf(secret) });
      expect((await strict.call('GET', '/data/datasets', strict.as(token))).status).toBe(200);
      const removed = await strict.call('DELETE', `/auth/mfa/${method_id}`, strict.as(token));
      expect(removed.body.error.code).toBe('CONFLICT');
    }
    const viewer = await strict.person('viewer');
    const free = (await strict.login(viewer.email, viewer.password)).body;
    expect(free.user.must_set_up_second_factor).toBe(false);
    await strict.stop();
  }, 120_000);

  it('is an administrator, by default, where others can reach the server, and nobody where it is local', async () => {
    const { identityRules } = await import('./identity-rules.ts');
    const { configSchema } = await import('../../platform/config/config.ts');
    const required = (settings: Record<string, string>) => {
      const { secondFactorRequired } = identityRules(configSchema.parse(settings));
      return roles.filter((role) => secondFactorRequired(role));
    };
    expect(required({})).toEqual([]);
    expect(required({ HOST: '0.0.0.0' })).toEqual(['super_admin', 'admin']);
    expect(required({ HOST: '10.0.0.5' })).toEqual(['super_admin', 'admin']);
    expect(required({ STROMA_PUBLIC_URL: 'https://stroma.example.org' })).toEqual(['super_admin', 'admin']);
    expect(required({ STROMA_PUBLIC_URL: 'http://localhost:3000' })).toEqual([]);
    expect(required({ STROMA_REQUIRE_MFA: 'everyone' })).toEqual([...roles]);
    expect(required({ STROMA_REQUIRE_MFA: 'off', HOST: '0.0.0.0' })).toEqual([]);
    expect(required({ STROMA_REQUIRE_MFA: 'viewer' })).toEqual(['viewer']);
  });
});

const noStanding = { permissions: new Set<never>(), tier: 'free' as const };
const noAudit = { record: async () => {}, recordAll: async () => {}, append: async () => {} };
