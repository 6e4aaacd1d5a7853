import {
  type api,
  type Decision,
  decide,
  hidesExistence,
  type Permission,
  type ResourceAccess,
  type ResourceAttributes,
  type Sensitivity,
  type Share as ShareDocument,
  scopeOfRole,
} from '@stroma/contracts';
import type { SQL, SQLWrapper } from 'drizzle-orm';
import type { z } from 'zod';
import type { Actor, Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import { Remembered } from '../remembered.ts';
import { type AccessChange, tellAccessChange } from './access-changes.ts';
import type { Entitlements } from './entitlements.ts';
import { inheritAttributes } from './inherited-attributes.ts';
import { findProjects, type ProjectRow } from './projects.store.ts';
import { requireListedPurposes } from './purposes.service.ts';
import { refuse } from './refusals.ts';
import {
  deleteGrant,
  findAttributes,
  findGranted,
  type GrantRow,
  insertGrants,
  isAnythingNarrowed,
  listGrants,
  listShares,
  replaceAttributes,
  type StoredAttributes,
  withinReach,
} from './resources.store.ts';

/** What a module tells of a thing of its own. */
export interface OwnedResource {
  id: string;
  name: string;
  ownerId: string | null;
  sensitivity?: Sensitivity;
}

/** Looks a thing up in the tenant, whatever the asker may see; null when there is none. */
export type FindResource = (tenantId: string, id: string) => Promise<OwnedResource | null>;

interface Kind {
  kind: string;
  /** What it takes to know of one, and to say who else may. */
  permissions: { read: Permission; share: Permission };
  find: FindResource;
}

export interface ResourcesParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
}

type Attributes = z.output<typeof api.projects.setResource.body>;
type Share = z.output<typeof api.projects.share.body>;
type SharesQuery = z.output<typeof api.projects.shares.query>;

const endOfTime = new Date(8.64e15);

/** What narrows access to single things: projects, site, purposes, time, and what was shared with whom. */
export class Resources {
  readonly #parts: ResourcesParts;
  readonly #kinds = new Map<string, Kind>();
  readonly #stored: Remembered<{ expiresAt: Date; tenantId: string; id: string; stored: StoredAttributes }>;

  readonly #narrowed: Remembered<{ expiresAt: Date; tenantId: string; narrowed: boolean }>;

