import type { Project, ProjectResource, ResourceAccess, Share, UsePurpose } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from './access-server.suite.ts';

let server: AccessServer;
let lead: Person;
let renamed = 0;
beforeAll(async () => {
  server = await openAccessServer();
  lead = await server.member('senior_scientist', 'Lead');
});
afterAll(() => server.close());

type Page<T> = { items: T[]; next_cursor: string | null };
const dataset = (by: Person) => server.dataset(by);

const attributes = (by: Person, id: string, body: object) =>
  by.call<ResourceAccess & { error: { message: string } }>('PUT', `/access/resources/${id}`, body);
const rename = async (by: Person, id: string) =>
  (await by.call('PATCH', `/data/datasets/${id}`, { name: `Renamed by ${by.name} ${renamed++}` })).status;
const change = (by: Person, id: string, body: object) =>
  by.call<Project>('PATCH', `/access/projects/${id}`, body);

async function projectOf(name: string, members: unknown[] = []): Promise<string> {
  const made = await lead.call<Project>('POST', '/access/projects', { name, members });
  expect(made.status).toBe(201);
  return made.body.project_id;
}

describe('roles in a project', () => {
  it('let leads change it, members work in it, and readers look', async () => {
    const member = await server.member('scientist', 'Member');
    const reader = await server.member('scientist', 'Reader');
    const peer = await server.member('senior_scientist', 'Peer');
    const id = await projectOf('Rolling trial', [
      member.id,
      { user_id: reader.id, role: 'reader' },
      { user_id: peer.id, role: 'member' },
    ]);
    const thing = await dataset(lead);
    await attributes(lead, thing, { projects: [id] });
    expect([await rename(member, thing), await rename(reader, thing)]).toEqual([200, 403]);
    expect((await reader.call('GET', `/data/datasets/${thing}`)).status).toBe(200);
    const why = await reader.call<{ explanation: { rule: string } }>(
      'GET',
      `/auth/permissions?explain=datasets:write&resource=${thing}`,
    );
    expect(why.body.explanation.rule).toBe('project_role');

    expect((await change(peer, id, { description: 'Mine now' })).status).toBe(403);
    const shown = await peer.call<Project>('GET', `/access/projects/${id}`);
    expect(shown.body).toMatchObject({ may_change: false, why_not: 'A project is changed by its leads.' });
    const led = await change(lead, id, {
      members: [lead.id, reader.id, { user_id: peer.id, role: 'lead' }],
    });
    expect(Object.fromEntries(led.body.members.map(({ name, role }) => [name, role]))).toEqual({
      Lead: 'lead',
      Peer: 'lead',
      Reader: 'reader',
    });
    expect((await change(peer, id, { description: 'Ours' })).status).toBe(200);
    const none = await change(peer, id, { members: [{ user_id: peer.id, role: 'member' }] });
    expect(none.status).toBe(409);
    expect((await change(server.admin, id, { name: 'Overseen' })).status).toBe(200);
  });

  it('end in reading for everybody when it is archived, until it is opened again', async () => {
    const member = await server.member('scientist', 'Later');
    const id = await projectOf('Finished trial', [member.id]);
    const thing = await dataset(lead);
    await attributes(lead, thing, { projects: [id] });
    const archived = await change(lead, id, { archived: true });
    expect(archived.body.archived_at).not.toBeNull();
    expect(await rename(member, thing)).toBe(403);
    expect((await member.call('GET', `/data/datasets/${thing}`)).status).toBe(200);
    expect((await attributes(server.admin, await dataset(lead), { projects: [id] })).status).toBe(400);
    expect((await change(lead, id, { name: 'Other' })).status).toBe(409);
    const open = await lead.call<Page<Project>>('GET', '/access/projects?state=open&search=finished');
    expect(open.body.items).toEqual([]);
    const old = await lead.call<Page<Project>>('GET', '/access/projects?state=archived&search=FINISHED');
    expect(old.body.items.map(({ name }) => name)).toEqual(['Finished trial']);
    expect((await change(lead, id, { archived: false })).status).toBe(200);
    expect(await rename(member, thing)).toBe(200);
  });
});

