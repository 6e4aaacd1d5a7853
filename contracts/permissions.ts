/** Everything a person may be allowed to do, `resource:action`. */
export const permissions = [
  'datasets:read',
  'datasets:write',
  'datasets:delete',
  'queries:run',
  'jobs:read',
  'jobs:write',
  'provenance:read',
  'streams:read',
  'settings:read',
  'users:read',
  'users:write',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['admin', 'analyst', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** What each role may do; anything absent is denied. */
export const rolePermissions: Record<Role, readonly Permission[]> = {
  admin: permissions,
  analyst: [
    'datasets:read',
    'datasets:write',
    'datasets:delete',
    'queries:run',
    'jobs:read',
    'jobs:write',
    'provenance:read',
    'streams:read',
    'settings:read',
  ],
  viewer: ['datasets:read', 'queries:run', 'jobs:read', 'provenance:read', 'streams:read'],
};
