import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchReads } from './batched-reads.ts';
import { type Database, rowsOf, type Sql } from './database.ts';
import { closedTables, type TableShape, wallOf } from './row-security.ts';
import { sampleRows } from './sample-rows.suite.ts';
import { acrossTenants, currentTenant, tenantRole, withinTenant } from './tenant-scope.ts';
import type { TestStore } from './test-database.suite.ts';

/** As the migration generator saw them. */
export const snapshotTables = Object.values(
  (
    JSON.parse(
      readFileSync(resolve(import.meta.dirname, '../../drizzle/meta/0000_snapshot.json'), 'utf8'),
    ) as { tables: Record<string, TableShape> }
  ).tables,
);
const byName = new Map(snapshotTables.map((table) => [table.name, table]));

const ours = 'tnt_ours';
const theirs = 'tnt_theirs';
const undo = new Error('undo');
const quoted = (name: string) => sql.raw(`"${name}"`);

interface Refusal {
  code: string;
  message: string;
  detail: string | undefined;
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    const cause = ((error as Error).cause ?? error) as Error & Partial<Refusal>;
    return { code: cause.code ?? '', message: cause.message, detail: cause.detail };
  }
  return { code: 'none', message: 'it was not refused', detail: undefined };
}

/** What holds of every table, whoever owns the store. */
export function describeRowSecurity(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`row-level security: ${name}`, () => {
    let store: TestStore;
    let database: Database;
    let rows: Map<string, Record<string, Record<string, unknown>>>;
    const within = <T>(work: () => Promise<T>) => withinTenant(ours, work);
    const own = (table: string) => rows.get(table)?.[ours] as Record<string, unknown>;
    const other = (table: string) => rows.get(table)?.[theirs] as Record<string, unknown>;

    beforeAll(async () => {
      store = await makeStore();
      database = await store.open();
      rows = await sampleRows(database, snapshotTables, [ours, theirs]);
    });
    afterAll(async () => {
      await database.close();
      await store.remove();
    });

    const insert = (db: Sql, table: string, row: Record<string, unknown>) =>
      db.execute(
        sql`insert into ${quoted(table)} select * from jsonb_populate_record(null::${quoted(table)}, ${JSON.stringify(row)}::jsonb)`,
      );
    /** Rows as the owner sees them, to see that nothing happened to them. */
    const state = async (table: string, tenant: string) => {
      const column = table === 'tenants' ? 'id' : 'tenant_id';
      const found = await database.sql.execute(
        sql`select to_jsonb(t)::text as row from ${quoted(table)} t where ${quoted(column)} = ${tenant}`,
      );
      return rowsOf<{ row: string }>(found).map(({ row }) => row);
    };
    /** In the scope, and undone. */
    const trial = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
      let result: { value: T } | null = null;
      await within(() =>
        database.transaction(async (tx) => {
          result = { value: await work(tx) };
          throw undo;
        }),
      ).catch((error) => {
        if (error !== undo) throw error;
      });
      return (result as unknown as { value: T }).value;
    };

    it('covers every table there is, and each is forced', async () => {
      const found = await database.execute(
        `select relname, relrowsecurity and relforcerowsecurity as walled from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`,
      );
      const expected = [...byName.keys()].map((relname) => ({ relname, walled: true }));
      const left = { relname: 'stroma_migrations', walled: false };
      expect(found.rows).toEqual([...expected, left].toSorted((a, b) => (a.relname < b.relname ? -1 : 1)));
    });

    it('runs the statements of a tenant as a role that is bound', async () => {
      const who = 'select current_user as name, current_setting($1, true) as tenant';
      const [inside] = (await within(() => database.execute(who, ['stroma.tenant']))).rows;
      expect(inside).toEqual({ name: tenantRole, tenant: ours });
      const [outside] = (await database.execute(who, ['stroma.tenant'])).rows;
      expect(outside?.name).not.toBe(tenantRole);
      const { rows: found } = await database.execute(
        'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles where rolname = $1',
        [tenantRole],
      );
      expect(Object.values(found[0] ?? {})).toEqual([false, false, false, false, false]);
    });

    it('shows nothing to that role when no tenant was said', async () => {
      await expect(
        database.transaction(async (tx) => {
          await tx.execute(sql.raw(`set local role ${tenantRole}`));
          await tx.execute(sql`select set_config('stroma.tenant', '', true)`);
          for (const { name } of snapshotTables.filter(({ name }) => !(name in closedTables))) {
            const [row] = rowsOf<{ n: number }>(
              await tx.execute(sql`select count(*)::int as n from ${quoted(name)}`),
            );
            expect([name, row?.n]).toEqual([name, 0]);
          }
          throw undo;
        }),
      ).rejects.toBe(undo);
    });

    it('keeps the queue and the history of migrations from tenants', async () => {
      for (const table of ['stroma_migrations', ...Object.keys(closedTables)]) {
        const refused = await refusalOf(within(() => database.execute(`select * from ${table}`)));
        expect([table, refused.code]).toEqual([table, '42501']);
      }
      const creating = within(() => database.execute('create table anything (id integer)'));
      expect((await refusalOf(creating)).code).toBe('42501');
    });

    const walled = snapshotTables
      .filter((table) => wallOf(table, byName) !== 'closed')
      .map(({ name }) => name);

    describe.each(walled)('%s', (table) => {
      it('is read and counted as if there were no others', async () => {
        const all = await within(() => database.execute(`select to_jsonb(t)::text as row from "${table}" t`));
        expect(all.rows).toHaveLength(1);
        expect(String(all.rows[0]?.row)).not.toContain(theirs);
        const [count] = (await within(() => database.execute(`select count(*)::int as n from "${table}"`)))
          .rows;
        expect(count?.n).toBe(1);
        const [grouped] = (
          await within(() =>
            database.execute(`select count(*)::int as n from "${table}" t where to_jsonb(t)::text like $1`, [
              `%${theirs}%`,
            ]),
          )
        ).rows;
        expect(grouped?.n).toBe(0);
      });

      it('is changed and emptied only of one’s own', async () => {
        const before = await state(table, theirs);
        expect(before).toHaveLength(1);
        const column = Object.keys(own(table))[0] ?? '';
        for (const statement of [
          sql`update ${quoted(table)} set ${quoted(column)} = ${quoted(column)} returning *`,
          sql`delete from ${quoted(table)} returning *`,
        ]) {
          let changed: unknown[] = [];
          const refused = await refusalOf(
            trial(async (tx) => {
              changed = rowsOf(await tx.execute(statement));
            }),
          );
          expect(JSON.stringify(changed)).not.toContain(theirs);
          expect(changed.length).toBeLessThanOrEqual(1);
          // Not granted at all, or rows of the tenant's own refer to it.
          if (refused.code !== 'none') expect(['42501', '23503', '23001']).toContain(refused.code);
        }
        await refusalOf(within(() => database.execute(`truncate "${table}" cascade`)));
        expect(await state(table, theirs)).toEqual(before);
        expect(await state(table, ours)).toHaveLength(1);
      });

      it('takes no row for another, and gives none away', async () => {
        const column = table === 'tenants' ? 'id' : 'tenant_id';
        const foreign = { ...own(table), [column]: theirs };
        const inserting = await refusalOf(trial((tx) => insert(tx, table, foreign)));
        expect(inserting.code).toBe('42501');
        const moving = await refusalOf(
          trial((tx) => tx.execute(sql`update ${quoted(table)} set ${quoted(column)} = ${theirs}`)),
        );
        expect(moving.code).toBe('42501');
      });

      it('does not tell what others hold when a value is taken', async () => {
        const column = table === 'tenants' ? 'id' : 'tenant_id';
        const copied = await refusalOf(trial((tx) => insert(tx, table, { ...other(table), [column]: ours })));
        expect(['42501', '23505', 'none']).toContain(copied.code);
        expect(copied.detail ?? '').not.toContain('already exists');
      });

      const keys = Object.values(byName.get(table)?.foreignKeys ?? {}).filter(
        ({ tableTo, columnsFrom }) => tableTo !== table && !columnsFrom.includes('tenant_id'),
      );
      it.each(keys.map((key) => [key.columnsFrom.join(', '), key] as const))(
        'refers by %s to no row of another, and does not tell whether it is there',
        async (_, { columnsFrom, columnsTo, tableTo }) => {
          const pointing = (target: (column: string) => unknown) => ({
            ...own(table),
            ...Object.fromEntries(columnsFrom.map((column, at) => [column, target(columnsTo[at] ?? '')])),
          });
          const present = pointing((column) => other(tableTo)[column]);
          const absent = pointing(() => 'nowhere');
          const answers = await Promise.all(
            [present, absent].map((row) => refusalOf(trial((tx) => insert(tx, table, row)))),
          );
          expect(answers[0]?.code).toBe('42501');
          expect(answers[0]).toEqual(answers[1]);
        },
      );
    });

    describe('a scope', () => {
      it('is entered from another tenant’s only through acrossTenants', async () => {
        expect(() => withinTenant('', () => null)).toThrow();
        withinTenant(ours, () => {
          expect(() => withinTenant(theirs, () => null)).toThrow('acrossTenants');
          expect(withinTenant(ours, currentTenant)).toBe(ours);
          expect(acrossTenants('a test', () => withinTenant(theirs, currentTenant))).toBe(theirs);
          expect(currentTenant()).toBe(ours);
        });
        expect(currentTenant()).toBeNull();
      });

      it('holds for a statement that is written inside and awaited outside', async () => {
        const tenants = pgTable('tenants', { id: text('id').primaryKey() });
        const query = () => database.sql.select({ id: tenants.id }).from(tenants);
        expect(await withinTenant(ours, query)).toEqual([{ id: ours }]);
        await within(async () => {
          expect(await acrossTenants('a test', query)).toHaveLength(2);
          expect(await query()).toEqual([{ id: ours }]);
        });
      });

      it('is left by a notification, whoever’s statement brought it', async () => {
        const heard = Promise.withResolvers<string | null>();
        const stop = await within(() => database.listen('whose', () => heard.resolve(currentTenant())));
        await within(() => database.execute(`select pg_notify('whose', '')`));
        expect(await heard.promise).toBeNull();
        await stop();
      });

      it('keeps reads that are joined apart', async () => {
        const read = batchReads(async (keys: string[]) => {
          const found = rowsOf<{ id: string }>(await database.sql.execute(sql`select id from tenants`));
          return new Map(keys.map((key) => [key, found.map(({ id }) => id).join()]));
        });
        const asked = await Promise.all([
          withinTenant(ours, () => read('x')),
          withinTenant(theirs, () => read('x')),
          withinTenant(ours, () => read('y')),
        ]);
        expect(asked).toEqual([ours, theirs, ours]);
      });

      it('can be left in the midst of a transaction, which still is one', async () => {
        const seen = await trial(async (tx) => {
          const count = async () =>
            rowsOf<{ n: number }>(await tx.execute(sql`select count(*)::int as n from tenants`))[0]?.n;
          await tx.execute(sql`update tenants set name = 'changed'`);
          return [await count(), await acrossTenants('a test', count), await count()];
        });
        expect(seen).toEqual([1, 2, 1]);
        expect((await state('tenants', ours))[0]).not.toContain('changed');
      });

      it('is that of the caller for each of many statements and transactions that mix, also after failures', async () => {
        const scopes = [ours, theirs, null] as const;
        const step = fc.record({
          scope: fc.constantFrom(...scopes),
          kind: fc.constantFrom(
            'query',
            'script',
            'commit',
            'rollback',
            'failure',
            'savepoint',
            'left',
            'script failure',
          ),
        });
        const visible = (scope: string | null) => (scope === null ? [ours, theirs] : [scope]);
        const read = async (db: Sql) =>
          rowsOf<{ id: string }>(await db.execute(sql`select id from tenants order by id`)).map(
            ({ id }) => id,
          );
        /** The last that a connection hears before it is told to undo it. */
        const elsewhere = async (scope: string | null, db: Sql) => {
          const there = scope === null ? ours : null;
          const seen = await acrossTenants('a test', () =>
            there === null ? read(db) : withinTenant(there, () => read(db)),
          );
          expect(seen).toEqual(visible(there));
        };
        const fail = (db: Sql) => db.execute(sql`select 1 / 0`);
        const run: Record<string, (scope: string | null) => Promise<void>> = {
          query: async (scope) => expect(await read(database.sql)).toEqual(visible(scope)),
          script: async (scope) => {
            const { rows: found } = await database.execute('select id from tenants order by id');
            expect(found.map(({ id }) => id)).toEqual(visible(scope));
          },
          commit: (scope) =>
            database.transaction(async (tx) => {
              expect(await read(tx)).toEqual(visible(scope));
              await tx.execute(sql`update tenants set name = name`);
              expect(await Promise.all([read(tx), read(tx)])).toEqual([visible(scope), visible(scope)]);
            }),
          rollback: async (scope) => {
            const rolled = database.transaction(async (tx) => {
              expect(await acrossTenants('a test', () => read(tx))).toEqual(visible(null));
              expect(await read(tx)).toEqual(visible(scope));
              await elsewhere(scope, tx);
              throw undo;
            });
            await expect(rolled).rejects.toBe(undo);
          },
          failure: async () => {
            await expect(database.transaction(async (tx) => fail(tx))).rejects.toThrow();
          },
          savepoint: (scope) =>
            database.transaction(async (tx) => {
              await expect(
                tx.transaction(async (inner) => {
                  await elsewhere(scope, inner);
                  throw undo;
                }),
              ).rejects.toBe(undo);
              await elsewhere(scope, tx);
              expect(await read(tx)).toEqual(visible(scope));
            }),
          left: async (scope) => {
            expect(await acrossTenants('a test', () => read(database.sql))).toEqual(visible(null));
            expect(await read(database.sql)).toEqual(visible(scope));
          },
          'script failure': async () => {
            await expect(database.execute('begin; select 1 / 0; commit')).rejects.toThrow();
          },
        };
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
            await Promise.all(
              steps.map(({ scope, kind }) => {
                const work = () => (run[kind] as (scope: string | null) => Promise<void>)(scope);
                return scope === null ? work() : withinTenant(scope, work);
              }),
            );
          }),
          { numRuns: 25 },
        );
      });
    });
  });
}
