/** Everything anybody may be allowed to do, `resource:action`, and what it means. Nothing else can be asked for. */
export const permissionCatalogue = {
  'datasets:read': 'See datasets, their rows, quality and versions, and download them',
  'datasets:write': 'Upload files, rename and describe datasets, read them again with other decisions',
  'datasets:delete': 'Delete datasets and bring deleted ones back',
  'datasets:share': 'Give others access to a dataset, put it into a project, set who may see it',
  'connections:read': 'See connections to sources of data and what was imported from them',
  'connections:write': 'Make and change connections, look into their sources and import from them',
  'queries:run': 'Ask questions of datasets and run SQL on them',
  'dashboards:read': 'Open dashboards and comment on them; each shows what one may see oneself',
  'dashboards:write': 'Make, change and delete dashboards',
  'dashboards:share': 'Share dashboards, put them into projects, export them by link, schedule and alert',
  'metrics:read': 'See how metrics are defined',
  'metrics:write': 'Define, change and retire metrics',
  'metrics:approve': 'Approve metrics, which then count as governed wherever they are shown',
  'models:read': 'See experiments, runs and registered models, and download their files',
  'models:write': 'Log runs, register models and change what is said of them',
  'models:promote': 'Say what promotion takes, agree to it, and roll models back',
  'models:govern': 'Mark uses of models as critical, and say what they take',
  'jobs:read': 'See background work and its progress',
  'jobs:write': 'Cancel background work and run it again',
  'provenance:read': 'See where a result came from',
  'streams:read': 'Receive live events',
  'streams:write': 'Make, change and delete topics and send events to them',
  'signatures:read': 'See electronic signatures and check them',
  'signatures:sign': 'Sign records electronically',
  'projects:read': 'See projects and who belongs to them',
  'projects:write': 'Make, change and close projects and choose who belongs to them',
  'api-keys:own': 'Make and revoke API keys of one’s own',
  'api-keys:read': 'See everybody’s API keys',
  'api-keys:write': 'Change and revoke everybody’s API keys',
  'members:read': 'See who belongs to the organisation, with which role',
  'members:write': 'Invite people, change their role and attributes, deactivate and remove them',
  'roles:read': 'See roles and what each may do',
  'roles:write': 'Make, change and delete custom roles',
  'access:review': 'See and export who may do what, and why',
  'single-sign-on:read': 'See single sign-on connections and provisioning',
  'single-sign-on:write': 'Change single sign-on connections and provisioning',
  'scim:provision': 'Push users and groups from a directory; given by its token, to no role',
  'settings:read': 'See versions, engines and limits',
  'settings:write': 'Change settings of the organisation',
  'mail:read': 'Read mail that waits in the outbox because no mail server is set',
  'audit:read': 'Search the audit trail and verify it',
  'audit:export': 'Export the audit trail',
  'audit:write': 'Report security events to the audit trail',
  'security:read': 'See security policies, alerts and threats',
  'security:write': 'Change security policies and close alerts',
  'policies:read': 'See row filters, column masks and sensitivity of datasets',
  'policies:write': 'Set row filters, column masks and sensitivity of datasets',
  'privacy:read': 'See consents, requests of persons and anonymisations',
  'privacy:write': 'Record consents, answer requests of persons, anonymise and erase',
  'compliance:read': 'See compliance reports and their evidence',
  'compliance:write': 'Make compliance reports',
  'retention:read': 'See how long things are kept and what is on hold',
  'retention:write': 'Change how long things are kept, place and lift legal holds',
  'break-glass:use': 'Open access in an emergency, with a reason, for a limited time',
  'break-glass:review': 'Review emergency access after the fact',
  'installation:read': 'See the settings in force on this installation: folders, addresses, limits',
  'backups:read': 'See backups and their checks',
  'backups:write': 'Make, schedule and restore backups',
  'encryption:read': 'See encryption keys by name, age and use',
  'encryption:write': 'Rotate encryption keys',
  'tenants:read': 'See all organisations of this installation',
  'tenants:write': 'Make, rename and close organisations of this installation',
} as const satisfies Record<`${string}:${string}`, string>;

export type Permission = keyof typeof permissionCatalogue;

export const permissions = Object.keys(permissionCatalogue) as readonly Permission[];

/**
 * What concerns the whole installation and every organisation on it, whichever organisation asks. Who holds one of
 * these stands above the walls between organisations, so no role but the super administrator's has any.
 */
export const installationPermissions = [
  'installation:read',
  'backups:read',
  'backups:write',
  'encryption:read',
  'encryption:write',
  'tenants:read',
  'tenants:write',
] as const satisfies readonly Permission[];

const ofInstallation: ReadonlySet<string> = new Set(installationPermissions);

export const concernsInstallation = (permission: Permission): boolean => ofInstallation.has(permission);

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissionCatalogue, text);
}

/** How much harm it does when the wrong person sees it, least first. `phi`: health data that points to a person. */
export const sensitivities = ['public', 'internal', 'confidential', 'phi'] as const;
export type Sensitivity = (typeof sensitivities)[number];
