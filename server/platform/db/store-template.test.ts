import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { copyTemplate, prepareTemplate, templateFolder } from './store-template.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stroma-template-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
const make = async (folder: string) => {
  made += 1;
  await (await openEmbedded(folder, null)).close();
};
const newFolder = () => mkdtempSync(join(scratch, 'folder-'));

const kept = join(scratch, 'kept');

describe('a store copied from the template', () => {
  let template = '';
  beforeAll(async () => {
    template = await prepareTemplate(make, kept);
  });

  it('is the store that the migrations make: every row of every table and catalogue, every setting', async () => {
    const contents = [];
    for (const templates of [kept, null]) {
      const database = await openEmbedded(newFolder(), templates);
      contents.push(await everythingIn(database));
      await database.close();
    }
    const [copied, fresh] = contents;
    expect(copied?.size).toBeGreaterThan(100);
    expect(copied?.get('public.stroma_migrations')).not.toEqual([]);
    expect(copied).toEqual(fresh);
  });

  it('holds no row of any table but which migrations were applied', async () => {
    const database = await openEmbedded(newFolder(), kept);
    const contents = await everythingIn(database);
    await database.close();
    const filled = [...contents]
      .filter(([name, rows]) => !/^(pg_catalog|information_schema)\./.test(name) && rows.length > 0)
      .map(([name]) => name);
    expect(filled).toEqual(['public.stroma_migrations']);
  });

  it('belongs to its owner alone, and changing it leaves the template as it was', async () => {
    const folder = newFolder();
    const database = await openEmbedded(folder, kept);
    await database.execute('create table mine (id integer); insert into mine values (1)');
    await database.close();
    expect(statSync(join(folder, 'store')).mode & 0o077).toBe(0);
    expect(readdirSync(folder)).toEqual(['store']);
    const next = await openEmbedded(newFolder(), kept);
    await expect(next.execute('select * from mine')).rejects.toThrow(/mine/);
    await next.close();
  });

  it('is made once, and not copied over a store that is there', async () => {
    const before = made;
    expect(await prepareTemplate(make, kept)).toBe(template);
    expect(made).toBe(before);
    const folder = newFolder();
    const first = await openEmbedded(folder, kept);
    await first.execute('create table mine (id integer)');
    await first.close();
    const again = await openEmbedded(folder, kept);
    await again.execute('select * from mine');
    await again.close();
  });
});

describe('without a sound template', () => {
  const makeAnother = async (folder: string) => {
    mkdirSync(folder);
    expect(await copyTemplate(join(folder, 'store'), kept)).toBe(true);
  };

  it('a store is made: there is none, it lost a file, a file was cut short, it went half-way', async () => {
    const others = join(newFolder(), 'kept');
    const store = join(newFolder(), 'store');
    expect(await copyTemplate(store, others)).toBe(false);
    const template = await prepareTemplate(makeAnother, others);
    truncateSync(join(template, 'store/global/pg_control'), 100);
    expect(await copyTemplate(store, others)).toBe(false);
    expect(await prepareTemplate(makeAnother, others)).toBe(template);
    rmSync(join(template, 'store/PG_VERSION'));
    expect(await copyTemplate(store, others)).toBe(false);
    rmSync(join(template, 'store'), { recursive: true });
    expect(await copyTemplate(store, others)).toBe(false);
    expect(await prepareTemplate(makeAnother, others)).toBe(template);
    mkdirSync(`${store}.new/base`, { recursive: true });
    expect(await copyTemplate(store, others)).toBe(true);
    expect(readdirSync(join(store, '..'))).toEqual(['store']);
  });

  it('two that make it at once leave one whole', async () => {
    const others = newFolder();
    const [one, other] = await Promise.all([
      prepareTemplate(makeAnother, others),
      prepareTemplate(makeAnother, others),
    ]);
    expect(one).toBe(other);
    expect(one).toBe(await templateFolder(others));
    expect(await copyTemplate(join(newFolder(), 'store'), others)).toBe(true);
  });
});

/** Every row of every table, view of settings and catalogue, as text; but when it was made, and what was counted since. */
async function everythingIn(database: Database): Promise<Map<string, string[]>> {
  const { rows: tables } = await database.execute(`
    select n.nspname as space, c.relname as name, array(
      select quote_ident(a.attname) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and (c.relname, a.attname) not in (('stroma_migrations', 'applied_at'))
      order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where (c.relkind = 'r' and n.nspname not like 'pg_toast%' and c.relname !~ '^pg_statistic') or c.relname = 'pg_settings'`);
  const contents = new Map<string, string[]>();
  for (const { space, name, columns } of tables) {
    const { rows } = await database.execute(
      `select t::text as row from (select ${(columns as string[]).join(', ')} from "${space}"."${name}") t order by 1`,
    );
    contents.set(
      `${space}.${name}`,
      rows.map(({ row }) => String(row)),
    );
  }
  return contents;
}
