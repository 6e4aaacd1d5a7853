import { describe, expect, it } from 'vitest';
import { domain, type List, openDirectory, type ScimError } from './pushing-directory.suite.ts';

const world = openDirectory();
const { admin, scim, newUser, push, group, roleOf, operations } = world;

describe('users', () => {
  it('are made with an account, and read back as they were pushed', async () => {
    const pushed = newUser();
    const { status, body, headers } = await scim('POST', '/Users', pushed);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toContain('application/scim+json');
    expect(headers.get('location')).toBe(body.meta.location);
    expect(body).toMatchObject({
      ...pushed,
      id: expect.stringMatching(/^usr_/),
      meta: { resourceType: 'User' },
    });
    expect((await scim('GET', `/Users/${body.id}`)).body).toEqual(body);
    const { rows } = await world.test.app.platform.db.execute('select * from users where id = $1', [body.id]);
    expect(rows[0]).toMatchObject({ email: pushed.userName, name: 'Grace Hopper', role: 'viewer' });
  });

  it('are unique by userName, without regard to case, and by address', async () => {
    const first = newUser();
    await scim('POST', '/Users', first);
    const again = await scim<ScimError>('POST', '/Users', {
      ...first,
      userName: first.userName.toUpperCase(),
    });
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness', status: '409' } });
    const address = await scim<ScimError>('POST', '/Users', { ...newUser(), emails: first.emails });
    expect(address).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  });

  it('never get an address that is taken in another organisation', async () => {
    const other = await world.test.tenant('Elsewhere');
    const taken = await world.test.person('scientist', other, `taken@${domain}`);
    const { id } = await push();
    const moved = newUser({ emails: [{ value: taken.email, primary: true }] });
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', `/Users/${id}`],
    ] as const)
      expect(await scim<ScimError>(method, path, moved)).toMatchObject({
        status: 409,
        body: { scimType: 'uniqueness' },
      });
  });

  it('come only from the domains of the directory', async () => {
    const body = newUser({ emails: [{ value: 'boss@lab.example', primary: true }] });
    expect(await scim<ScimError>('POST', '/Users', body)).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue' },
    });
  });

  it('take an account that is here over, with the role it has', async () => {
    const here = await world.test.person('lab_director', world.test.tenantId, `here${world.made}@${domain}`);
    const body = await push({ userName: here.email, emails: [{ value: here.email }] });
    expect(body.id).toBe(here.id);
    expect(await roleOf(here.id)).toBe('lab_director');
  });

  it('are found by filter and page by page', async () => {
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => push()));
    const byName = await scim<List>(
      'GET',
      `/Users?filter=${encodeURIComponent(`userName eq "${all[2]?.userName}"`)}`,
    );
    expect(byName.body).toMatchObject({ totalResults: 1, Resources: [{ id: all[2]?.id }] });
    const byEmail = await scim<List>(
      'GET',
      `/Users?filter=${encodeURIComponent(`emails[type eq "work" and value eq "${all[1]?.userName}"] and active eq true`)}`,
    );
    expect(byEmail.body.Resources.map(({ id }) => id)).toEqual([all[1]?.id]);
    const seen: string[] = [];
    for (let startIndex = 1; ; startIndex += 2) {
      const { body } = await scim<List>('GET', `/Users?startIndex=${startIndex}&count=2`);
      expect(body).toMatchObject({ totalResults: 5, startIndex });
      seen.push(...body.Resources.map(({ id }) => id));
      if (body.itemsPerPage < 2) break;
    }
    expect(seen.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect((await scim<List>('GET', '/Users?count=0')).body).toMatchObject({
      totalResults: 5,
      itemsPerPage: 0,
    });
    const bad = await scim<ScimError>('GET', '/Users?filter=userName%20is%20%22a%22');
    expect(bad).toMatchObject({ status: 400, body: { scimType: 'invalidFilter' } });
  });

  it('show only what is asked for', async () => {
    const { id } = await push();
    const { body } = await scim('GET', `/Users/${id}?attributes=userName`);
    expect(Object.keys(body).toSorted()).toEqual(['id', 'schemas', 'userName']);
    const less = await scim<List>('GET', '/Users?excludedAttributes=emails,name');
    expect(less.body.Resources[0]).not.toHaveProperty('emails');
  });

  it('are changed by PUT and by PATCH in every way directories write it', async () => {
    const { id } = await push();
    const patched = await scim('PATCH', `/Users/${id}`, {
      ...operations(
        { op: 'Replace', path: 'name.givenName', value: 'Rear Admiral' },
        { op: 'Add', path: 'displayName', value: 'Amazing Grace' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: `grace${world.made}@${domain}` },
      ),
    });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      displayName: 'Amazing Grace',
      name: { givenName: 'Rear Admiral', familyName: 'Hopper' },
    });
    const { rows } = await world.test.app.platform.db.execute('select * from users where id = $1', [id]);
    expect(rows[0]).toMatchObject({ email: `grace${world.made}@${domain}`, name: 'Amazing Grace' });
    const replaced = await scim('PUT', `/Users/${id}`, newUser({ displayName: 'Grace H.' }));
    expect(replaced.body.displayName).toBe('Grace H.');
    const wrong = await scim<ScimError>(
      'PATCH',
      `/Users/${id}`,
      operations({ op: 'replace', path: 'active', value: 'perhaps' }),
    );
    expect(wrong).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  });

  it('that do not exist, or belong to another directory or organisation, are not there', async () => {
    const { id } = await push();
    expect((await scim('GET', '/Users/usr_00000000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await scim('GET', `/Users/${world.test.admin.id}`)).status).toBe(404);
    const other = await admin<{ token: string }>('POST', '/admin/single-sign-on/directories', {
      name: 'Other',
      domains: [domain],
    });
    for (const method of ['GET', 'DELETE'])
      expect((await scim(method, `/Users/${id}`, undefined, other.body.token)).status).toBe(404);
    expect((await scim<List>('GET', '/Users', undefined, other.body.token)).body.totalResults).toBe(0);
  });
});

describe('deactivation', () => {
  it.each([
    ['a boolean', false],
    ['a word', 'False'],
  ])('by %s ends sessions and API keys at once, and can be taken back', async (_, value) => {
    world.made += 1;
    const person = await world.test.person('scientist', world.test.tenantId, `leaver${world.made}@${domain}`);
    const key = await world.test.call<{ secret: string }>('POST', '/auth/api-keys', {
      token: person.token,
      body: { name: 'k', scopes: ['datasets:read'] },
    });
    const { id } = await push({ userName: person.email, emails: [{ value: person.email }] });
    const works = async () => [
      (await world.test.call('GET', '/data/datasets', { token: person.token })).status,
      (await world.test.call('GET', '/data/datasets', { token: key.body.secret })).status,
    ];
    expect(await works()).toEqual([200, 200]);
    const { body } = await scim(
      'PATCH',
      `/Users/${id}`,
      operations({ op: 'replace', value: { active: value } }),
    );
    expect(body.active).toBe(false);
    await expect.poll(works, { timeout: 1000, interval: 50 }).toEqual([401, 401]);
    const login = await world.test.call('POST', '/auth/login', {
      body: { email: person.email, password: person.password },
    });
    expect(login.status).toBe(401);
    await scim('PATCH', `/Users/${id}`, operations({ op: 'replace', path: 'active', value: true }));
    const back = await world.test.call('POST', '/auth/login', {
      body: { email: person.email, password: person.password },
    });
    expect(back.status).toBe(200);
    expect(await world.test.auditActions()).toContain('scim.deprovisioned');
  });

  it('by DELETE keeps the account for the record, and a new push opens it again', async () => {
    const pushed = newUser();
    const { id } = (await scim('POST', '/Users', pushed)).body;
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await scim('GET', `/Users/${id}`)).status).toBe(404);
    const { rows } = await world.test.app.platform.db.execute('select disabled_at from users where id = $1', [
      id,
    ]);
    expect(rows[0]?.disabled_at).not.toBeNull();
    const again = (await scim('POST', '/Users', pushed)).body;
    expect(again).toMatchObject({ id, active: true });
  });

  it('does not leave an organisation without administrator', async () => {
    const tenant = await world.test.tenant('Small');
    const boss = await world.test.person('admin', tenant, `boss@small.example`);
    const small = await world.test.call<{ token: string }>('POST', '/admin/single-sign-on/directories', {
      token: boss.token,
      body: { name: 'Small', domains: ['small.example'] },
    });
    const { id } = (await scim('POST', '/Users', { userName: boss.email }, small.body.token)).body;
    expect(id).toBe(boss.id);
    const refused = await scim<ScimError>('DELETE', `/Users/${id}`, undefined, small.body.token);
    expect(refused).toMatchObject({ status: 409, body: { scimType: 'mutability' } });
  });
});

