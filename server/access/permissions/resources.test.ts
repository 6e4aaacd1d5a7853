import type { Explanation, OwnPermissions, Project, ResourceAccess } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, openAccessServer, type Person } from './access-server.suite.ts';

let server: AccessServer;
let lead: Person;
beforeAll(async () => {
  server = await openAccessServer();
  lead = await server.member('senior_scientist', 'Lead');
});
afterAll(() => server.close());

type Page<T> = { items: T[]; next_cursor: string | null };
const dataset = (by: Person) => server.dataset(by);

const open = async (by: Person, id: string, headers: Record<string, string> = {}) =>
  (await by.call('GET', `/data/datasets/${id}`, undefined, headers)).status;
const listed = async (by: Person) =>
  (await by.call<Page<{ dataset_id: string }>>('GET', '/data/datasets?limit=200')).body.items.map(
    ({ dataset_id }) => dataset_id,
  );
const ask = async (by: Person, id: string) =>
  (await by.call('POST', '/query/sql', { sql: 'select count(*) from dataset', dataset_ids: [id] })).status;
const attributes = (by: Person, id: string, body: object) =>
  by.call<ResourceAccess>('PUT', `/access/resources/${id}`, body);

describe('a dataset', () => {
  it('is out of reach of guests and collaborators until it is shared, and again afterwards', async () => {
    const id = await dataset(lead);
    const guest = await server.member('guest', 'Guest');
    const partner = await server.member('collaborator', 'Partner');
    for (const each of [guest, partner]) {
      expect(await open(each, id)).toBe(404);
      expect(await listed(each)).not.toContain(id);
    }
    expect(await ask(partner, id)).toBe(404);
    const files = await partner.call<Page<unknown>>('GET', '/data/uploads');
    expect(files.body.items, 'nor is its raw file listed').toEqual([]);
    expect((await partner.call<Page<unknown>>('GET', '/data/jobs')).body.items).toEqual([]);

    const shared = await lead.call<ResourceAccess>('POST', `/access/resources/${id}/grants`, {
      user_id: partner.id,
      permissions: ['datasets:read', 'queries:run'],
    });
    expect(shared.status).toBe(201);
    expect(shared.body.grants).toHaveLength(2);
    expect(await open(partner, id)).toBe(200);
    expect(await listed(partner)).toContain(id);
    expect([200, 422]).toContain(await ask(partner, id));
    expect(await open(guest, id)).toBe(404);
    expect((await partner.call('PATCH', `/data/datasets/${id}`, { name: 'Mine' })).status).toBe(403);

    for (const { grant_id } of shared.body.grants)
      expect((await lead.call('DELETE', `/access/resources/${id}/grants/${grant_id}`)).status).toBe(204);
    expect(await open(partner, id)).toBe(404);
    expect(await listed(partner)).not.toContain(id);
  });

  it('of one’s own is always within reach, and what is held for one’s own holds for it', async () => {
    const partner = await server.member('collaborator', 'Partner two');
    const tech = await server.member('technician', 'Tech');
    const [theirs, own, leads] = [await dataset(partner), await dataset(tech), await dataset(lead)];
    expect(await listed(partner)).toEqual([theirs]);
    expect((await partner.call('PATCH', `/data/datasets/${theirs}`, { name: 'Renamed' })).status).toBe(200);
    expect(await open(tech, leads)).toBe(200);
    const refused = await tech.call('DELETE', `/data/datasets/${leads}`);
    expect(refused.status).toBe(403);
    expect(refused.body.error.details).toMatchObject({ rule: 'owner', permission: 'datasets:delete' });
    expect((await tech.call('DELETE', `/data/datasets/${own}`)).status).toBe(204);
    expect((await tech.call('POST', `/data/datasets/${own}/restore`)).status).toBe(200);
    expect((await lead.call('DELETE', `/data/datasets/${leads}`)).status).toBe(204);
    expect((await tech.call('POST', `/data/datasets/${leads}/restore`)).status).toBe(403);
  });

  it('in a project is reached by its members alone, and by those who oversee everything', async () => {
    const id = await dataset(lead);
    const inside = await server.member('scientist', 'Inside');
    const outside = await server.member('scientist', 'Outside');
    const quality = await server.member('quality_assurance', 'Quality');
    const project = await lead.call<Project>('POST', '/access/projects', {
      name: 'Closed trial',
      members: [inside.id],
    });
    expect(await open(outside, id)).toBe(200);
    const set = await attributes(lead, id, { projects: [project.body.project_id] });
    expect(set.body.projects).toMatchObject([{ name: 'Closed trial' }]);
    expect(await Promise.all([inside, outside, quality].map((each) => open(each, id)))).toEqual([
      200, 404, 200,
    ]);
    expect(await listed(inside)).toContain(id);
    expect(await listed(outside)).not.toContain(id);
    expect(await ask(outside, id)).toBe(404);
    expect((await lead.call('DELETE', `/access/projects/${project.body.project_id}`)).status).toBe(409);
    await lead.call('PATCH', `/access/projects/${project.body.project_id}`, {
      members: [lead.id, outside.id],
    });
    expect(await Promise.all([inside, outside].map((each) => open(each, id)))).toEqual([404, 200]);
    expect((await attributes(outside, id, {})).status, 'sharing needs its own permission').toBe(403);
    expect((await attributes(lead, id, {})).status).toBe(200);
    expect(await open(inside, id)).toBe(200);
  });

  it('of a site, for a purpose, and open for a time', async () => {
    const id = await dataset(lead);
    const ann = await server.member('scientist', 'Ann');
    await server.admin.call('PATCH', `/access/members/${ann.id}`, { sites: ['basel'] });
    expect(await open(ann, id)).toBe(200);
    await attributes(lead, id, { site: 'lyon' });
    const elsewhere = await ann.call('GET', `/data/datasets/${id}`);
    expect(elsewhere.body.error.details).toMatchObject({ rule: 'site' });
    expect(await listed(ann)).not.toContain(id);
    await attributes(lead, id, { site: 'basel', purposes: ['quality-control'] });
    expect((await ann.call('GET', `/data/datasets/${id}`)).body.error.details).toMatchObject({
      rule: 'purpose',
    });
    expect(await open(ann, id, { 'stroma-purpose': 'curiosity' })).toBe(403);
    expect(await open(ann, id, { 'stroma-purpose': 'quality-control' })).toBe(200);
    const other = await server.member('scientist', 'Other');
    await attributes(lead, id, { closes_at: new Date(Date.now() - 1000).toISOString() });
    expect((await other.call('GET', `/data/datasets/${id}`)).body.error.details).toMatchObject({
      rule: 'resource_time',
    });
    expect(await listed(other)).not.toContain(id);
    await attributes(lead, id, { opens_at: new Date(Date.now() - 1000).toISOString() });
    expect(await open(other, id)).toBe(200);
  });

  it('is explained: why one can, why one cannot, and nothing of what is hidden', async () => {
    const id = await dataset(lead);
    const tech = await server.member('technician', 'Explained');
    const guest = await server.member('guest', 'Unexplained');
    const explain = (by: Person, query: string) =>
      by.call<OwnPermissions>('GET', `/auth/permissions?explain=${query}`);
    const why = (await explain(tech, `datasets:delete&resource=${id}`)).body.explanation as Explanation;
    expect(why).toMatchObject({ allowed: false, rule: 'owner', attributes: { own_only: true } });
    expect(why.resource).toMatchObject({ resource_id: id, kind: 'dataset' });
    expect((await explain(lead, `datasets:delete&resource=${id}`)).body.explanation).toMatchObject({
      allowed: true,
      rule: 'owner',
    });
    expect((await explain(guest, `datasets:read&resource=${id}`)).status).toBe(404);
    const asked = await explain(server.admin, `datasets:read&resource=${id}&user_id=${guest.id}`);
    expect(asked.body.explanation).toMatchObject({ allowed: false, rule: 'reach' });
    const unknown = 'ds_01980000-0000-7000-8000-000000000000';
    expect((await explain(server.admin, `datasets:read&resource=${unknown}`)).status).toBe(404);
    const { admin } = await server.otherTenant();
    expect((await explain(admin, `datasets:read&resource=${id}`)).status).toBe(404);
    expect((await attributes(admin, id, {})).status).toBe(404);
  });

  it('is shared with members of the organisation only, for what one may oneself', async () => {
    const id = await dataset(lead);
    const other = await server.otherTenant();
    const give = (by: Person, userId: string, permissions: string[]) =>
      by.call('POST', `/access/resources/${id}/grants`, { user_id: userId, permissions });
    expect((await give(lead, other.admin.id, ['datasets:read'])).status).toBe(400);
    const partner = await server.member('collaborator', 'Partner three');
    expect((await give(lead, partner.id, ['tenants:write'])).status).toBe(403);
    expect((await give(partner, partner.id, ['datasets:read'])).status).toBe(403);
    expect((await give(lead, partner.id, ['datasets:read'])).status).toBe(201);
    const past = { user_id: partner.id, permissions: ['datasets:read'], expires_at: '2020-01-01T00:00:00Z' };
    expect((await lead.call('POST', `/access/resources/${id}/grants`, past)).status).toBe(400);
  });
});