describe('what belongs to a project', () => {
  it('is listed as far as one may see it, and put in by who works in it', async () => {
    const junior = await server.member('technician', 'Junior');
    const id = await projectOf('Shelf', [junior.id]);
    const [open, secret] = [await dataset(lead), await dataset(lead)];
    for (const thing of [open, secret]) await attributes(lead, thing, { projects: [id] });
    await server.admin.call('PUT', `/data/datasets/${secret}/access`, {
      sensitivity: 'confidential',
      rules: [],
    });
    const of = async (by: Person) =>
      (await by.call<Page<ProjectResource>>('GET', `/access/projects/${id}/resources`)).body.items.map(
        ({ resource_id }) => resource_id,
      );
    expect(await of(lead)).toEqual([open, secret].sort());
    expect(await of(junior)).toEqual([open]);
    const outside = await server.member('senior_scientist', 'Outside');
    expect((await outside.call('GET', `/access/projects/${id}/resources`)).status).toBe(404);
    const theirs = await dataset(outside);
    expect((await attributes(outside, theirs, { projects: [id] })).status).toBe(400);
  });
});

describe('shares', () => {
  it('are listed for who may share the things and for who reviews access, and ended from there', async () => {
    const partner = await server.member('collaborator', 'Partner');
    const other = await server.member('senior_scientist', 'Elsewhere');
    const closed = await projectOf('Behind a door');
    const thing = await dataset(lead);
    await attributes(lead, thing, { projects: [closed] });
    await lead.call('POST', `/access/resources/${thing}/grants`, {
      user_id: partner.id,
      permissions: ['datasets:read'],
    });
    const shares = async (by: Person) =>
      (await by.call<Page<Share>>('GET', `/access/grants?user_id=${partner.id}`)).body.items;
    expect(await shares(lead)).toMatchObject([
      { resource_id: thing, user_name: 'Partner', created_by_name: 'Lead', may_end: true },
    ]);
    expect(await shares(other)).toEqual([]);
    expect((await partner.call('GET', '/access/grants')).status).toBe(403);
    const [share] = await shares(server.admin);
    const path = `/access/resources/${thing}/grants/${share?.grant_id}`;
    expect((await server.admin.call('DELETE', path)).status).toBe(204);
    expect(await shares(lead)).toEqual([]);
  });
});

describe('purposes of use', () => {
  it('are free until one is listed, then only listed ones are taken, and retired ones stay where they are', async () => {
    const thing = await dataset(lead);
    expect((await attributes(lead, thing, { purposes: ['anything'] })).status).toBe(200);
    const add = (by: Person, purpose: string) =>
      by.call<UsePurpose>('POST', '/access/purposes', { purpose, description: `About ${purpose}` });
    expect((await add(lead, 'oncology')).status).toBe(403);
    expect((await add(server.admin, 'oncology')).status).toBe(201);
    expect((await add(server.admin, 'oncology')).status).toBe(409);
    await add(server.admin, 'teaching');
    const refused = await attributes(lead, thing, { purposes: ['anything', 'marketing'] });
    expect([refused.status, refused.body.error.message]).toEqual([
      400,
      expect.stringContaining('oncology, teaching'),
    ]);
    expect((await attributes(lead, thing, { purposes: ['anything', 'teaching'] })).status).toBe(200);
    await server.admin.call('PATCH', '/access/purposes/teaching', { retired: true });
    expect((await attributes(lead, thing, { purposes: ['teaching'] })).status).toBe(200);
    expect((await attributes(lead, await dataset(lead), { purposes: ['teaching'] })).status).toBe(400);
    const viewer = await server.member('viewer');
    const { items } = (await viewer.call<Page<UsePurpose>>('GET', '/access/purposes')).body;
    expect(items.map(({ purpose, resources, listed }) => [purpose, resources, listed])).toEqual([
      ['oncology', 0, true],
      ['teaching', 1, true],
    ]);
    await server.admin.call('PATCH', '/access/purposes/teaching', { retired: false, description: 'Again' });
    const back = (await viewer.call<Page<UsePurpose>>('GET', '/access/purposes')).body.items[1];
    expect(back).toMatchObject({ description: 'Again', retired_at: null });
    expect((await server.admin.call('PATCH', '/access/purposes/none', { retired: true })).status).toBe(404);
  });
});
