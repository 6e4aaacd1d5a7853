import { type api, type Project, scopeOfRole } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
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
  membersOfProjects,
  type ProjectRow,
  replaceMembers,
  updateProject,
} from './projects.store.ts';

type NewProject = z.output<typeof api.projects.create.body>;
type ProjectChange = z.output<typeof api.projects.update.body>;

export interface ProjectsParts {
  db: Database;
  audit: Audit;
  entitlements: Entitlements;
}

/** Walls inside an organisation: what belongs to a project is reached by its members. */
export class Projects {
  readonly #parts: ProjectsParts;

  constructor(parts: ProjectsParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const { sql } = this.#parts.db;
    const { tenantId } = ctx.actor;
    const after = cursor === undefined ? null : readNameCursor(cursor);
    const rows = await listProjects(sql, tenantId, withinReach(ctx), after, limit + 1);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: await this.#documents(sql, ctx, rows.slice(0, limit)),
      next_cursor: last === undefined ? null : writeNameCursor(last),
    };
  }

  async create(ctx: Context, input: NewProject): Promise<Project> {
    const { tenantId, id: createdBy } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
    const made = await db.transaction(async (tx) => {
      await requireFreeName(tx, tenantId, input.name, '');
      const { name, description } = input;
      const row = await insertProject(tx, { id: newId('project'), tenantId, name, description, createdBy });
      const members = [...new Set([createdBy, ...input.members])];
      await this.#setMembers(tx, ctx, row.id, members);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'project', id: row.id },
        outcome: 'success',
        after: { name, description, members },
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
    const made = await db.transaction(async (tx) => {
      const before = await this.#find(tx, ctx, id);
      const people = (await membersOfProjects(tx, tenantId, [id])).map(({ userId }) => userId);
      if (change.name !== undefined) await requireFreeName(tx, tenantId, change.name, id);
      const row = await updateProject(tx, tenantId, id, change);
      if (change.members !== undefined) await this.#setMembers(tx, ctx, id, [...new Set(change.members)]);
      await audit.record(tx, ctx, {
        action: 'policy.changed',
        object: { kind: 'project', id },
        outcome: 'success',
        before: { name: before.name, description: before.description, members: people.sort() },
        after: {
          name: row.name,
          description: row.description,
          members: [...(change.members ?? people)].sort(),
        },
      });
      return row;
    });
    entitlements.forget({ tenant: tenantId });
    return this.#document(ctx, made);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { tenantId } = ctx.actor;
    const { db, audit, entitlements } = this.#parts;
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

  async #setMembers(tx: Sql, ctx: Context, id: string, members: string[]): Promise<void> {
    const { tenantId } = ctx.actor;
    if ((await countUsers(tx, tenantId, members)) !== members.length)
      fail('INVALID_INPUT', 'Expected members of this organisation.', { field: 'members' });
    await replaceMembers(tx, tenantId, id, members);
    await tellAccessChange(tx, { tenant: tenantId });
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
    return rows.map((row) => ({
      project_id: row.id,
      name: row.name,
      description: row.description,
      members: people
        .filter(({ projectId }) => projectId === row.id)
        .map(({ userId, name }) => ({ user_id: userId, name })),
      resources: resources.get(row.id) ?? 0,
      created_at: row.createdAt.toISOString(),
    }));
  }
}

/** The projects an actor reaches; null for all. */
function withinReach({ actor }: Context): readonly string[] | null {
  const { reach, projects } = actor.scope ?? scopeOfRole(actor.role);
  return reach === 'everything' ? null : [...projects];
}

async function requireFreeName(tx: Sql, tenantId: string, name: string, but: string): Promise<void> {
  if (await isProjectNameTaken(tx, tenantId, name, but))
    fail('CONFLICT', `There is a project named "${name}" already. Choose another name.`, { field: 'name' });
}
