import { describe, expect, it } from 'vitest';
import { decide } from './decisions.ts';
import { builtInRoles, definitionOfRole, permissions, roleAliases, scopeOfRole } from './index.ts';

/**
 * Every role against every permission, to be read and signed by a person: `x` may, `o` may for their own, `.` may not.
 * SA super admin, AD admin, LD lab director, LM lab manager, SS senior scientist, SC scientist, TE technician,
 * QA quality assurance, CO compliance officer, CL collaborator, VI viewer, GU guest.
 */
const matrix = `
                        SA AD LD LM SS SC TE QA CO CL VI GU
  datasets:read         x  x  x  x  x  x  x  x  x  x  x  x
  datasets:write        x  x  x  x  x  x  x  .  .  o  .  .
  datasets:delete       x  x  x  x  x  x  o  .  .  .  .  .
  datasets:share        x  x  x  x  x  .  .  .  .  .  .  .
  connections:read      x  x  x  x  x  x  .  x  x  .  .  .
  connections:write     x  x  x  x  x  .  .  .  .  .  .  .
  queries:run           x  x  x  x  x  x  x  x  x  x  x  .
  dashboards:read       x  x  x  x  x  x  x  x  x  x  x  x
  dashboards:write      x  x  x  x  x  x  o  .  .  o  .  .
  dashboards:share      x  x  x  x  x  .  .  .  .  .  .  .
  metrics:read          x  x  x  x  x  x  x  x  x  x  x  .
  metrics:write         x  x  x  x  x  x  .  .  .  .  .  .
  metrics:approve       x  x  x  x  .  .  .  .  .  .  .  .
  models:read           x  x  x  x  x  x  x  x  x  x  x  .
  models:write          x  x  x  x  x  x  .  .  .  .  .  .
  models:promote        x  x  x  x  .  .  .  .  .  .  .  .
  models:govern         x  x  x  .  .  .  .  .  x  .  .  .
  jobs:read             x  x  x  x  x  x  x  x  x  o  x  .
  jobs:write            x  x  x  x  x  x  x  .  .  .  .  .
  provenance:read       x  x  x  x  x  x  x  x  x  x  x  x
  streams:read          x  x  x  x  x  x  x  x  x  x  x  .
  streams:write         x  x  x  x  x  x  x  .  .  .  .  .
  signatures:read       x  x  x  x  x  x  .  x  x  .  .  .
  signatures:sign       x  x  x  x  x  x  .  x  x  .  .  .
  projects:read         x  x  x  x  x  x  x  x  x  x  .  .
  projects:write        x  x  x  x  x  .  .  .  .  .  .  .
  api-keys:own          x  x  x  x  x  x  .  .  .  .  .  .
  api-keys:read         x  x  .  .  .  .  .  .  .  .  .  .
  api-keys:write        x  x  .  .  .  .  .  .  .  .  .  .
  members:read          x  x  x  x  .  .  .  x  x  .  .  .
  members:write         x  x  x  x  .  .  .  .  .  .  .  .
  roles:read            x  x  x  x  .  .  .  x  x  .  .  .
  roles:write           x  x  .  .  .  .  .  .  .  .  .  .
  access:review         x  x  x  .  .  .  .  x  x  .  .  .
  single-sign-on:read   x  x  .  .  .  .  .  .  .  .  .  .
  single-sign-on:write  x  x  .  .  .  .  .  .  .  .  .  .
  scim:provision        .  .  .  .  .  .  .  .  .  .  .  .
  settings:read         x  x  x  x  x  x  .  x  x  .  .  .
  settings:write        x  x  .  .  .  .  .  .  .  .  .  .
  mail:read             x  x  .  .  .  .  .  .  .  .  .  .
  audit:read            x  x  x  .  .  .  .  x  x  .  .  .
  audit:export          x  x  .  .  .  .  .  x  x  .  .  .
  audit:write           x  x  x  x  x  x  x  x  x  x  x  x
  security:read         x  x  x  .  .  .  .  .  x  .  .  .
  security:write        x  x  .  .  .  .  .  .  .  .  .  .
  policies:read         x  x  x  x  .  .  .  x  x  .  .  .
  policies:write        x  x  x  .  .  .  .  .  x  .  .  .
  privacy:read          x  x  x  .  .  .  .  .  x  .  .  .
  privacy:write         x  x  .  .  .  .  .  .  x  .  .  .
  compliance:read       x  x  x  .  .  .  .  x  x  .  .  .
  compliance:write      x  x  .  .  .  .  .  .  x  .  .  .
  retention:read        x  x  x  .  .  .  .  x  x  .  .  .
  retention:write       x  x  .  .  .  .  .  .  x  .  .  .
  break-glass:use       x  x  x  x  x  .  .  .  .  .  .  .
  break-glass:review    x  x  .  .  .  .  .  .  x  .  .  .
  installation:read     x  .  .  .  .  .  .  .  .  .  .  .
  backups:read          x  .  .  .  .  .  .  .  .  .  .  .
  backups:write         x  .  .  .  .  .  .  .  .  .  .  .
  encryption:read       x  .  .  .  .  .  .  .  .  .  .  .
  encryption:write      x  .  .  .  .  .  .  .  .  .  .  .
  tenants:read          x  .  .  .  .  .  .  .  .  .  .  .
  tenants:write         x  .  .  .  .  .  .  .  .  .  .  .
`;

