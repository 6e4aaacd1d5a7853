import type { Directory } from '@stroma/contracts';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { startTestAccess, type TestAccess } from '../federation.suite.ts';

export interface Resource {
  id: string;
  userName: string;
  active: boolean;
  displayName: string;
  externalId?: string;
  groups?: { value: string; display: string }[];
  members?: { value: string }[];
  meta: { location: string; resourceType: string };
  [other: string]: unknown;
}

export interface List {
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: Resource[];
}

export interface ScimError {
  status: string;
  scimType?: string;
  detail: string;
}

export const domain = 'hospital.example';

/** An installation, and a directory that pushes people and groups into it: a new one for each test. */
export function openDirectory() {
  const world = { made: 0 } as { test: TestAccess; token: string; directory: Directory; made: number };
  beforeAll(async () => {
    world.test = await startTestAccess();
  }, 60_000);
  afterAll(() => world.test.stop());
  beforeEach(async () => {
    const { body, status } = await admin<{ directory: Directory; token: string }>(
      'POST',
      '/admin/single-sign-on/directories',
      {
        name: 'Entra',
        domains: [domain],
        role_mapping: [
          { group: 'Lab heads', role: 'lab_manager' },
          { group: 'Lab', role: 'scientist' },
        ],
      },
    );
    expect(status, JSON.stringify(body)).toBe(201);
    Object.assign(world, { token: body.token, directory: body.directory });
  });

  const admin = <T>(method: string, path: string, body?: unknown) =>
    world.test.call<T>(method, path, {
      token: world.test.admin.token,
      ...(body === undefined ? {} : { body }),
    });
  const scim = <T = Resource>(method: string, path: string, body?: unknown, as = world.token) =>
    world.test.call<T>(method, `/scim/v2${path}`, {
      token: as,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/scim+json' } }),
    });
  const newUser = (part: object = {}) => {
    world.made += 1;
    return {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `user${world.made}@${domain}`,
      externalId: `ext-${world.made}`,
      name: { givenName: 'Grace', familyName: 'Hopper' },
      emails: [{ value: `user${world.made}@${domain}`, type: 'work', primary: true }],
      active: true,
      ...part,
    };
  };
  const push = async (part: object = {}) => (await scim('POST', '/Users', newUser(part))).body;
  const group = async (displayName: string, ...members: Resource[]) =>
    (await scim('POST', '/Groups', { displayName, members: members.map(({ id }) => ({ value: id })) })).body;
  const roleOf = async (id: string) =>
    (await world.test.app.platform.db.execute('select role from users where id = $1', [id])).rows[0]?.role;
  const operations = (...Operations: object[]) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations,
  });
  const directoryPath = () => `/admin/single-sign-on/directories/${world.directory.directory_id}`;

  return Object.assign(world, { admin, scim, newUser, push, group, roleOf, operations, directoryPath });
}
