import type {
  Explanation,
  Member,
  OwnPermissions,
  Project,
  ReviewLine,
  RoleDocument,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from './access-server.suite.ts';

let server: AccessServer;
let admin: Person;
beforeAll(async () => {
  server = await openAccessServer();
  admin = server.admin;
});
afterAll(() => server.close());

type Page<T> = { items: T[]; next_cursor: string | null };
const explain = async (by: Person, query: string) =>
  (await by.call<OwnPermissions>('GET', `/auth/permissions?explain=${query}`)).body
    .explanation as Explanation;

describe('own permissions', () => {
  it('are the whole catalogue, each with whether and why', async () => {
    const vic = await server.member('viewer');
    const { body } = await vic.call<OwnPermissions>('GET', '/auth/permissions');
    expect(body).toMatchObject({ role: 'viewer', role_name: 'Viewer', explanation: null });
    expect(body.permissions.length).toBeGreaterThan(40);
    const held = body.permissions.filter(({ allowed }) => allowed).map(({ permission }) => permission);
    expect(held).toContain('datasets:read');
    expect(held).not.toContain('datasets:write');
    expect(await explain(vic, 'members:write')).toMatchObject({
      allowed: false,
      rule: 'role',
      resource: null,
      user_id: vic.id,
    });
    const why = await explain(vic, 'members:write');
    expect(why.roles_that_may.map(({ role }) => role)).toContain('admin');
    expect((await vic.call('GET', '/auth/permissions?explain=everything:do')).status).toBe(400);
  });

  it('of others are for who reviews access', async () => {
    const vic = await server.member('viewer');
    const other = await server.member('scientist');
    expect((await vic.call('GET', `/auth/permissions?user_id=${other.id}`)).status).toBe(403);
    const officer = await server.member('compliance_officer');
    const { body } = await officer.call<OwnPermissions>('GET', `/auth/permissions?user_id=${other.id}`);
    expect(body.role).toBe('scientist');
  });
});

describe('a custom role', () => {
  it('is made, given, changed for its members at once, and deleted when nobody has it', async () => {
    const made = await admin.call<RoleDocument>('POST', '/access/roles', {
      name: 'Data steward',
      description: 'Keeps datasets tidy.',
      permissions: ['datasets:read', 'datasets:write', 'datasets:delete'],
      own_only: ['datasets:delete'],
      clearance: 'confidential',
    });
    expect(made.status).toBe(201);
    const { role } = made.body;
    expect(made.body).toMatchObject({ built_in: false, members: 0, may_give: true, reach: 'tenant' });
    const twin = { name: 'DATA STEWARD', permissions: [] };
    expect((await admin.call('POST', '/access/roles', twin)).status).toBe(409);
    expect((await admin.call('POST', '/access/roles', { name: 'viewer', permissions: [] })).status).toBe(409);
    const odd = { name: 'Odd', permissions: ['datasets:read'], own_only: ['datasets:write'] };
    expect((await admin.call('POST', '/access/roles', odd)).status).toBe(400);

    const sam = await server.member('viewer', 'Sam');
    expect((await admin.call<Member>('PATCH', `/access/members/${sam.id}`, { role })).body.role_name).toBe(
      'Data steward',
    );
    expect((await sam.call('POST', '/data/samples')).status).toBe(202);
    expect((await sam.call('GET', '/query/history')).status).toBe(403);
    const changed = await admin.call<RoleDocument>('PATCH', `/access/roles/${role}`, {
      permissions: ['datasets:read', 'queries:run'],
    });
    expect(changed.body).toMatchObject({ members: 1, own_only: [] });
    expect((await sam.call('GET', '/query/history')).status).toBe(200);
    expect((await sam.call('POST', '/data/samples')).status).toBe(403);

    expect((await admin.call('DELETE', `/access/roles/${role}`)).status).toBe(409);
    await admin.call('PATCH', `/access/members/${sam.id}`, { role: 'viewer' });
    expect((await admin.call('DELETE', `/access/roles/${role}`)).status).toBe(204);
    expect((await admin.call('PATCH', `/access/roles/${role}`, { name: 'Gone' })).status).toBe(404);
    const record = await admin.call<Page<{ action: string }>>('GET', `/audit/events?object_id=${role}`);
    expect(record.body.items.map(({ action }) => action).sort()).toEqual([
      'role.changed',
      'role.created',
      'role.deleted',
    ]);
  });

  it('is of one organisation', async () => {
    const role = (
      await admin.call<RoleDocument>('POST', '/access/roles', {
        name: 'Ours',
        permissions: ['datasets:read'],
      })
    ).body.role;
    const other = await server.otherTenant();
    const roles = await other.admin.call<Page<RoleDocument>>('GET', '/access/roles');
    expect(roles.body.items.filter(({ built_in }) => !built_in)).toEqual([]);
    expect((await other.admin.call('PATCH', `/access/roles/${role}`, { name: 'Theirs' })).status).toBe(404);
    expect((await other.admin.call('DELETE', `/access/roles/${role}`)).status).toBe(404);
    const theirs = await server.member('viewer', 'Theirs', other.tenantId);
    expect((await other.admin.call('PATCH', `/access/members/${theirs.id}`, { role })).status).toBe(400);
  });

  it('is listed after the built-in ones, in pages', async () => {
    const first = await admin.call<Page<RoleDocument>>('GET', '/access/roles?limit=10');
    expect(first.body.items).toHaveLength(10);
    expect(first.body.items[0]).toMatchObject({ role: 'super_admin', built_in: true });
    const rest = await admin.call<Page<RoleDocument>>(
      'GET',
      `/access/roles?cursor=${first.body.next_cursor}`,
    );
    expect(rest.body.items[0]?.role).toBe('viewer');
    const scientist = first.body.items.find(({ role }) => role === 'scientist');
    expect(scientist?.aliases).toEqual(['analyst', 'researcher']);
  });
});

describe('the access review', () => {
  it('says of everybody what they may do, and only of who may do one thing', async () => {
    const { items } = (await admin.call<Page<ReviewLine>>('GET', '/access/review?limit=200')).body;
    const members = (await admin.call<Page<Member>>('GET', '/access/members?limit=200')).body.items;
    expect(items.map(({ user_id }) => user_id)).toEqual(members.map(({ user_id }) => user_id));
    const governing = await admin.call<Page<ReviewLine>>('GET', '/access/review?permission=roles:write');
    expect(governing.body.items.map(({ user_id }) => user_id)).toEqual([admin.id]);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await admin.call<Page<ReviewLine>>('GET', `/access/review?limit=2${query}`);
      paged.push(...page.body.items.map(({ user_id }) => user_id));
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(items.map(({ user_id }) => user_id));
  });

  it('is exported as CSV, one line for each person and permission, safe to open in a spreadsheet', async () => {
    const eve = await server.member('guest', '=cmd|" /C calc"!A0, Eve');
    const { status, text, headers } = await admin.call('GET', '/access/review/export');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(/access-review-\d{4}-\d\d-\d\d\.csv/);
    const lines = text.trim().split('\r\n');
    expect(lines[0]).toMatch(/^user_id,name,email,status,role,role_name,permission,meaning,limit/);
    const hers = lines.filter((line) => line.startsWith(eve.id));
    expect(hers).toHaveLength(4);
    expect(hers[0]).toContain(`"'=cmd|"" /C calc""!A0, Eve"`);
    const vic = await server.member('viewer');
    expect((await vic.call('GET', '/access/review/export')).status).toBe(403);
  });
});

describe('a project', () => {
  it('is made with its maker in it, renamed, and deleted when it holds nothing', async () => {
    const lead = await server.member('senior_scientist', 'Lead');
    const ann = await server.member('collaborator', 'Ann');
    const made = await lead.call<Project>('POST', '/access/projects', { name: 'Trial 7', members: [ann.id] });
    expect(made.status).toBe(201);
    expect(made.body.members.map(({ name }) => name).sort()).toEqual(['Ann', 'Lead']);
    const id = made.body.project_id;
    expect((await lead.call('POST', '/access/projects', { name: 'trial 7' })).status).toBe(409);
    expect((await ann.call<Page<Project>>('GET', '/access/projects')).body.items).toHaveLength(1);
    const outside = await server.member('scientist');
    expect((await outside.call<Page<Project>>('GET', '/access/projects')).body.items).toEqual([]);
    expect((await outside.call('PATCH', `/access/projects/${id}`, { name: 'Mine' })).status).toBe(403);
    const other = await server.member('senior_scientist');
    expect((await other.call('PATCH', `/access/projects/${id}`, { members: [other.id] })).status).toBe(404);
    const renamed = await lead.call<Project>('PATCH', `/access/projects/${id}`, { name: 'Trial 8' });
    expect(renamed.body).toMatchObject({ name: 'Trial 8' });
    const theirs = await server.otherTenant();
    expect((await theirs.admin.call('PATCH', `/access/projects/${id}`, { name: 'X' })).status).toBe(404);
    const strangers = { members: [theirs.admin.id] };
    expect((await lead.call('PATCH', `/access/projects/${id}`, strangers)).status).toBe(400);
    expect((await lead.call('DELETE', `/access/projects/${id}`)).status).toBe(204);
  });
});
