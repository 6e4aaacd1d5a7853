import {
  concernsInstallation,
  isPermission,
  type Permission,
  permissionCatalogue,
  type Sensitivity,
  sensitivities,
} from './permissions.ts';
import { definitionOfRole, type Reach, type RoleDefinition, reaches } from './roles.ts';

/** What refines a role for one person. */
export interface ActorScope {
  /** The most sensitive data that may be seen. */
  clearance: Sensitivity;
  reach: Reach;
  /** Permissions held only for what is one's own. */
  ownOnly: ReadonlySet<Permission>;
  projects: ReadonlySet<string>;
  /** Those of `projects` in which one looks on: as a reader, or because the project is archived. */
  readOnlyProjects?: ReadonlySet<string>;
  /** Null: not bound to a site. */
  sites: ReadonlySet<string> | null;
  /** When access begins and ends; null is open. */
  from: Date | null;
  until: Date | null;
  /** Emergency access is open: row filters and masks do not hold, and each use goes on record. */
  emergency?: { id: string; until: Date };
}

/** The part of an actor that decides what it may do. Without a scope the built-in role's own holds, in no project. */
export interface ActorAttributes {
  id: string;
  tenantId: string;
  role: string;
  permissions: ReadonlySet<Permission>;
  scope?: ActorScope;
}

/** What is asked for; what is absent does not narrow. */
export interface ResourceAttributes {
  tenantId: string;
  ownerId?: string | null;
  /** Of several projects, membership of one is enough. */
  projects?: readonly string[];
  sensitivity?: Sensitivity;
  site?: string | null;
  /** When it opens and closes; the closing moment itself is outside. */
  opensAt?: Date | null;
  closesAt?: Date | null;
  /** The purposes it may be used for; none named: any. */
  purposes?: readonly string[];
  /** What was given to this actor for this one thing. Opens what reach and projects close, never more than the role. */
  granted?: readonly Permission[];
}

export interface DecisionRequest {
  permission: Permission;
  actor: ActorAttributes;
  resource?: ResourceAttributes | undefined;
  now: Date;
  purpose?: string | undefined;
}

export const decisionRules = {
  catalogue: 'Only what the catalogue names can be allowed.',
  tenant: 'Nobody reaches into another organisation.',
  membership_time: 'A membership holds from its first to its last day.',
  role: 'The role must hold the permission.',
  sensitivity: 'Nothing is seen that is more sensitive than the clearance.',
  owner: 'Some permissions hold for one’s own only; one’s own is always within reach.',
  grant: 'What was shared is within reach of whom it was shared with.',
  project: 'What belongs to projects is reached by their members, and by roles that reach everything.',
  project_role:
    'Who only reads in a project changes nothing that belongs to it; in an archived one nobody does.',
  reach: 'Some roles reach only their own, what is shared with them, and their projects.',
  resource_time: 'A resource may be open from one moment to another only.',
  site: 'Who is bound to sites reaches only what is of these sites or of none.',
  purpose: 'What is kept for purposes is used for one of them, named when asking.',
} as const;
export type DecisionRule = keyof typeof decisionRules;

export interface Decision {
  allowed: boolean;
  /** One sentence for the person who asks. */
  reason: string;
  rule: DecisionRule;
}

/**
 * Whether an actor may do something, and by which rule. Pure; denies by default; the first rule that speaks decides,
 * in the order: catalogue, tenant, membership_time, role, sensitivity, reach (owner, grant, project, project_role, reach), owner
 * (for what is held for one's own), resource_time, site, purpose. Every attribute narrows what the role gives; none
 * gives more than the role.
 * Without a resource the answer says whether there may be one for which it is allowed.
 */
export function decide(request: DecisionRequest): Decision {
  const { permission, actor, resource, now } = request;
  const scope = actor.scope ?? scopeOfRole(actor.role);
  if (!isPermission(permission)) return denied('catalogue', 'There is no permission of this name.');
  if (resource !== undefined && resource.tenantId !== actor.tenantId)
    return denied('tenant', 'It belongs to another organisation.');
  if (scope.from !== null && now < scope.from)
    return denied('membership_time', `Your access begins on ${day(scope.from)}.`);
  if (scope.until !== null && now >= scope.until)
    return denied('membership_time', `Your access ended on ${day(scope.until)}.`);
  if (!actor.permissions.has(permission))
    return denied(
      'role',
      `This needs the permission ${permission}, which your role does not have.${concernsInstallation(permission) ? ' It concerns every organisation on this installation and is held by super administrators.' : ''}`,
    );
  if (resource === undefined) {
    const limit = scope.ownOnly.has(permission) ? ', for what is your own' : '';
    return allowed('role', `Your role has the permission ${permission}${limit}.`);
  }
  return decideResource(request, scope, resource);
}

