import {
  type api,
  type Project,
  type ProjectResource,
  type ProjectRole,
  scopeOfRole,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Audit } from '../audit/audit.ts';
import { tellAccessChange } from './access-changes.ts';
import type { Entitlements } from './entitlements.ts';
import { readNameCursor, writeNameCursor } from './name-cursor.ts';
import {
  countResources,
  countUsers,
  deleteProject,
  findProjects,
  insertProject,
  isProjectNameTaken,
  listProjects,
  listResourceIds,
  membersOfProjects,
  type ProjectRow,
  replaceMembers,
  updateProject,
} from './projects.store.ts';
import { refuse } from './refusals.ts';
import type { Resources } from './resources.service.ts';

type NewProject = z.output<typeof api.projects.create.body>;
type ProjectsQuery = z.output<typeof api.projects.list.query>;
type ProjectChange = z.output<typeof api.projects.update.body>;

export interface ProjectsParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
  resources: Resources;
}

/** Walls inside an organisation: what belongs to a project is reached by its members. */
export class Projects {
  readonly #parts: ProjectsParts;

  constructor(parts: ProjectsParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, { limit, cursor, state, search }: ProjectsQuery) {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    const filter = { state, search, after: readNameCursor(cursor) };
    const rows = await listProjects(sql, tenantId, withinReach(ctx), filter, limit + 1);
    const { page, next_cursor } = cutPage(rows, limit, writeNameCursor);
    return { items: await this.#documents(sql, ctx, page), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Project> {
    return this.#document(ctx, await this.#find(this.#parts.db.sql, ctx, id));
  }

  /** What belongs to it, without what the asker may not see; a page may hold fewer than its limit. */
  async resources(ctx: Context, id: string, { limit, cursor }: Pick<ProjectsQuery, 'limit' | 'cursor'>) {
    const { db, resources } = this.#parts;
    await this.#find(db.sql, ctx, id);
    const ids = await listResourceIds(db.sql, ctx.actor.tenantId, id, cursor, limit + 1);
    const shown = ids.slice(0, limit);
    const items: ProjectResource[] = [];
    for (const each of shown) {
      const found = await resources.find(ctx.actor.tenantId, each);
      if (found === null) continue;
      if (!(await resources.listable(ctx.actor, found))) continue;
      const { kind, name, sensitivity = null } = found;
      items.push({ resource_id: each, kind, name, sensitivity });
    }
    return { items, next_cursor: ids.length > limit ? (shown.at(-1) ?? null) : null };
  }

  async create(ctx: Context, input: NewProject): Promise<Project> {
    const { tenantId, id: createdBy } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    const made = await db.transaction(async (tx) => {
      await requireFreeName(tx, tenantId, input.name, '');
      const { name, description } = input;
      const row = await insertProject(tx, { id: newId('project'), tenantId, name, description, createdBy });
      const members = rolesOf([...input.members, { user_id: createdBy, role: 'lead' }], new Map());
      await this.#setMembers(tx, ctx, row.id, members);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'project', id: row.id },
        outcome: 'success',
        after: { name, description, members: [...members].sort() },
        details: { created: name },
      });
      return row;
    });
    entitlements.forget({ tenant: tenantId });
    return this.#document(ctx, made);
  }

  async update(ctx: Context, id: string, change: ProjectChange): Promise<Project> {
    const { tenantId } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    await this.#requireLead(ctx, id);
    const made = await db.transaction(async (tx) => {
      const before = await this.#find(tx, ctx, id);
      const people = await membersOfProjects(tx, tenantId, [id]);
      const present = new Map(people.map(({ userId, role }) => [userId, role]));
      const members = change.members === undefined ? null : rolesOf(change.members, present);
      const isArchived = before.archivedAt !== null;
      if (isArchived && change.archived !== false && (members !== null || change.name !== undefined))
        fail('CONFLICT', 'The project is archived. Reopen it before you change it.');
      if (change.name !== undefined) await requireFreeName(tx, tenantId, change.name, id);
      const { archived, name, description } = change;
      const archivedAt =
        archived === undefined || archived === isArchived ? undefined : archived ? new Date() : null;
      const row = await updateProject(tx, tenantId, id, { name, description, archivedAt });
      if (members !== null) await this.#setMembers(tx, ctx, id, members);
      else if (archivedAt !== undefined) await tellAccessChange(tx, { tenant: tenantId });
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'project', id },
        outcome: 'success',
        before: { ...stateOf(before), members: [...present].sort() },
        after: { ...stateOf(row), members: [...(members ?? present)].sort() },
        details: { changed: Object.keys(change).join(' ') },
      });
      return row;
    });
    entitlements.forget({ tenant: tenantId });
    return this.#document(ctx, made);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { tenantId } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    await this.#requireLead(ctx, id);
    await db.transaction(async (tx) => {
      const before = await this.#find(tx, ctx, id);
      const resources = (await countResources(tx, tenantId, [id])).get(id) ?? 0;
      if (resources > 0)
        fail('CONFLICT', `${resources} things belong to this project. Take them out first.`, { resources });
      await deleteProject(tx, tenantId, id);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'project', id },
        outcome: 'success',
        before: { name: before.name },
        details: { deleted: before.name },
      });
      await tellAccessChange(tx, { tenant: tenantId });
    });
    entitlements.forget({ tenant: tenantId });
  }

  async #setMembers(tx: Sql, ctx: Context, id: string, members: Map<string, ProjectRole>): Promise<void> {
    const { tenantId } = ctx.actor;
    if ((await countUsers(tx, tenantId, [...members.keys()])) !== members.size)
      fail('INVALID_INPUT', 'Expected members of this organisation.', { field: 'members' });
    if (![...members.values()].includes('lead'))
      fail('CONFLICT', 'A project has a lead. Make somebody its lead first.', { field: 'members' });
    await replaceMembers(
      tx,
      tenantId,
      id,
      [...members].map(([userId, role]) => ({ userId, role })),
    );
    await tellAccessChange(tx, { tenant: tenantId });
  }

  /** Throws FORBIDDEN, on record, for who neither leads the project nor oversees everything. Not inside a transaction. */
  async #requireLead(ctx: Context, id: string): Promise<void> {
    const { sql } = this.#parts.db;
    await this.#find(sql, ctx, id);
    const reason = unchangeable(ctx, await membersOfProjects(sql, ctx.actor.tenantId, [id]));
    if (reason === null) return;
    await refuse(this.#parts.audit, ctx, { what: 'project.change', object: { kind: 'project', id } }, reason);
  }

  /** One of the tenant that the actor reaches. */
  async #find(tx: Sql, ctx: Context, id: string): Promise<ProjectRow> {
    const reach = withinReach(ctx);
    const [row] =
      reach === null || reach.includes(id) ? await findProjects(tx, ctx.actor.tenantId, [id]) : [];
    return row ?? fail('NOT_FOUND', `There is no project ${id}, or it is not yours.`);
  }

  async #document(ctx: Context, row: ProjectRow): Promise<Project> {
    const [document] = await this.#documents(this.#parts.db.sql, ctx, [row]);
    return document as Project;
  }

  async #documents(db: Sql, ctx: Context, rows: readonly ProjectRow[]): Promise<Project[]> {
    const ids = rows.map(({ id }) => id);
    const [people, resources] = await Promise.all([
      membersOfProjects(db, ctx.actor.tenantId, ids),
      countResources(db, ctx.actor.tenantId, ids),
    ]);
    return rows.map((row) => {
      const own = people.filter(({ projectId }) => projectId === row.id);
      const whyNot = ctx.actor.permissions.has('projects:write')
        ? unchangeable(ctx, own)
        : 'This needs the permission projects:write, which your role does not have.';
      return {
        project_id: row.id,
        name: row.name,
        description: row.description,
        members: own.map(({ userId, name, role }) => ({ user_id: userId, name, role })),
        resources: resources.get(row.id) ?? 0,
        created_at: row.createdAt.toISOString(),
        archived_at: row.archivedAt?.toISOString() ?? null,
        may_change: whyNot === null,
        why_not: whyNot,
      };
    });
  }
}