  constructor(parts: ResourcesParts) {
    this.#parts = parts;
    const lifeMs = parts.db.kind === 'embedded' ? 60_000 : 1_000;
    this.#stored = new Remembered(async (key) => {
      const [tenantId = '', id = ''] = key.split(' ');
      const stored = await findAttributes(parts.db.sql, tenantId, id);
      return { expiresAt: endOfTime, tenantId, id, stored };
    }, lifeMs);
    this.#narrowed = new Remembered(async (tenantId) => {
      const narrowed = await isAnythingNarrowed(parts.db.sql, tenantId);
      return { expiresAt: endOfTime, tenantId, narrowed };
    }, lifeMs);
  }

  /** Makes things whose id begins with `prefix` known: `ds`. */
  know(
    prefix: string,
    kind: string,
    find: FindResource,
    permissions: Kind['permissions'] = { read: 'datasets:read', share: 'datasets:share' },
  ): void {
    this.#kinds.set(prefix, { kind, find, permissions });
  }

  /** Null where the tenant has no such thing. */
  async find(tenantId: string, id: string): Promise<(OwnedResource & { kind: string }) | null> {
    const known = this.#kinds.get(id.split('_', 1)[0] ?? '');
    const found = (await known?.find(tenantId, id)) ?? null;
    return found === null || known === undefined ? null : { ...found, kind: known.kind };
  }

  /** The one decision, with everything that is known of the thing. */
  async decide(
    actor: Actor,
    permission: Permission,
    resource: Omit<OwnedResource, 'name'>,
    purpose?: string,
  ): Promise<Decision> {
    if (actor.kind === 'system' && actor.permissions.has(permission))
      return { allowed: true, reason: 'Stroma itself does it.', rule: 'role' };
    const attributes = await this.attributesOf(actor, resource);
    return decide({ permission, actor, resource: attributes, now: new Date(), purpose });
  }

  /** Whether its name may stand in a list: what it may be used for is asked when it is opened. */
  async listable(actor: Actor, resource: Omit<OwnedResource, 'name'>): Promise<boolean> {
    return (await this.#decideForAnyPurpose(actor, this.#permissionsOf(resource.id).read, resource)).allowed;
  }

  /** The projects a thing belongs to. */
  async projectsOf(tenantId: string, id: string): Promise<StoredAttributes['projects']> {
    return (await this.#stored.get(`${tenantId} ${id}`))?.stored.projects ?? [];
  }

  #permissionsOf(id: string): Kind['permissions'] {
    const known = this.#kinds.get(id.split('_', 1)[0] ?? '');
    return known?.permissions ?? { read: 'datasets:read', share: 'datasets:share' };
  }

  async #decideForAnyPurpose(
    actor: Actor,
    permission: Permission,
    thing: Omit<OwnedResource, 'name'>,
  ): Promise<Decision> {
    const { purposes, ...resource } = await this.attributesOf(actor, thing);
    return decide({ permission, actor, resource, now: new Date() });
  }

  /** The condition that rows of a list meet for this actor; null where every row of the tenant does. */
  async visible(
    actor: Actor,
    permission: Permission,
    row: { id: SQLWrapper; ownerId: SQLWrapper },
  ): Promise<SQL | null> {
    if (actor.kind === 'system') return null;
    const { reach } = actor.scope ?? scopeOfRole(actor.role);
    const narrowed = (await this.#narrowed.get(actor.tenantId))?.narrowed !== false;
    return narrowed || reach === 'shared' ? withinReach(actor, permission, row) : null;
  }

  async attributesOf(
    actor: Pick<Actor, 'id' | 'tenantId' | 'role' | 'scope'>,
    { id, ownerId, sensitivity }: Omit<OwnedResource, 'name'>,
  ): Promise<ResourceAttributes> {
    const { tenantId } = actor;
    const narrowed = (await this.#narrowed.get(tenantId))?.narrowed !== false;
    const kept = narrowed ? (await this.#stored.get(`${tenantId} ${id}`))?.stored : undefined;
    const { reach } = actor.scope ?? scopeOfRole(actor.role);
    const isShareAsked = reach === 'shared' || (reach === 'tenant' && (kept?.projects.length ?? 0) > 0);
    // What was shared changes with the moment (it ends), so it is asked for each time.
    const granted = isShareAsked ? await findGranted(this.#parts.db.sql, tenantId, id, actor.id) : [];
    return {
      tenantId,
      ownerId,
      ...(sensitivity === undefined ? {} : { sensitivity }),
      granted,
      projects: (kept?.projects ?? []).map((project) => project.id),
      site: kept?.site ?? null,
      purposes: kept?.purposes ?? [],
      opensAt: kept?.opensAt ?? null,
      closesAt: kept?.closesAt ?? null,
    };
  }

  /** Throws NOT_FOUND where even its being there is hidden, FORBIDDEN with the rule otherwise; both go on record. */
  async require(ctx: Context, permission: Permission, resource: Omit<OwnedResource, 'name'>): Promise<void> {
    const decision = await this.decide(ctx.actor, permission, resource, ctx.purpose);
    if (!decision.allowed) await this.#refuse(ctx, permission, resource, decision);
  }

  async #refuse(
    ctx: Context,
    permission: Permission,
    resource: Omit<OwnedResource, 'name'>,
    decision: Decision,
  ): Promise<never> {
    const { id } = resource;
    const kind = this.#kinds.get(id.split('_', 1)[0] ?? '')?.kind ?? 'resource';
    await this.#parts.audit.append(ctx, {
      action: 'access.refused',
      object: { kind, id },
      outcome: 'refused',
      details: { permission, rule: decision.rule },
    });
    // Who may look at it knows that it is there.
    const isHidden =
      hidesExistence(decision) &&
      !(await this.decide(ctx.actor, this.#permissionsOf(id).read, resource, ctx.purpose)).allowed;
    if (isHidden) return fail('NOT_FOUND', `There is no ${id}, or it is not yours.`);
    return fail('FORBIDDEN', decision.reason, { permission, rule: decision.rule });
  }

  /** As `inheritAttributes`. */
  inherit(tx: Sql, ctx: Context, id: string, from: readonly string[]): Promise<void> {
    return inheritAttributes(tx, ctx, id, from);
  }

  async get(ctx: Context, id: string): Promise<ResourceAccess> {
    const found = await this.#mine(ctx, id);
    const { sql } = this.#parts.db;
    const stored = await findAttributes(sql, ctx.actor.tenantId, id);
    const grants = await listGrants(sql, ctx.actor.tenantId, id);
    return {
      resource_id: id,
      kind: found.kind,
      name: found.name,
      projects: stored.projects.map((project) => ({ project_id: project.id, name: project.name })),
      site: stored.site,
      purposes: stored.purposes,
      opens_at: stored.opensAt?.toISOString() ?? null,
      closes_at: stored.closesAt?.toISOString() ?? null,
      grants: grants.map(({ grant, userName }) => grantDocument(grant, userName)),
    };
  }

  async set(ctx: Context, id: string, input: Attributes): Promise<ResourceAccess> {
    const found = await this.#mine(ctx, id);
    const { tenantId } = ctx.actor;
    const { db, audit } = this.#parts;
    const opensAt = input.opens_at === null ? null : new Date(input.opens_at);
    const closesAt = input.closes_at === null ? null : new Date(input.closes_at);
    if (opensAt !== null && closesAt !== null && opensAt >= closesAt)
      fail('INVALID_INPUT', 'Expected it to close after it opens.', { field: 'closes_at' });
    await db.transaction(async (tx) => {
      const projects = await findProjects(tx, tenantId, input.projects);
      if (projects.length !== new Set(input.projects).size)
        fail('INVALID_INPUT', 'Expected projects of this organisation.', { field: 'projects' });
      const before = await findAttributes(tx, tenantId, id);
      requireOpenProjects(ctx, projects, before);
      await requireListedPurposes(tx, tenantId, input.purposes, before.purposes);
      const after = {
        site: input.site,
        purposes: [...new Set(input.purposes)].sort(),
        opensAt,
        closesAt,
        projects: [...new Set(input.projects)].sort(),
      };
      await replaceAttributes(tx, tenantId, id, after);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: found.kind, id },
        outcome: 'success',
        before: { ...before, projects: before.projects.map((project) => project.id).sort() },
        after,
      });
      await tellAccessChange(tx, { tenant: tenantId, resource: id });
    });
    this.forget({ tenant: tenantId, resource: id });
    return this.get(ctx, id);
  }

  /** Throws FORBIDDEN for a permission the giver does not have on it. */
  async share(ctx: Context, id: string, input: Share): Promise<ResourceAccess> {
    const found = await this.#mine(ctx, id);
    const { tenantId } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    const attempt = { what: 'resource.share', object: { kind: found.kind, id } };
    if (ctx.actor.scope?.emergency !== undefined)
      await refuse(audit, ctx, attempt, 'Nothing is given while emergency access is open.');
    for (const permission of input.permissions) {
      const decision = await this.#decideForAnyPurpose(ctx.actor, permission, found);
      if (!decision.allowed) await refuse(audit, ctx, attempt, decision.reason);
    }
    const receiver = await entitlements.of(tenantId, input.user_id);
    if (receiver === null || !receiver.active)
      fail('INVALID_INPUT', 'Expected an active member of this organisation.', { field: 'user_id' });
    const expiresAt = input.expires_at === null ? null : new Date(input.expires_at);
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      fail('INVALID_INPUT', 'Expected an end that is still to come.', { field: 'expires_at' });
    const { user_id: userId, permissions } = input;
    await db.transaction(async (tx) => {
      const given = { tenantId, resourceId: id, userId, expiresAt, createdBy: ctx.actor.id, permissions };
      await insertGrants(tx, given);
      await audit.record(tx, ctx, {
        action: 'dataset.shared',
        object: { kind: found.kind, id },
        outcome: 'success',
        after: given,
        details: { user: userId, permissions: permissions.join(' ') },
      });
    });
    return this.get(ctx, id);
  }

  /** A page may hold fewer than its limit: what the asker may not know of is left out. */
  async shares(ctx: Context, { limit, cursor, user_id: userId }: SharesQuery) {
    const { actor } = ctx;
    const rows = await listShares(this.#parts.db.sql, actor.tenantId, { userId, before: cursor }, limit + 1);
    const shown = rows.slice(0, limit);
    const items: ShareDocument[] = [];
    for (const { grant, userName, giverName } of shown) {
      const found = await this.find(actor.tenantId, grant.resourceId);
      if (found === null) continue;
      const mayEnd = (await this.#governed(ctx, found)).allowed;
      const reviews = actor.permissions.has('access:review');
      if (!mayEnd && !(reviews && (await this.listable(actor, found)))) continue;
      items.push({
        ...grantDocument(grant, userName),
        resource_id: found.id,
        kind: found.kind,
        resource_name: found.name,
        created_by_name: giverName,
        may_end: mayEnd,
      });
    }
    return { items, next_cursor: rows.length > limit ? (shown.at(-1)?.grant.id ?? null) : null };
  }

  async unshare(ctx: Context, id: string, grantId: string): Promise<void> {
    const found = await this.#mine(ctx, id);
    await this.#parts.db.transaction(async (tx) => {
      const before = await deleteGrant(tx, ctx.actor.tenantId, id, grantId);
      if (before === null) fail('NOT_FOUND', `There is no grant ${grantId} on ${id}.`);
      await this.#parts.audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: found.kind, id },
        outcome: 'success',
        before,
        details: { user: before.userId, taken: before.permission },
      });
    });
  }

  /** Null: anything may have changed. */
  forget(change: AccessChange | null): void {
    this.#narrowed.forget(({ tenantId }) => change === null || tenantId === change.tenant);
    this.#stored.forget(
      ({ tenantId, id }) =>
        change === null ||
        (tenantId === change.tenant && change.user === undefined && (change.resource ?? id) === id),
    );
  }

  /**
   * Only who may share a thing sees and changes how it is shared. Site, purpose and time do not count here: who
   * closed it can open it again. Throws NOT_FOUND, FORBIDDEN.
   */
  async #mine(ctx: Context, id: string): Promise<OwnedResource & { kind: string }> {
    const { actor } = ctx;
    const found =
      (await this.find(actor.tenantId, id)) ?? fail('NOT_FOUND', `There is no ${id}, or it is not yours.`);
    const decision = await this.#governed(ctx, found);
    if (!decision.allowed) await this.#refuse(ctx, this.#permissionsOf(id).share, found, decision);
    return found;
  }

  async #governed({ actor }: Context, found: OwnedResource): Promise<Decision> {
    const { site, purposes, opensAt, closesAt, ...resource } = await this.attributesOf(actor, found);
    return decide({ permission: this.#permissionsOf(found.id).share, actor, resource, now: new Date() });
  }
}

const grantDocument = (grant: GrantRow, userName: string) => ({
  grant_id: grant.id,
  user_id: grant.userId,
  user_name: userName,
  permission: grant.permission,
  expires_at: grant.expiresAt?.toISOString() ?? null,
  created_by: grant.createdBy,
  created_at: grant.createdAt.toISOString(),
});

/** Throws INVALID_INPUT where something is put into a project that is archived, or that one does not belong to. */
function requireOpenProjects(
  { actor }: Context,
  wanted: readonly ProjectRow[],
  before: Pick<StoredAttributes, 'projects'>,
): void {
  const { reach, projects: own, readOnlyProjects } = actor.scope ?? scopeOfRole(actor.role);
  for (const { id, name, archivedAt } of wanted) {
    if (before.projects.some((project) => project.id === id)) continue;
    if (archivedAt !== null)
      fail('INVALID_INPUT', `The project "${name}" is archived. Reopen it first.`, { field: 'projects' });
    if (reach !== 'everything' && (!own.has(id) || readOnlyProjects?.has(id) === true))
      fail('INVALID_INPUT', 'Expected projects you belong to and do not only read in.', {
        field: 'projects',
      });
  }
}