function decideResource(
  { permission, actor, now, purpose }: DecisionRequest,
  scope: ActorScope,
  resource: ResourceAttributes,
): Decision {
  const { ownerId, sensitivity, site, opensAt, closesAt, purposes } = resource;
  if (sensitivity !== undefined && rank(sensitivity) > rank(scope.clearance))
    return denied('sensitivity', `It is ${sensitivity}; you are cleared up to ${scope.clearance}.`);
  // Reach comes before what would tell that the thing is there.
  const reached = decideReach(permission, actor, scope, resource);
  if (!reached.allowed) return reached;
  if (scope.ownOnly.has(permission) && ownerId !== actor.id)
    return denied('owner', `Your role has the permission ${permission} only for what is your own.`);
  if (opensAt != null && now < opensAt) return denied('resource_time', `It opens on ${day(opensAt)}.`);
  if (closesAt != null && now >= closesAt)
    return denied('resource_time', `It was open until ${day(closesAt)}.`);
  if (site != null && scope.sites !== null && !scope.sites.has(site))
    return denied('site', `It belongs to the site ${site}, to which you are not admitted.`);
  if (purposes !== undefined && purposes.length > 0 && !purposes.includes(purpose ?? ''))
    return denied(
      'purpose',
      `It may be used for ${purposes.join(', ')} only; ${purpose === undefined ? 'no purpose was named' : 'another purpose was named'}.`,
    );
  return reached;
}

function decideReach(
  permission: Permission,
  actor: ActorAttributes,
  { reach, projects: own, readOnlyProjects }: ActorScope,
  { ownerId, granted, projects = [] }: ResourceAttributes,
): Decision {
  if (ownerId === actor.id)
    return allowed('owner', `It is your own, and your role has the permission ${permission}.`);
  if (granted?.includes(permission)) return allowed('grant', `It was shared with you for ${permission}.`);
  const joined = projects.filter((project) => own.has(project));
  if (joined.some((project) => onlyLooks(permission) || readOnlyProjects?.has(project) !== true))
    return allowed('project', `You belong to its project, and your role has the permission ${permission}.`);
  if (joined.length > 0 && reach !== 'everything')
    return denied('project_role', 'In its project you only read, or the project is archived.');
  if (projects.length > 0 && reach !== 'everything')
    return denied('project', 'You do not belong to its project.');
  if (reach === 'shared')
    return denied('reach', 'It is not your own, was not shared with you and is in none of your projects.');
  return allowed('role', `Your role has the permission ${permission}.`);
}

/** What leaves a thing as it is. */
export const onlyLooks = (permission: Permission): boolean =>
  permission.endsWith(':read') || permission === 'queries:run';

const allowed = (rule: DecisionRule, reason: string): Decision => ({ allowed: true, reason, rule });
const denied = (rule: DecisionRule, reason: string): Decision => ({ allowed: false, reason, rule });

const rank = (sensitivity: Sensitivity): number => sensitivities.indexOf(sensitivity);
const day = (moment: Date): string => moment.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC');

/** Rules whose refusal must not tell that the thing exists. */
export function hidesExistence({ allowed, rule }: Decision): boolean {
  return !allowed && (rule === 'tenant' || rule === 'sensitivity' || rule === 'project' || rule === 'reach');
}

const scopes = new Map<string, ActorScope>();

/** The scope of a built-in role or alias; of any other name the narrowest there is. */
export function scopeOfRole(role: string): ActorScope {
  const known = scopes.get(role);
  if (known !== undefined) return known;
  const scope = scopeOfDefinition(definitionOfRole(role));
  if (scopes.size < 100) scopes.set(role, scope);
  return scope;
}

export function scopeOfDefinition({ clearance, reach, ownOnly }: RoleDefinition): ActorScope {
  return {
    clearance,
    reach,
    ownOnly: new Set(ownOnly),
    projects: new Set(),
    sites: null,
    from: null,
    until: null,
  };
}

/**
 * Why an actor may not hand out a role of this worth: nobody gives what they do not have. Null when they may.
 */
export function excessOf(definition: RoleDefinition, giver: ActorAttributes): string | null {
  const scope = giver.scope ?? scopeOfRole(giver.role);
  if (scope.emergency !== undefined) return 'Nothing is given while emergency access is open.';
  const own = new Set(definition.ownOnly);
  const more = definition.permissions.filter(
    (each) => !giver.permissions.has(each) || (scope.ownOnly.has(each) && !own.has(each)),
  );
  if (more.length > 0) return `It holds ${listed(more)}, which you do not have.`;
  if (rank(definition.clearance) > rank(scope.clearance))
    return `It is cleared for ${definition.clearance} data; you are cleared up to ${scope.clearance}.`;
  if (reaches.indexOf(definition.reach) > reaches.indexOf(scope.reach))
    return 'It reaches further than you do.';
  return null;
}

const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** What a permission means, in one line. */
export const meaningOf = (permission: Permission): string => permissionCatalogue[permission];
