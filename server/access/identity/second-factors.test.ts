import type { SecondFactorNeeded } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  challengeFor,
  codeOf,
  type IdentityServer,
  openIdentityServer,
  personWithApp,
  type SignedInProgram,
} from './identity-server.suite.ts';

let server: IdentityServer;
beforeAll(async () => {
  server = await openIdentityServer();
});
afterAll(() => server.stop());

const verify = (challenge: string, code: string) =>
  server.call<SignedInProgram>('POST', '/auth/mfa/verify', { body: { challenge, code } });
const recover = (challenge: string, code: string) =>
  server.call<SignedInProgram>('POST', '/auth/mfa/recovery', { body: { challenge, code } });

describe('an authenticator app', () => {
  it('is set up with a code of it, and then asked for at every sign-in', async () => {
    const person = await personWithApp(server);
    expect(person.uri).toMatch(/^otpauth:\/\/totp\/Stroma:person\d+%40example\.org\?/);
    expect(person.codes).toHaveLength(10);
    const asked = await server.login<SecondFactorNeeded>(person.email, person.password);
    expect(asked.body).toMatchObject({ status: 'second_factor', methods: [{ kind: 'totp' }] });
    expect(asked.body).not.toHaveProperty('token');
    expect(asked.cookie).toBeNull();
    const proven = await verify(asked.body.challenge, codeOf(person.secret));
    expect(proven.body).toMatchObject({ status: 'signed_in', second_factor: true });
    expect(proven.cookie).toMatch(/^stroma_session=/);
    expect((await server.session(proven.body.token)).body.second_factor).toBe(true);
  });

  it('gives codes that work once', async () => {
    const person = await personWithApp(server);
    const code = codeOf(person.secret);
    expect((await verify((await challengeFor(server, person)).challenge, code)).status).toBe(200);
    const again = await challengeFor(server, person);
    expect((await verify(again.challenge, code)).status).toBe(401);
  });

  it('forgives a clock that is half a minute off, and no more', async () => {
    const person = await personWithApp(server);
    const { challenge } = await challengeFor(server, person);
    expect((await verify(challenge, codeOf(person.secret, 3))).status).toBe(401);
    expect((await verify(challenge, codeOf(person.secret, -3))).status).toBe(401);
    expect((await verify(challenge, codeOf(person.secret, 1))).status).toBe(200);
  });

  it('is not in force before it was confirmed', async () => {
    const person = await server.person();
    const { token } = (await server.login(person.email, person.password)).body;
    const begun = await server.post<{ method_id: string }>(token, '/auth/mfa/setup', { kind: 'totp' });
    const wrong = await server.post(token, '/auth/mfa/confirm', {
      method_id: begun.body.method_id,
      code: '000000',
    });
    expect(wrong.body.error.code).toBe('WRONG_CREDENTIALS');
    expect((await server.login(person.email, person.password)).body).toMatchObject({ status: 'signed_in' });
  });

  it('ends other sessions, which were opened without it', async () => {
    const person = await server.person();
    const other = (await server.login(person.email, person.password)).body.token;
    const { token } = (await server.login(person.email, person.password)).body;
    const { method_id, secret } = (
      await server.post<{ method_id: string; secret: string }>(token, '/auth/mfa/setup', { kind: 'totp' })
    ).body;
    await server.post(token, '/auth/mfa/confirm', { method_id, code: codeOf(secret) });
    expect((await server.session(other)).status).toBe(401);
    expect((await server.session(token)).body.second_factor).toBe(true);
  });

  it('keeps its seed sealed', async () => {
    const person = await personWithApp(server);
    const { rows } = await server.app.platform.db.execute('select secret from second_factors where id = $1', [
      person.methodId,
    ]);
    expect(String(rows[0]?.secret)).not.toContain(person.secret);
  });

  it('can be removed again, and its recovery codes go with it', async () => {
    const person = await personWithApp(server);
    const gone = await server.call('DELETE', `/auth/mfa/${person.methodId}`, server.as(person.token));
    expect(gone.status).toBe(204);
    expect((await server.login(person.email, person.password)).body).toMatchObject({ status: 'signed_in' });
    const list = await server.call<{ recovery_codes_left: number; items: unknown[] }>(
      'GET',
      '/auth/mfa',
      server.as(person.token),
    );
    expect(list.body).toMatchObject({ recovery_codes_left: 0, items: [] });
  });

  it('of one person is nothing to another', async () => {
    const [ada, eve] = [await personWithApp(server), await personWithApp(server)];
    const removed = await server.call('DELETE', `/auth/mfa/${ada.methodId}`, server.as(eve.token));
    expect(removed.body.error.code).toBe('NOT_FOUND');
    const { challenge } = await challengeFor(server, ada);
    expect((await verify(challenge, codeOf(eve.secret))).status).toBe(401);
  });
});

