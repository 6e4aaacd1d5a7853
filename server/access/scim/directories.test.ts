import { describe, expect, it } from 'vitest';
import { domain, openDirectory, type ScimError } from './pushing-directory.suite.ts';

const world = openDirectory();
const { admin, scim, newUser, push, group, roleOf, directoryPath } = world;

describe('the token', () => {
  it('opens SCIM and nothing else, and nothing else opens SCIM', async () => {
    expect(world.token).toMatch(/^scim_/);
    expect((await scim('GET', '/Users')).status).toBe(200);
    expect((await world.test.call('GET', '/data/datasets', { token: world.token })).status).toBe(403);
    expect((await world.test.call('GET', '/auth/api-keys', { token: world.token })).status).toBe(403);
    expect((await scim('GET', '/Users', undefined, world.test.admin.token)).status).toBe(403);
    const none = await world.test.call<ScimError>('GET', '/scim/v2/Users');
    expect(none.status).toBe(401);
    expect(none.headers.get('content-type')).toContain('application/scim+json');
    expect(none.body).toMatchObject({
      status: '401',
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    });
  });

  it('is kept as a hash, renewed, switched off and taken away, each at once', async () => {
    const { rows } = await world.test.app.platform.db.execute('select * from scim_directories');
    expect(JSON.stringify(rows)).not.toContain(world.token.slice(14));
    const path = `/admin/single-sign-on/directories/${world.directory.directory_id}`;
    const renewed = await admin<{ token: string }>('POST', `${path}/token`);
    expect((await scim('GET', '/Users')).status).toBe(401);
    world.token = renewed.body.token;
    expect((await scim('GET', '/Users')).status).toBe(200);
    await admin('PATCH', path, { enabled: false });
    expect((await scim('GET', '/Users')).status).toBe(401);
    await admin('PATCH', path, { enabled: true });
    expect((await scim('GET', '/Users')).status).toBe(200);
    expect((await admin('DELETE', path)).status).toBe(204);
    expect((await scim('GET', '/Users')).status).toBe(401);
  });
});

describe('who set the directory up', () => {
  it('bounds which accounts it takes over, renames and closes', async () => {
    const owner = await world.test.person('super_admin', world.test.tenantId, `owner@${domain}`);
    const taken = await scim<ScimError>('POST', '/Users', { userName: owner.email });
    expect(taken).toMatchObject({ status: 409, body: { scimType: 'mutability' } });

    const pushed = await push();
    await world.test.app.platform.db.execute('update users set role = $1 where id = $2', [
      'super_admin',
      pushed.id,
    ]);
    const renamed = newUser({ userName: `mine@${domain}`, emails: [] });
    expect((await scim('PUT', `/Users/${pushed.id}`, renamed)).status).toBe(409);
    expect((await scim('DELETE', `/Users/${pushed.id}`)).status).toBe(409);
    await group('Lab', pushed);
    expect(await roleOf(pushed.id)).toBe('super_admin');

    const saved = await world.test.call('PATCH', directoryPath(), {
      token: owner.token,
      body: { name: 'Entra ID' },
    });
    expect(saved.status).toBe(200);
    expect((await scim('PUT', `/Users/${pushed.id}`, renamed)).status).toBe(200);
    await world.test.app.platform.db.execute('update users set role = $1 where id = $2', [
      'viewer',
      pushed.id,
    ]);
  });

  it('is needed to change, renew or remove it', async () => {
    const owner = await world.test.person('super_admin', world.test.tenantId);
    await world.test.call('PATCH', directoryPath(), { token: owner.token, body: { name: 'Entra ID' } });
    expect((await admin('PATCH', directoryPath(), { domains: [domain, 'evil.example'] })).status).toBe(403);
    expect((await admin('POST', `${directoryPath()}/token`)).status).toBe(403);
    expect((await admin('DELETE', directoryPath())).status).toBe(403);
    expect(await world.test.auditActions()).toContain('access.refused');
  });
});
