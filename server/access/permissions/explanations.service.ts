import {
  type ActorAttributes,
  type api,
  builtInRoles,
  permissions as catalogue,
  type Decision,
  type DecisionDocument,
  decide,
  type Explanation,
  hidesExistence,
  meaningOf,
  type OwnPermissions,
  type Permission,
  type ReviewLine,
  roleDefinitions,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { Audit } from '../audit/audit.ts';
import { lastSeen, listMembers, projectNames } from '../members/members.store.ts';
import { nameOfRole } from './entitlements.store.ts';
import { type Entitlement, type Entitlements, entitlementOf } from './entitlements.ts';
import { readNameCursor, writeNameCursor } from './name-cursor.ts';
import type { Resources } from './resources.service.ts';
import { countGrants } from './resources.store.ts';
import { listCustomRoles } from './roles.store.ts';

type Question = z.output<typeof api.access.permissions.query>;
type ReviewQuery = z.output<typeof api.access.review.query>;

export interface ExplanationsParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
  resources: Resources;
}

/** Who may do what, and why: for oneself, for somebody else, for everybody. */
export class Explanations {
  readonly #parts: ExplanationsParts;

  constructor(parts: ExplanationsParts) {
    this.#parts = parts;
  }

  /** Throws FORBIDDEN for somebody else's without `access:review`, NOT_FOUND for a person or thing that is not here. */
  async permissions(ctx: Context, question: Question): Promise<OwnPermissions> {
    const { actor } = ctx;
    const userId = question.user_id ?? actor.id;
    if (userId !== actor.id && !actor.permissions.has('access:review'))
      fail('FORBIDDEN', 'What others may do is for those with the permission access:review.', {
        permission: 'access:review',
      });
    const held =
      (await this.#parts.entitlements.of(actor.tenantId, userId)) ??
      fail('NOT_FOUND', `There is no member ${userId}.`);
    // A key may do less than the person it belongs to.
    const asked: ActorAttributes = userId === actor.id ? actor : attributesOf(held);
    const now = new Date();
    const decisions = catalogue.map((permission) =>
      documentOf(permission, decide({ permission, actor: asked, now })),
    );
    return {
      user_id: userId,
      role: held.role,
      role_name: held.roleName,
      permissions: decisions,
      explanation:
        question.explain === undefined
          ? null
          : await this.#explain(ctx, question.explain, question, held, asked),
    };
  }

  async #explain(
    ctx: Context,
    permission: Permission,
    { resource: resourceId, purpose }: Question,
    held: Entitlement,
    asked: ActorAttributes,
  ): Promise<Explanation> {
    const { db, resources } = this.#parts;
    const { actor } = ctx;
    const resource = resourceId === undefined ? null : await resources.find(actor.tenantId, resourceId);
    if (resource === null && resourceId !== undefined) notHere(resourceId);
    const attributes = resource === null ? undefined : await resources.attributesOf(asked, resource);
    const decision = decide({ permission, actor: asked, resource: attributes, now: new Date(), purpose });
    // What an asker may not know to exist is not named to them, nor is why.
    if (resource !== null && !actor.permissions.has('access:review') && hidesExistence(decision))
      notHere(resource.id);
    const { scope } = held;
    return {
      ...documentOf(permission, decision),
      user_id: held.userId,
      user_name: held.name,
      role: held.role,
      role_name: held.roleName,
      resource:
        resource === null ? null : { resource_id: resource.id, kind: resource.kind, name: resource.name },
      attributes: {
        clearance: scope.clearance,
        reach: scope.reach,
        own_only: scope.ownOnly.has(permission),
        sites: scope.sites === null ? null : [...scope.sites],
        projects: scope.projects.size,
        access_from: scope.from?.toISOString() ?? null,
        access_until: scope.until?.toISOString() ?? null,
      },
      roles_that_may: [
        ...builtInRoles
          .filter((role) => roleDefinitions[role].permissions.includes(permission))
          .map((role) => ({ role: role as string, name: nameOfRole(role) })),
        ...(await listCustomRoles(db.sql, actor.tenantId))
          .filter((role) => role.permissions.includes(permission))
          .map(({ id, name }) => ({ role: id, name })),
      ],
    };
  }

