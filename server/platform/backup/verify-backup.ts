import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { SealedSource } from '../crypto/keys.ts';
import { headerBytes, isSealed, keyIdOf } from '../crypto/sealed-stream.ts';
import { openDatabase } from '../db/open-database.ts';
import { fail } from '../failure.ts';
import { type ArchiveTotals, readArchive } from './archive-frames.ts';
import { openBackup, readHeader } from './backup-file.ts';
import { unpack } from './restore-backup.ts';
import { checkDump } from './store-snapshot.ts';

export interface VerifiedBackup extends ArchiveTotals {
  created_at: string;
  stroma: string;
  objects: number;
  /** Rows of the restored store; null where only a restore into PostgreSQL would tell. */
  rows: number | null;
}

/**
 * Restores a backup into a scratch folder and looks at it: every byte is authentic, the store opens and can be read
 * in all its tables, and for every sealed object its data key is there. A dump of PostgreSQL is read to its end as a
 * restore would. Objects are read, not kept: the scratch folder holds the store alone.
 */
export async function verifyBackup(
  source: SealedSource,
  passphrase: string,
  { scratchFolder, log }: { scratchFolder: string; log: Logger },
): Promise<VerifiedBackup> {
  const { header } = await readHeader(source);
  const folder = join(scratchFolder, `verify-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sealedUnder = new Set<string>();
  let objects = 0;
  try {
    const totals = await readArchive(await openBackup(source, passphrase), async (name, content) => {
      if (name.startsWith('objects/')) {
        objects += 1;
        const id = await keyOf(content);
        if (id !== null) sealedUnder.add(id);
      } else if (name.startsWith('newer-objects/')) {
        for await (const _ of content);
        objects += 1;
      } else if (name === 'postgresql.dump') await checkDump(content);
      else if (name.startsWith('store/')) await unpack(folder, name, content, false);
      else for await (const _ of content);
    });
    const rows = header.store === 'embedded' ? await readStore(folder, sealedUnder, log) : null;
    return { ...totals, created_at: header.created_at, stroma: header.stroma, objects, rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Id of the data key that sealed an object; null for one that lies in clear. */
async function keyOf(content: AsyncIterable<Buffer>): Promise<string | null> {
  let start: Buffer = Buffer.alloc(0);
  for await (const piece of content)
    if (start.byteLength < headerBytes) start = Buffer.concat([start, piece.subarray(0, headerBytes)]);
  return isSealed(start) ? keyIdOf(start) : null;
}

/** Opens the store and counts every row, and asks for the data keys. */
async function readStore(folder: string, sealedUnder: Set<string>, log: Logger): Promise<number> {
  const config: Pick<Config, 'STROMA_DATA' | 'DATABASE_URL'> = {
    STROMA_DATA: folder,
    DATABASE_URL: undefined,
  };
  const db = await openDatabase(config, log);
  try {
    const { rows: tables } = await db.execute(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    let all = 0;
    for (const { name } of tables) {
      const { rows } = await db.execute(`select count(*) as n from ${String(name)}`);
      all += Number(rows[0]?.n ?? 0);
    }
    const { rows: keys } = await db.execute('select id from data_keys');
    const held = new Set(keys.map(({ id }) => String(id)));
    const without = [...sealedUnder].filter((id) => !held.has(id));
    if (without.length > 0)
      fail('MALFORMED_FILE', `${without.length} objects of the backup have no key in its store.`);
    return all;
  } finally {
    await db.close();
  }
}
