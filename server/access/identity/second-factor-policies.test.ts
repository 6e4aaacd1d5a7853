import type { SecondFactorPolicy } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityServer, openIdentityServer, personWithApp } from './identity-server.suite.ts';

let server: IdentityServer;
let administrator: string;
beforeAll(async () => {
  server = await openIdentityServer({ STROMA_REQUIRE_MFA: 'technician' });
  administrator = await signedIn('admin');
});
afterAll(() => server.stop());

async function signedIn(role: string): Promise<string> {
  const { email, password } = await server.person(role);
  return (await server.login(email, password)).body.token;
}
const path = '/security/second-factor-policy';
const set = (by: string, body: unknown) =>
  server.call<SecondFactorPolicy & { error: { code: string } }>('PUT', path, { ...server.as(by), body });
const of = (policy: SecondFactorPolicy, role: string) => policy.roles.find((each) => each.role === role);
const opens = async (token: string) => (await server.call('GET', '/data/datasets', server.as(token))).status;

describe('second factors an organisation asks for', () => {
  it('are asked at once of who has the role and none, an alias too, and of nobody else', async () => {
    const scientist = await signedIn('scientist');
    const analyst = await signedIn('analyst');
    const viewer = await signedIn('viewer');
    expect(await opens(scientist)).toBe(200);
    const changed = await set(administrator, { roles: ['analyst'] });
    expect(of(changed.body, 'scientist')).toMatchObject({
      required_by: 'organisation',
      members: 2,
      without: 2,
    });
    expect([await opens(scientist), await opens(analyst), await opens(viewer)]).toEqual([403, 403, 200]);
    expect((await server.session(scientist)).body.user.must_set_up_second_factor).toBe(true);
    await set(administrator, { roles: [] });
    expect(await opens(scientist)).toBe(200);
  });

  it('are kept by who has one: the last cannot be removed while it is asked for', async () => {
    const person = await personWithApp(server, 'viewer');
    await set(administrator, { everyone: false, roles: ['viewer'] });
    const remove = () => server.call('DELETE', `/auth/mfa/${person.methodId}`, server.as(person.token));
    expect((await remove()).body.error.code).toBe('CONFLICT');
    await set(administrator, { roles: [] });
    expect((await remove()).status).toBe(204);
  });

  it('never weaken what the installation asks', async () => {
    const none = await set(administrator, { roles: [] });
    expect(of(none.body, 'technician')?.required_by).toBe('installation');
    expect(await opens(await signedIn('technician'))).toBe(403);
  });

  it('are changed by who may, after a fresh proof, for roles there are, and on record', async () => {
    expect((await set(await signedIn('lab_director'), { roles: [] })).status).toBe(403);
    expect((await set(administrator, { roles: ['captain'] })).status).toBe(400);
    const read = await server.call<SecondFactorPolicy>(
      'GET',
      path,
      server.as(await signedIn('compliance_officer')),
    );
    expect(read.body.changed_by).toMatch(/^Person/);
    const record = await server.call<{ items: { object: { kind: string } }[] }>(
      'GET',
      `/audit/events?action=policy.changed&object_kind=second_factor_policy`,
      server.as(administrator),
    );
    expect(record.body.items.length).toBeGreaterThan(3);
    await server.app.platform.db.execute("update sessions set proven_at = now() - interval '1 hour'");
    expect((await set(administrator, { everyone: true })).body.error.code).toBe('REAUTHENTICATION_REQUIRED');
  });
});