type ProjectPerson = Awaited<ReturnType<typeof membersOfProjects>>[number];

/** Why an actor who may change projects may not change this one; null when they may. */
function unchangeable({ actor }: Context, people: readonly ProjectPerson[]): string | null {
  if ((actor.scope ?? scopeOfRole(actor.role)).reach === 'everything') return null;
  const leads = people.some(({ userId, role }) => userId === actor.id && role === 'lead');
  return leads ? null : 'A project is changed by its leads.';
}

/** The last word on each person counts; who is named without a role keeps the one they have. */
const rolesOf = (
  given: NewProject['members'],
  present: ReadonlyMap<string, ProjectRole>,
): Map<string, ProjectRole> =>
  new Map(
    given.map((each) => {
      const { user_id: id, role } = typeof each === 'string' ? { user_id: each, role: undefined } : each;
      return [id, role ?? present.get(id) ?? 'member'];
    }),
  );

const stateOf = ({ name, description, archivedAt }: ProjectRow) => ({
  name,
  description,
  archived: archivedAt !== null,
});

/** The projects an actor reaches; null for all. */
function withinReach({ actor }: Context): readonly string[] | null {
  const { reach, projects } = actor.scope ?? scopeOfRole(actor.role);
  return reach === 'everything' ? null : [...projects];
}

async function requireFreeName(tx: Sql, tenantId: string, name: string, but: string): Promise<void> {
  if (await isProjectNameTaken(tx, tenantId, name, but))
    fail('CONFLICT', `There is a project named "${name}" already. Choose another name.`, { field: 'name' });
}
