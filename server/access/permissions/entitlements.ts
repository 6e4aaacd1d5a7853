import {
  type ActorScope,
  permissions as catalogue,
  type Permission,
  type Sensitivity,
  scopeOfDefinition,
  sensitivities,
} from '@stroma/contracts';
import type { Actor } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { type Soon, whenThere } from '../../platform/soon.ts';
import { Remembered } from '../remembered.ts';
import type { AccessChange } from './access-changes.ts';
import { definitionOf, findEntitlement, type MemberEntitlement, nameOfRole } from './entitlements.store.ts';

/** What one person may do at this moment. */
export interface Entitlement {
  userId: string;
  tenantId: string;
  name: string;
  role: string;
  roleName: string;
  /** Neither the account nor its organisation is closed. */
  active: boolean;
  mustChangePassword: boolean;
  permissions: ReadonlySet<Permission>;
  scope: ActorScope;
}

const endOfTime = new Date(8.64e15);

/**
 * What people may do, from the store, for every way of coming in: a session, a token, a key, a job. A change takes
 * effect at once in the process that makes it and within a second in every other.
 */
export class Entitlements {
  readonly #cache: Remembered<{ expiresAt: Date; held: Entitlement }>;
  readonly #completed = new WeakMap<Actor, { from: Entitlement; actor: Actor }>();

  constructor(db: Pick<Database, 'sql' | 'kind'>) {
    const lifeMs = db.kind === 'embedded' ? 60_000 : 1_000;
    this.#cache = new Remembered(async (key) => {
      const [tenantId = '', userId = ''] = key.split(' ');
      const found = await findEntitlement(db.sql, tenantId, userId);
      return found === null ? null : { expiresAt: endOfTime, held: entitlementOf(found) };
    }, lifeMs);
  }

  /** Null when the tenant has no such person. */
  of(tenantId: string, userId: string): Soon<Entitlement | null> {
    return whenThere(this.#cache.get(`${tenantId} ${userId}`), (found) => found?.held ?? null);
  }

  /** A person without a session, as a key's owner or a job's sender; null when unknown or closed. */
  async person(tenantId: string, userId: string): Promise<Actor | null> {
    const held = await this.of(tenantId, userId);
    if (held === null || !held.active) return null;
    return {
      id: userId,
      kind: 'person',
      name: held.name,
      role: held.role,
      tenantId,
      permissions: held.permissions,
      scope: held.scope,
      mustChangePassword: held.mustChangePassword,
      sessionId: null,
      keyId: null,
      tier: 'free',
      secondFactor: false,
    };
  }

  /**
   * The actor with present role, permissions and scope, whatever was known when its session was cached. A key keeps
   * no more than its own permissions. Null when the account is gone or closed.
   */
  complete(actor: Actor): Soon<Actor | null> {
    if (actor.kind === 'system') return actor;
    return whenThere(this.of(actor.tenantId, actor.id), (held) =>
      held?.active === true ? this.#completeWith(actor, held) : null,
    );
  }

  #completeWith(actor: Actor, held: Entitlement): Actor {
    const before = this.#completed.get(actor);
    if (before?.from === held) return before.actor;
    const permissions = isWhole(actor, held)
      ? held.permissions
      : intersection(actor.permissions, held.permissions);
    const completed = { ...actor, role: held.role, permissions, scope: held.scope };
    this.#completed.set(actor, { from: held, actor: completed });
    return completed;
  }

  /** Null: anything may have changed. */
  forget(change: AccessChange | null): void {
    this.#cache.forget(
      ({ held }) =>
        change === null ||
        (change.resource === undefined &&
          held.tenantId === change.tenant &&
          (change.user === undefined || change.user === held.userId)),
    );
  }
}

/**
 * A key has no more than it was made with. A session begun under another role, or without the second factor its role
 * needs, has no more than it had until it is looked at again: a raised role may ask for a second factor first.
 */
const isWhole = (actor: Actor, held: Entitlement): boolean =>
  actor.kind === 'person' && actor.role === held.role && actor.mustSetUpSecondFactor !== true;

export function entitlementOf(found: MemberEntitlement): Entitlement {
  const { user, closedAt, attributes, custom, projects, readOnlyProjects } = found;
  const definition = definitionOf(found);
  return {
    userId: user.id,
    tenantId: user.tenantId,
    name: user.name,
    role: user.role,
    roleName: nameOfRole(user.role, custom),
    active: user.disabledAt === null && closedAt === null,
    mustChangePassword: user.mustChangePassword,
    // What is no longer in the catalogue is no longer held.
    permissions: new Set(catalogue.filter((each) => definition.permissions.includes(each))),
    scope: {
      ...scopeOfDefinition(definition),
      clearance: lower(definition.clearance, attributes?.clearance ?? null),
      projects: new Set(projects),
      readOnlyProjects: new Set(readOnlyProjects),
      sites: attributes?.sites ? new Set(attributes.sites) : null,
      from: attributes?.accessFrom ?? null,
      until: attributes?.accessUntil ?? null,
    },
  };
}

/** A member's own clearance narrows the role's, and never widens it. */
function lower(role: Sensitivity, own: Sensitivity | null): Sensitivity {
  return own !== null && sensitivities.indexOf(own) < sensitivities.indexOf(role) ? own : role;
}

function intersection(some: ReadonlySet<Permission>, others: ReadonlySet<Permission>): Set<Permission> {
  return new Set([...some].filter((each) => others.has(each)));
}