describe('groups', () => {
  it('give and take the role that is mapped', async () => {
    const [ada, eve] = [await push(), await push()];
    const lab = await group('Lab', ada);
    expect(await roleOf(ada.id)).toBe('scientist');
    expect(await roleOf(eve.id)).toBe('viewer');
    await scim(
      'PATCH',
      `/Groups/${lab.id}`,
      operations({ op: 'add', path: 'members', value: [{ value: eve.id }] }),
    );
    expect(await roleOf(eve.id)).toBe('scientist');
    const heads = await group('Lab heads', eve);
    expect(await roleOf(eve.id)).toBe('lab_manager');
    await scim(
      'PATCH',
      `/Groups/${heads.id}`,
      operations({ op: 'remove', path: `members[value eq "${eve.id}"]` }),
    );
    expect(await roleOf(eve.id)).toBe('scientist');
    await scim('DELETE', `/Groups/${lab.id}`);
    expect([await roleOf(ada.id), await roleOf(eve.id)]).toEqual(['viewer', 'viewer']);
    expect(await world.test.auditActions()).toContain('role.assigned');
  });

  it('are read, replaced and renamed, and shown with each user', async () => {
    const [ada, eve] = [await push(), await push()];
    const first = await group('Night shift', ada);
    expect(first).toMatchObject({ displayName: 'Night shift', members: [{ value: ada.id, type: 'User' }] });
    expect((await scim('GET', `/Users/${ada.id}`)).body.groups).toMatchObject([
      { value: first.id, display: 'Night shift' },
    ]);
    const { body } = await scim('PUT', `/Groups/${first.id}`, {
      displayName: 'Lab',
      members: [{ value: eve.id }],
    });
    expect(body.members).toMatchObject([{ value: eve.id }]);
    expect([await roleOf(ada.id), await roleOf(eve.id)]).toEqual(['viewer', 'scientist']);
    const found = await scim<List>(
      'GET',
      '/Groups?filter=displayName%20eq%20%22lab%22&excludedAttributes=members',
    );
    expect(found.body.Resources).toHaveLength(1);
    expect(found.body.Resources[0]).not.toHaveProperty('members');
    const twin = await scim<ScimError>('POST', '/Groups', { displayName: 'Lab' });
    expect(twin).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    const stranger = await scim<ScimError>('POST', '/Groups', {
      displayName: 'Strangers',
      members: [{ value: world.test.admin.id }],
    });
    expect(stranger).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
  });

  it('give other roles as soon as the mapping says so', async () => {
    const ada = await push();
    await group('Quality', ada);
    expect(await roleOf(ada.id)).toBe('viewer');
    await admin('PATCH', `/admin/single-sign-on/directories/${world.directory.directory_id}`, {
      role_mapping: [{ group: 'Quality', role: 'quality_assurance' }],
    });
    expect(await roleOf(ada.id)).toBe('quality_assurance');
  });
});

describe('what a client asks first', () => {
  it('is told: configuration, schemas, kinds of resources', async () => {
    const config = await scim('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true, maxResults: 200 },
    });
    const schemas = await scim<List>('GET', '/Schemas');
    expect(schemas.body.Resources.map(({ name }) => name)).toEqual(['User', 'Group']);
    const one = await scim('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
    expect(one.status).toBe(200);
    const kinds = await scim<List>('GET', '/ResourceTypes');
    expect(kinds.body.totalResults).toBe(2);
    expect((await scim('GET', '/ResourceTypes/Group')).body).toMatchObject({ endpoint: '/Groups' });
    expect((await scim('GET', '/ResourceTypes/Car')).status).toBe(404);
  });
});
