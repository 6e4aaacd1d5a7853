import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Context } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';
import { silent, type TestStore } from '../../platform/db/test-database.suite.ts';
import { systemActor } from '../../platform/system-actor.ts';
import { insertTenant, insertUser } from '../identity/identity.store.ts';
import { openPermissions, type Permissions } from './open-permissions.ts';

const quiet = { record: async () => {}, recordAll: async () => {}, append: async () => {} };

/** Two processes on one store, as far as what they keep goes: what one changes, the other hears of. */
export function accessChangesSuite(name: string, make: () => Promise<TestStore>): void {
  describe(`a change of what somebody may do, on ${name}`, () => {
    let store: TestStore;
    let db: Database;
    let here: Permissions;
    let there: Permissions;
    let ctx: Context;
    let sam: Actor;
    beforeAll(async () => {
      store = await make();
      db = await store.open();
      here = await openPermissions(db, quiet, () => undefined);
      there = await openPermissions(db, quiet, () => undefined);
      const tenantId = await db.transaction((tx) => insertTenant(tx, 'Here'));
      const person = (email: string, role: string) =>
        db.transaction((tx) =>
          insertUser(tx, { tenantId, email, name: email, role, mustChangePassword: false }, 'none'),
        );
      const boss = await person('boss@example.org', 'super_admin');
      const id = await person('sam@example.org', 'scientist');
      ctx = {
        actor: (await here.entitlements.person(tenantId, boss)) ?? systemActor(tenantId),
        requestId: 'req_test',
        log: silent,
        signal: new AbortController().signal,
      };
      sam = (await there.entitlements.person(tenantId, id)) as Actor;
    });
    afterAll(async () => {
      await here.close();
      await there.close();
      await db.close();
      await store.remove();
    });

    /** How long until the other process sees it; ends only when it does. */
    async function untilThere(holds: (actor: Actor | null) => boolean): Promise<number> {
      const began = performance.now();
      while (!holds(await there.entitlements.complete(sam))) await new Promise(setImmediate);
      return performance.now() - began;
    }

    it('is heard of by every other process', async () => {
      expect(sam.permissions.has('datasets:delete')).toBe(true);
      await here.members.update(ctx, sam.id, { role: 'viewer' });
      await untilThere((actor) => actor?.permissions.has('datasets:delete') === false);
      await here.members.update(ctx, sam.id, { sites: ['basel'], access_until: '2099-01-01T00:00:00Z' });
      await untilThere((actor) => actor?.scope?.sites?.has('basel') === true && actor.scope.until !== null);
      const role = await here.roles.create(ctx, {
        name: 'Reader',
        description: '',
        permissions: ['datasets:read'],
        own_only: [],
        clearance: 'public',
        reach: 'shared',
      });
      await here.members.update(ctx, sam.id, { role: role.role });
      await untilThere((actor) => actor?.role === role.role);
      await here.roles.update(ctx, role.role, { permissions: [], clearance: 'internal' });
      await untilThere((actor) => actor?.permissions.size === 0 && actor.scope?.clearance === 'internal');
      const project = await here.projects.create(ctx, { name: 'Trial', description: '', members: [sam.id] });
      await untilThere((actor) => actor?.scope?.projects.has(project.project_id) === true);
      await here.members.deactivate(ctx, sam.id);
      await untilThere((actor) => actor === null);
    });
  });
}
