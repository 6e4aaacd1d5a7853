import { concernsInstallation, type Permission, permissions, type Sensitivity } from './permissions.ts';

export const builtInRoles = [
  'super_admin',
  'admin',
  'lab_director',
  'lab_manager',
  'senior_scientist',
  'scientist',
  'technician',
  'quality_assurance',
  'compliance_officer',
  'collaborator',
  'viewer',
  'guest',
] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

/** Other words for a built-in role; stored and shown as given, worth exactly what the role is worth. */
export const roleAliases = {
  analyst: 'scientist',
  researcher: 'scientist',
} as const satisfies Record<string, BuiltInRole>;
export type RoleAlias = keyof typeof roleAliases;

export type Role = BuiltInRole | RoleAlias;
export const roles: readonly Role[] = [...builtInRoles, ...(Object.keys(roleAliases) as RoleAlias[])];

/**
 * How far a role reaches. `shared`: one's own, what was shared with one, one's projects. `tenant`: also everything
 * that is in no project. `everything`: also the projects of others.
 */
export const reaches = ['shared', 'tenant', 'everything'] as const;
export type Reach = (typeof reaches)[number];

/** What a role is worth. */
export interface RoleDefinition {
  permissions: readonly Permission[];
  /** Those of `permissions` that are held only for what is one's own. */
  ownOnly: readonly Permission[];
  /** The most sensitive data the role may see. */
  clearance: Sensitivity;
  reach: Reach;
}

const looks = [
  'datasets:read',
  'queries:run',
  'dashboards:read',
  'metrics:read',
  'models:read',
  'jobs:read',
  'provenance:read',
  'streams:read',
  'audit:write',
] as const;
const benchWork = [
  ...looks,
  'datasets:write',
  'datasets:delete',
  'dashboards:write',
  'jobs:write',
  'projects:read',
  'streams:write',
] as const;
const science = [
  ...benchWork,
  'connections:read',
  'metrics:write',
  'models:write',
  'settings:read',
  'signatures:read',
  'signatures:sign',
  'api-keys:own',
] as const;
const seniorScience = [
  ...science,
  'connections:write',
  'datasets:share',
  'dashboards:share',
  'projects:write',
  'break-glass:use',
] as const;
const labManagement = [
  ...seniorScience,
  'metrics:approve',
  'models:promote',
  'members:read',
  'members:write',
  'roles:read',
  'policies:read',
] as const;
const labDirection = [
  ...labManagement,
  'models:govern',
  'policies:write',
  'access:review',
  'audit:read',
  'compliance:read',
  'security:read',
  'retention:read',
  'privacy:read',
] as const;
const quality = [
  ...looks,
  'connections:read',
  'projects:read',
  'settings:read',
  'signatures:read',
  'signatures:sign',
  'members:read',
  'roles:read',
  'access:review',
  'policies:read',
  'audit:read',
  'audit:export',
  'compliance:read',
  'retention:read',
] as const;
const complianceWork = [
  ...quality,
  'models:govern',
  'policies:write',
  'security:read',
  'privacy:read',
  'privacy:write',
  'compliance:write',
  'retention:write',
  'break-glass:review',
] as const;

/** All but what is a directory's alone. */
const ofPersons = permissions.filter((each) => each !== 'scim:provision');

const role = (
  granted: readonly Permission[],
  clearance: Sensitivity,
  refined: Partial<Pick<RoleDefinition, 'ownOnly' | 'reach'>> = {},
): RoleDefinition => ({ permissions: granted, ownOnly: [], clearance, reach: 'tenant', ...refined });

/** What each built-in role is worth; anything absent is denied. */
export const roleDefinitions: Readonly<Record<BuiltInRole, RoleDefinition>> = {
  super_admin: role(ofPersons, 'phi', { reach: 'everything' }),
  admin: role(
    ofPersons.filter((each) => !concernsInstallation(each)),
    'phi',
    { reach: 'everything' },
  ),
  lab_director: role(labDirection, 'phi', { reach: 'everything' }),
  lab_manager: role(labManagement, 'confidential'),
  senior_scientist: role(seniorScience, 'confidential'),
  scientist: role(science, 'confidential'),
  technician: role(benchWork, 'internal', { ownOnly: ['datasets:delete', 'dashboards:write'] }),
  quality_assurance: role(quality, 'confidential', { reach: 'everything' }),
  compliance_officer: role(complianceWork, 'phi', { reach: 'everything' }),
  collaborator: role([...looks, 'datasets:write', 'dashboards:write', 'projects:read'], 'confidential', {
    ownOnly: ['datasets:write', 'dashboards:write', 'jobs:read'],
    reach: 'shared',
  }),
  viewer: role(looks, 'internal'),
  guest: role(['datasets:read', 'dashboards:read', 'provenance:read', 'audit:write'], 'internal', {
    reach: 'shared',
  }),
};

/** The built-in role behind a name or an alias; null for a custom role and for what is none. */
export function builtInRole(name: string): BuiltInRole | null {
  if (Object.hasOwn(roleAliases, name)) return roleAliases[name as RoleAlias];
  return Object.hasOwn(roleDefinitions, name) ? (name as BuiltInRole) : null;
}

const nothing: RoleDefinition = { permissions: [], ownOnly: [], clearance: 'public', reach: 'shared' };

/** What a built-in role or alias is worth. A name that is neither is worth nothing; custom roles live in the store. */
export function definitionOfRole(name: string): RoleDefinition {
  const found = builtInRole(name);
  return found === null ? nothing : roleDefinitions[found];
}

/** Who governs the organisation: second factor required, higher rate limits, one of them always remains. */
export function isAdministrator(name: string): boolean {
  const found = builtInRole(name);
  return found === 'super_admin' || found === 'admin';
}
