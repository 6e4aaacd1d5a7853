import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { lockDataFolder } from './data-folder.ts';
import { describeDatabase } from './database.suite.ts';
import { generateMigrations } from './generate-migrations.ts';
import { openDatabase } from './open-database.ts';
import { embeddedStore, silent } from './test-database.suite.ts';

describeDatabase('embedded', embeddedStore);

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-db-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const writing = new URL('./writing-process.suite.ts', import.meta.url);
const locking = new URL('./locking-process.suite.ts', import.meta.url);
const child = (file: URL, ...args: string[]) =>
  spawn(process.execPath, [fileURLToPath(file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

it('gives the event loop its turn in the midst of a transaction of many statements', async () => {
  const store = await embeddedStore();
  const database = await store.open();
  let turns = 0;
  let over = false;
  const turn = () => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  await database.transaction(async (tx) => {
    setImmediate(turn);
    for (let n = 0; n < 12; n += 1) await tx.execute(sql`select count(*) from generate_series(1, 100000)`);
    over = true;
    expect(turns).toBeGreaterThan(1);
  });
  await database.close();
  await store.remove();
});

it('refuses a statement beside the transaction it is made within: it would wait for itself', async () => {
  const store = await embeddedStore();
  const database = await store.open();
  const beside = database.transaction(() => database.execute('select 1'));
  await expect(beside).rejects.toThrow('hand it the transaction');
  const later = await database.transaction(async () => ({
    begin: () => database.execute('select 1 as one'),
  }));
  expect((await later.begin()).rows).toEqual([{ one: 1 }]);
  await database.close();
  await store.remove();
});

describe('the embedded store under kill -9', () => {
  it('has lost nothing that was acknowledged, three times over', async () => {
    const folder = newFolder();
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      const writer = child(writing, folder);
      const goal = acknowledged + 50 + round * 137;
      let told = '';
      writer.stdout.setEncoding('utf8').on('data', (part: string) => {
        told += part;
        acknowledged = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1)) || acknowledged;
        if (acknowledged >= goal) writer.kill('SIGKILL');
      });
      await once(writer, 'close');
    }
    const database = await openDatabase({ STROMA_DATA: folder, DATABASE_URL: undefined }, silent);
    const { rows } = await database.execute('select count(*)::int as n, max(id)::int as last from written');
    expect(rows[0]?.n).toBe(rows[0]?.last);
    expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(rows[0]?.last).toBeLessThanOrEqual(acknowledged + 1);
    await database.close();
  });
});

describe('the lock on the data folder', () => {
  it('refuses a second owner and names the first', () => {
    const folder = newFolder();
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'DATA_FOLDER_IN_USE',
        message: expect.stringContaining(`process ${process.pid}`),
        details: expect.objectContaining({ pid: process.pid }),
      }),
    );
    lock.release();
    lockDataFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused to another process while one lives, and given after it was killed', async () => {
    const folder = newFolder();
    const holder = child(locking, folder);
    const [said] = await once(createInterface({ input: holder.stdout }), 'line');
    expect(said).toBe('held');
    expect(() => lockDataFolder(folder)).toThrow(`process ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockDataFolder(folder).release();
  });

  it('is taken over when its pid now belongs to another process', () => {
    const folder = newFolder();
    lockDataFolder(folder);
    const path = join(folder, 'stroma.lock');
    const left = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...left, began: 'another-boot:1' }));
    lockDataFolder(folder).release();
  });

  it('is taken over when its content was cut short', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'stroma.lock'), '{"pid":');
    lockDataFolder(folder).release();
  });

  it('goes to exactly one of many that find a dead one', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'stroma.lock'), JSON.stringify({ pid: 4_194_303, host: 'gone', began: null }));
    const before = new Date(Date.now() - 3600_000);
    const { utimesSync } = await import('node:fs');
    utimesSync(join(folder, 'stroma.lock'), before, before);
    const racers = Array.from({ length: 4 }, () => child(locking, folder));
    const said = await Promise.all(
      racers.map(
        async (racer) => (await once(createInterface({ input: racer.stdout }), 'line'))[0] as string,
      ),
    );
    for (const racer of racers) racer.kill('SIGKILL');
    expect(said.sort()).toEqual(['held', 'refused', 'refused', 'refused']);
  });
});

it('has migrations that agree with the tables; else run "npm run db:generate" in server/', () => {
  const fresh = generateMigrations();
  const read = (folder: string) => readFileSync(join(folder, '0000_initial.sql'), 'utf8');
  try {
    expect(read(resolve(import.meta.dirname, '../../drizzle'))).toBe(read(fresh));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});