  async review(ctx: Context, { limit, cursor, permission }: ReviewQuery) {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    let after = readNameCursor(cursor) ?? undefined;
    const items: ReviewLine[] = [];
    for (;;) {
      const rows = await listMembers(sql, tenantId, { after }, 200);
      const entitled = rows.map((row) => ({ row, held: entitlementOf(row) }));
      const ids = rows.map(({ user }) => user.id);
      const [seen, projects, shared] = await Promise.all([
        lastSeen(sql, ids),
        projectNames(sql, tenantId, ids),
        countGrants(sql, tenantId, ids),
      ]);
      for (const { row, held } of entitled) {
        const { user, attributes } = row;
        if (permission !== undefined && !held.permissions.has(permission)) continue;
        if (items.length === limit) {
          const last = items.at(-1);
          return { items, next_cursor: writeNameCursor({ name: last?.name ?? '', id: last?.user_id ?? '' }) };
        }
        items.push({
          user_id: user.id,
          name: user.name,
          email: user.email,
          status: held.active ? 'active' : 'deactivated',
          role: held.role,
          role_name: held.roleName,
          permissions: [...held.permissions],
          own_only: [...held.scope.ownOnly],
          clearance: held.scope.clearance,
          reach: held.scope.reach,
          sites: attributes?.sites ?? null,
          projects: projects.filter(({ userId }) => userId === user.id).map(({ name }) => name),
          shared: shared.get(user.id) ?? 0,
          access_from: attributes?.accessFrom?.toISOString() ?? null,
          access_until: attributes?.accessUntil?.toISOString() ?? null,
          last_seen_at: seen.get(user.id)?.toISOString() ?? null,
        });
      }
      const last = rows.at(-1)?.user;
      if (rows.length < 200 || last === undefined) return { items, next_cursor: null };
      after = { name: last.name.toLowerCase(), id: last.id };
    }
  }

  /** One line for each person and permission: what an auditor sorts and filters. */
  async *csv(ctx: Context): AsyncGenerator<string> {
    await this.#parts.audit.append(ctx, {
      action: 'audit.exported',
      object: { kind: 'access_review', id: ctx.actor.tenantId },
      outcome: 'success',
    });
    yield `${columns.join(',')}\r\n`;
    let cursor: string | undefined;
    do {
      const page = await this.review(ctx, { limit: 100, cursor, permission: undefined });
      yield page.items.flatMap(linesOf).join('');
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
}

const notHere = (id: string): never => fail('NOT_FOUND', `There is no ${id}, or it is not yours.`);

const attributesOf = ({ userId, tenantId, role, permissions, scope }: Entitlement): ActorAttributes => ({
  id: userId,
  tenantId,
  role,
  permissions,
  scope,
});

const documentOf = (permission: Permission, decision: Decision): DecisionDocument => ({
  permission,
  meaning: meaningOf(permission),
  ...decision,
});

const columns = [
  'user_id',
  'name',
  'email',
  'status',
  'role',
  'role_name',
  'permission',
  'meaning',
  'limit',
  'clearance',
  'reach',
  'sites',
  'projects',
  'shared_resources',
  'access_from',
  'access_until',
  'last_seen_at',
] as const;

function linesOf(line: ReviewLine): string[] {
  const held = line.permissions.length === 0 ? [null] : line.permissions;
  return held.map((permission) => {
    const cells = [
      line.user_id,
      line.name,
      line.email,
      line.status,
      line.role,
      line.role_name,
      permission ?? '',
      permission === null ? '' : meaningOf(permission),
      permission !== null && line.own_only.includes(permission) ? 'own' : '',
      line.clearance,
      line.reach,
      line.sites?.join('; ') ?? '',
      line.projects.join('; '),
      String(line.shared),
      line.access_from ?? '',
      line.access_until ?? '',
      line.last_seen_at ?? '',
    ];
    return `${cells.map(quoted).join(',')}\r\n`;
  });
}

/** RFC 4180; a cell that a spreadsheet would read as a formula gets an apostrophe before it. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
