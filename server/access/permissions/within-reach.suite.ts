import { decide, permissions, reaches, scopeOfRole } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, rowsOf } from '../../platform/db/database.ts';
import type { TestStore } from '../../platform/db/test-database.suite.ts';
import { newId } from '../../platform/ids.ts';
import { insertTenant, insertUser } from '../identity/identity.store.ts';
import {
  projectMembers,
  projects,
  resourceAttributes,
  resourceGrants,
  resourceProjects,
} from './permissions.tables.ts';
import { findAttributes, findGranted, withinReach } from './resources.store.ts';

/** The condition on lists against `decide`: a list holds exactly what may be opened. */
export function withinReachSuite(name: string, make: () => Promise<TestStore>): void {
  describe(`what is within reach, on ${name}`, () => {
    const days = (n: number) => new Date(Date.now() + n * 86_400_000);
    const things = Array.from({ length: 40 }, () => newId('dataset'));
    const sites = ['basel', 'lyon'];
    const owners = new Map<string, string>();
    let store: TestStore;
    let db: Database;
    let tenantId: string;
    let people: string[];
    let rooms: string[];
    beforeAll(async () => {
      store = await make();
      db = await store.open();
      await db.execute('create table things (id text primary key, owner_id text not null)');
      await db.transaction(async (tx) => {
        tenantId = await insertTenant(tx, 'Here');
        const person = (n: number) =>
          insertUser(
            tx,
            {
              tenantId,
              email: `${n}@example.org`,
              name: `${n}`,
              role: 'scientist',
              mustChangePassword: false,
            },
            'none',
          );
        people = [await person(1), await person(2), await person(3)];
        rooms = [newId('project'), newId('project')];
        const createdBy = people[0] as string;
        await tx
          .insert(projects)
          .values(rooms.map((id) => ({ id, tenantId, name: id, description: '', createdBy })));
        await tx.insert(projectMembers).values(
          [0, 1].map((n) => ({
            tenantId,
            projectId: rooms[n] as string,
            userId: people[n] as string,
            role: n === 0 ? ('member' as const) : ('reader' as const),
          })),
        );
        for (const [index, id] of things.entries()) await furnish(tx, index, id, createdBy);
      });
    });
    afterAll(async () => {
      await db.close();
      await store.remove();
    });

    /** Every few have an owner, a project, a share, a site, a time: all combinations come up. */
    async function furnish(tx: Database['sql'], index: number, id: string, createdBy: string): Promise<void> {
      const ownerId = people[index % 3] as string;
      owners.set(id, ownerId);
      await tx.execute(sql`insert into things values (${id}, ${ownerId})`);
      if (index % 2 === 0)
        await tx
          .insert(resourceProjects)
          .values({ tenantId, resourceId: id, projectId: rooms[(index >> 1) % 2] as string });
      if (index % 5 < 2)
        await tx.insert(resourceGrants).values({
          id: newId('grant'),
          tenantId,
          resourceId: id,
          userId: people[(index + 1) % 3] as string,
          permission: index % 7 === 0 ? 'datasets:write' : 'datasets:read',
          expiresAt: index % 3 === 0 ? null : days(index % 4 === 0 ? -1 : 1),
          createdBy,
        });
      if (index % 4 !== 3)
        await tx.insert(resourceAttributes).values({
          resourceId: id,
          tenantId,
          site: index % 3 === 0 ? null : (sites[index % 2] as string),
          purposes: [],
          opensAt: index % 6 === 1 ? days(1) : null,
          closesAt: index % 8 === 2 ? days(-1) : index % 8 === 4 ? days(1) : null,
        });
    }

    const actor = fc.record({
      person: fc.nat(2),
      reach: fc.constantFrom(...reaches),
      sites: fc.option(fc.subarray(sites), { nil: null }),
      permission: fc.constantFrom('datasets:read' as const, 'datasets:write' as const),
    });

    it('is what decide allows, for every person, reach, site and permission', async () => {
      await fc.assert(
        fc.asyncProperty(actor, async ({ person, reach, sites: bound, permission }) => {
          const id = people[person] as string;
          const projectIds = rooms.filter((_, n) => n === person);
          const scope = {
            ...scopeOfRole('scientist'),
            reach,
            projects: new Set(projectIds),
            readOnlyProjects: new Set(person === 1 ? projectIds : []),
            sites: bound === null ? null : new Set(bound),
          };
          const asked = { id, tenantId, role: 'scientist', permissions: new Set(permissions), scope };
          const allowed: string[] = [];
          for (const thing of things) {
            const kept = await findAttributes(db.sql, tenantId, thing);
            const granted = await findGranted(db.sql, tenantId, thing, id);
            const resource = {
              ...kept,
              tenantId,
              ownerId: owners.get(thing) ?? null,
              projects: kept.projects.map((project) => project.id),
              granted,
            };
            if (decide({ permission, actor: asked, resource, now: new Date() }).allowed) allowed.push(thing);
          }
          const condition = withinReach(asked, permission, { id: sql`t.id`, ownerId: sql`t.owner_id` });
          const listed = rowsOf<{ id: string }>(
            await db.sql.execute(sql`select t.id from things t where ${condition} order by t.id`),
          );
          expect(listed.map((row) => row.id)).toEqual(allowed.toSorted());
        }),
        { numRuns: 40 },
      );
    });
  });
}