const clearances = {
  super_admin: 'phi',
  admin: 'phi',
  lab_director: 'phi',
  lab_manager: 'confidential',
  senior_scientist: 'confidential',
  scientist: 'confidential',
  technician: 'internal',
  quality_assurance: 'confidential',
  compliance_officer: 'phi',
  collaborator: 'confidential',
  viewer: 'internal',
  guest: 'internal',
};

const reaches = {
  super_admin: 'everything',
  admin: 'everything',
  lab_director: 'everything',
  lab_manager: 'tenant',
  senior_scientist: 'tenant',
  scientist: 'tenant',
  technician: 'tenant',
  quality_assurance: 'everything',
  compliance_officer: 'everything',
  collaborator: 'shared',
  viewer: 'tenant',
  guest: 'shared',
};

const cells = new Map(
  matrix
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [permission = '', ...marks] = line.trim().split(/\s+/);
      return [permission, marks] as const;
    }),
);

const actorOf = (role: string) => ({
  id: 'usr_me',
  tenantId: 'tnt_1',
  role,
  permissions: new Set(definitionOfRole(role).permissions),
});
const now = new Date('2026-01-01T00:00:00Z');

describe('the matrix', () => {
  it('has a line for every permission and a column for every role', () => {
    expect([...cells.keys()]).toEqual([...permissions]);
    for (const [permission, marks] of cells) expect(marks, permission).toHaveLength(builtInRoles.length);
  });

  it.each(builtInRoles.map((role, column) => ({ role, column })))('holds for $role', ({ role, column }) => {
    const actor = actorOf(role);
    for (const permission of permissions) {
      const mark = cells.get(permission)?.[column];
      const about = `${role} ${permission}`;
      expect(decide({ permission, actor, now }).allowed, about).toBe(mark !== '.');
      const own = { tenantId: 'tnt_1', ownerId: actor.id };
      expect(decide({ permission, actor, now, resource: own }).allowed, `${about}, own`).toBe(mark !== '.');
      const others = { tenantId: 'tnt_1', ownerId: 'usr_other' };
      const withinReach = scopeOfRole(role).reach !== 'shared';
      expect(decide({ permission, actor, now, resource: others }).allowed, `${about}, of another`).toBe(
        mark === 'x' && withinReach,
      );
      const shared = { ...others, granted: [permission] };
      expect(decide({ permission, actor, now, resource: shared }).allowed, `${about}, shared`).toBe(
        mark === 'x',
      );
      const elsewhere = { ...own, tenantId: 'tnt_2' };
      expect(decide({ permission, actor, now, resource: elsewhere }).allowed, `${about}, elsewhere`).toBe(
        false,
      );
    }
  });

  it('says how sensitive what each role may see is, and how far it reaches', () => {
    const scopes = builtInRoles.map((role) => [role, scopeOfRole(role)] as const);
    expect(Object.fromEntries(scopes.map(([role, { clearance }]) => [role, clearance]))).toEqual(clearances);
    expect(Object.fromEntries(scopes.map(([role, { reach }]) => [role, reach]))).toEqual(reaches);
  });

  it('makes an alias worth what its role is', () => {
    for (const [alias, role] of Object.entries(roleAliases))
      expect(definitionOfRole(alias)).toBe(definitionOfRole(role));
  });

  it.each(['', 'root', 'system', 'Admin', 'admin ', '__proto__', 'constructor', 'toString', 'rol_1'])(
    'makes %j worth nothing',
    (role) => {
      const actor = actorOf(role);
      for (const permission of permissions) expect(decide({ permission, actor, now }).allowed).toBe(false);
    },
  );
});