describe('a sign-in half done', () => {
  it('opens nothing', async () => {
    const person = await personWithApp(server);
    const { challenge } = await challengeFor(server, person);
    expect((await server.session(challenge)).status).toBe(401);
    expect((await server.call('GET', '/data/datasets', server.as(challenge))).status).toBe(401);
  });

  it('is over after one success', async () => {
    const person = await personWithApp(server);
    const { challenge } = await challengeFor(server, person);
    expect((await verify(challenge, codeOf(person.secret))).status).toBe(200);
    const again = await verify(challenge, codeOf(person.secret, 1));
    expect(again.body).toMatchObject({ error: { code: 'TOKEN_INVALID' } });
  });

  it('locks after five wrong codes, for every sign-in of the person and also for the right code', async () => {
    const person = await personWithApp(server);
    const { challenge } = await challengeFor(server, person);
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await verify(challenge, `00000${attempt}`)).status).toBe(401);
    const next = await challengeFor(server, person);
    const locked = await verify(next.challenge, codeOf(person.secret));
    expect(locked.body).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect((await recover(next.challenge, person.codes[0] ?? '')).status).toBe(429);
  });
});

describe('recovery codes', () => {
  it('each finish one sign-in, however they are typed', async () => {
    const person = await personWithApp(server);
    const [first = '', second = ''] = person.codes;
    const { challenge } = await challengeFor(server, person);
    expect((await recover(challenge, first.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    const next = await challengeFor(server, person);
    expect((await recover(next.challenge, first)).body).toMatchObject({
      error: { code: 'WRONG_CREDENTIALS' },
    });
    expect((await recover(next.challenge, second)).status).toBe(200);
  });

  it('are kept as hashes, and new ones end the old', async () => {
    const person = await personWithApp(server);
    const { rows } = await server.app.platform.db.execute('select * from recovery_codes where user_id = $1', [
      person.id,
    ]);
    expect(rows).toHaveLength(10);
    for (const code of person.codes) expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''));
    const renewed = await server.post<{ recovery_codes: string[] }>(person.token, '/auth/mfa/recovery-codes');
    expect(renewed.body.recovery_codes).toHaveLength(10);
    const { challenge } = await challengeFor(server, person);
    expect((await recover(challenge, person.codes[0] ?? '')).status).toBe(401);
    expect((await recover(challenge, renewed.body.recovery_codes[0] ?? '')).status).toBe(200);
  });

  it('are of no use to another person', async () => {
    const [ada, eve] = [await personWithApp(server), await personWithApp(server)];
    const { challenge } = await challengeFor(server, ada);
    expect((await recover(challenge, eve.codes[0] ?? '')).status).toBe(401);
  });
});

describe('what was done with second factors', () => {
  it('is in the audit trail', async () => {
    const person = await personWithApp(server);
    const { challenge } = await challengeFor(server, person);
    await verify(challenge, '000000');
    await verify(challenge, codeOf(person.secret));
    const { rows } = await server.app.platform.db.execute(
      'select action, outcome from audit_events where actor_id = $1',
      [person.id],
    );
    const told = rows.map(({ action, outcome }) => `${action} ${outcome}`);
    for (const expected of [
      'session.started success',
      'second-factor.added success',
      'recovery-codes.made success',
      'second-factor.refused refused',
      'second-factor.proven success',
    ])
      expect(told).toContain(expected);
  });
});
