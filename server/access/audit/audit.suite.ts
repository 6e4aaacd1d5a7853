import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyCodePoint } from '../../platform/any-text.suite.ts';
import type { Context } from '../../platform/context.ts';
import { openTestKeys } from '../../platform/crypto/test-keys.suite.ts';
import type { Database } from '../../platform/db/database.ts';
import { silent, type TestStore } from '../../platform/db/test-database.suite.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { AuditEntry } from './audit.ts';
import { type OpenAudit, openAudit } from './open-audit.ts';

const changed = (id: string): AuditEntry => ({
  action: 'dataset.changed',
  object: { kind: 'dataset', id },
  outcome: 'success',
  before: { name: 'a' },
  after: { name: 'b' },
  details: { name: 'b', rows: 3, sample: false, note: null },
});

/** What holds for the record, whichever store keeps it. */
export function describeAudit(name: string, makeStore: () => Promise<TestStore>): void {
  describe(`audit: ${name}`, () => {
    let store: TestStore;
    let database: Database;
    let audit: OpenAudit;
    const folder = mkdtempSync(join(tmpdir(), 'stroma-audit-'));
    let tenants = 0;
    const somebody = (): Context => {
      tenants += 1;
      return systemContext(silent, `tnt_${name.length}${tenants}`);
    };

    const open = async () => {
      database = await store.open();
      const { keys, db } = await openTestKeys(database, folder);
      audit = await openAudit({ db, keys, log: silent });
    };
    beforeAll(async () => {
      store = await makeStore();
      await open();
    });
    afterAll(async () => {
      await audit.close();
      await database.close();
      await store.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const written = async (ctx: Context, count: number): Promise<string[]> => {
      for (let n = 0; n < count; n += 1)
        await database.transaction((tx) => audit.record(tx, ctx, changed(`ds_${n}`)));
      await audit.sealNow();
      const { rows } = await database.execute(
        'select event_id from audit_links where tenant_id = $1 order by position',
        [ctx.actor.tenantId],
      );
      return rows.map(({ event_id }) => String(event_id));
    };
    /** As a superuser who switches the guards off. */
    const tamper = async (statements: string) => {
      const tables = ['audit_events', 'audit_links', 'audit_seals'];
      const all = (verb: string) =>
        tables.map((table) => `alter table ${table} ${verb} trigger all;`).join('\n');
      await database.execute(`begin; ${all('disable')} ${statements}; ${all('enable')} commit`);
    };
    const kinds = async (ctx: Context) =>
      (await audit.verify(ctx.actor.tenantId)).findings.map(({ kind, event_id, position }) => [
        kind,
        event_id,
        position,
      ]);

    it('keeps an event with the change it belongs to, or neither', async () => {
      const ctx = somebody();
      await database.transaction((tx) => audit.record(tx, ctx, changed('ds_1')));
      await database
        .transaction(async (tx) => {
          await audit.record(tx, ctx, changed('ds_2'));
          throw new Error('no');
        })
        .catch(() => undefined);
      const found = await audit.verify(ctx.actor.tenantId);
      expect(found).toMatchObject({ intact: true, events: 1, waiting: 0, findings: [] });
    });

    it('keeps no value of what changed, only its hash', async () => {
      const ctx = somebody();
      await database.transaction((tx) =>
        audit.record(tx, ctx, { ...changed('ds_1'), before: { diagnosis: 'C50.9' }, after: null }),
      );
      const { rows } = await database.execute('select * from audit_events where tenant_id = $1', [
        ctx.actor.tenantId,
      ]);
      expect(JSON.stringify(rows)).not.toContain('C50.9');
      expect(rows[0]).toMatchObject({
        before_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        after_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('links what comes at once from many, each once and in one chain, whoever seals', async () => {
      const ctx = somebody();
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          await audit.append(ctx, changed(`ds_${n}`));
          if (n % 20 === 0) await audit.sealNow();
        }),
      );
      const found = await audit.verify(ctx.actor.tenantId);
      expect(found).toMatchObject({ intact: true, events: 200, head: { position: 200 } });
    });

    it('keeps any text that a client can send', async () => {
      const ctx = somebody();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: anyCodePoint }), fc.string(), async (id, value) => {
          const entry = { ...changed(id), details: { value } };
          await database.transaction((tx) => audit.record(tx, ctx, entry));
        }),
        { numRuns: 30 },
      );
      await audit.append(
        { tenantId: ctx.actor.tenantId, address: '::1', userAgent: '\u0000\ud800', requestId: 'r' },
        changed('x'),
      );
      expect((await audit.verify(ctx.actor.tenantId)).findings).toEqual([]);
    });

    it('refuses to change, delete or empty the record, also where triggers are switched off for replicas', async () => {
      await written(somebody(), 1);
      for (const table of ['audit_events', 'audit_links', 'audit_seals', 'audit_keys', 'signatures']) {
        for (const statement of [`truncate ${table}`, `truncate ${table} cascade`])
          await expect(database.execute(statement)).rejects.toThrow(/append-only|permission denied/);
      }
      for (const setting of ['origin', 'replica']) {
        for (const statement of [
          `update audit_events set actor_id = 'usr_other'`,
          `delete from audit_events`,
          `update audit_links set position = position + 1`,
          `delete from audit_links`,
          `update audit_seals set heads = '{}'`,
          `delete from audit_seals`,
          `delete from audit_keys`,
        ])
          await expect(
            database.execute(`begin; set local session_replication_role = ${setting}; ${statement}; commit`),
          ).rejects.toThrow(/append-only|permission denied/);
      }
    });

    it('names an event that was altered behind its back', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 6 }),
          fc.nat(),
          fc.constantFrom('actor_id', 'outcome', 'details', 'address', 'object_id', 'mac', 'content_sha256'),
          async (count, pick, column) => {
            const ctx = somebody();
            const ids = await written(ctx, count);
            const target = ids[pick % count] ?? '';
            await tamper(
              `update audit_events set ${column} = coalesce(${column}, '') || 'x' where id = '${target}'`,
            );
            expect(await kinds(ctx)).toEqual([['event_altered', target, (pick % count) + 1]]);
          },
        ),
        { numRuns: 12 },
      );
    });

    it('names a changed time', async () => {
      const ctx = somebody();
      const [, second] = await written(ctx, 3);
      await tamper(`update audit_events set time = time - interval '1 millisecond' where id = '${second}'`);
      expect(await kinds(ctx)).toEqual([['event_altered', second, 2]]);
    });

    it('names rows that were removed or changed places', async () => {
      const ctx = somebody();
      const ids = await written(ctx, 6);
      const tenant = ctx.actor.tenantId;
      await tamper(`delete from audit_events where id = '${ids[1]}'`);
      await tamper(`
        update audit_links set position = -4 where tenant_id = '${tenant}' and position = 4;
        update audit_links set position = 4 where tenant_id = '${tenant}' and position = 5;
        update audit_links set position = 5 where tenant_id = '${tenant}' and position = -4`);
      await tamper(`
        delete from audit_links where tenant_id = '${tenant}' and position = 6;
        delete from audit_events where id = '${ids[5]}'`);
      expect(await kinds(ctx)).toEqual([
        ['event_removed', ids[1], 2],
        ['link_reordered', ids[4], 4],
        ['link_reordered', ids[3], 5],
        ['tail_removed', null, 6],
      ]);
    });

    it('never links an event that somebody else put in, and names it', async () => {
      const ctx = somebody();
      const [first] = await written(ctx, 1);
      await database.execute(`
        insert into audit_events
        select (json_populate_record(e, '{"id": "aud_forged_${tenants}", "actor_name": "Mallory"}'::json)).*
        from audit_events e where id = '${first}'`);
      await database.execute(
        `insert into audit_pending values ('aud_forged_${tenants}', '${ctx.actor.tenantId}')`,
      );
      expect(await kinds(ctx)).toEqual([['event_added', `aud_forged_${tenants}`, null]]);
    });

    it('names an event that was kept from the chain', async () => {
      const ctx = somebody();
      await database.transaction((tx) => audit.record(tx, ctx, changed('ds_1')));
      await database.execute(`delete from audit_pending where tenant_id = '${ctx.actor.tenantId}'`);
      const { rows } = await database.execute('select id from audit_events where tenant_id = $1', [
        ctx.actor.tenantId,
      ]);
      expect(await kinds(ctx)).toEqual([['event_unlinked', rows[0]?.id, null]]);
    });

    it('has the same key and the same chain when it is opened again', async () => {
      const ctx = somebody();
      await written(ctx, 2);
      const { keyId } = audit.keys;
      await audit.close();
      await database.close();
      await open();
      expect(audit.keys.keyId).toBe(keyId);
      await written(ctx, 2);
      expect(await audit.verify(ctx.actor.tenantId)).toMatchObject({ intact: true, events: 4 });
    });

    it('links in the background within a moment', async () => {
      const ctx = somebody();
      audit.start();
      await audit.append(ctx, changed('ds_1'));
      await expect
        .poll(async () => {
          const { rows } = await database.execute('select position from audit_links where tenant_id = $1', [
            ctx.actor.tenantId,
          ]);
          return rows.length;
        })
        .toBe(1);
    });

    it('names a seal that was altered, and a signature that is none', async () => {
      const ctx = somebody();
      await written(ctx, 1);
      const { rows } = await database.execute('select max(number)::int as last from audit_seals');
      const last = Number(rows[0]?.last);
      await tamper(`update audit_seals set signature = 'AAAA' where number = ${last}`);
      const { findings } = await audit.verify(ctx.actor.tenantId);
      expect(findings.map(({ kind, seal }) => [kind, seal])).toEqual([['seal_altered', last]]);
    });
  });
}
