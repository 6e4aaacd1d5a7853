import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { SealedSource } from '../crypto/keys.ts';
import type { Sql } from '../db/database.ts';
import { prepareTenantRole } from '../db/tenant-role.ts';
import { fail } from '../failure.ts';
import { openFolderStore } from '../objects/folder-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { openObjectStore } from '../objects/open-object-store.ts';
import { type ArchiveTotals, readArchive } from './archive-frames.ts';
import { type BackupHeader, openBackup, readHeader } from './backup-file.ts';
import { restoreDump } from './store-snapshot.ts';

export interface RestoredBackup extends ArchiveTotals {
  created_at: string;
  stroma: string;
  objects: number;
  /** Key files that lay outside of the data folder, and where they are now. */
  keys_elsewhere: string[];
}

/**
 * Brings a backup into an empty data folder, and for PostgreSQL into an empty database. Everything is unpacked beside
 * the data folder and takes its place at the end: a restore that fails leaves the folder as it was. Throws CONFLICT
 * where something is there already.
 */
export async function restoreBackup(
  config: Config,
  source: SealedSource,
  passphrase: string,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<RestoredBackup> {
  const { header } = await readHeader(source);
  const data = resolve(config.STROMA_DATA);
  refuseOtherStore(header, config);
  await refuseFilled(data);
  if (config.DATABASE_URL !== undefined) await prepareDatabase(config.DATABASE_URL);
  const frames = await openBackup(source, passphrase);
  await mkdir(dirname(data), { recursive: true });
  const aside = `${data}.restoring-${randomBytes(4).toString('hex')}`;
  await mkdir(aside, { mode: 0o700 });
  try {
    const bucket = config.STROMA_S3_BUCKET === undefined ? null : await emptyBucket(config);
    const objects = bucket ?? (await openFolderStore(join(aside, 'objects')));
    const elsewhere: string[] = [];
    let stored = 0;
    let bytes = 0;
    const totals = await readArchive(frames, async (name, content) => {
      const [, key] = /^(?:newer-)?objects\/(.+)$/.exec(name) ?? [];
      if (key !== undefined) {
        await objects.put(key, Readable.from(content));
        stored += 1;
      } else if (name === 'postgresql.dump') {
        await restoreDump(config.DATABASE_URL ?? '', content);
      } else if (name.startsWith('keys-elsewhere/')) {
        const file = `keys/elsewhere-${name.slice('keys-elsewhere/'.length)}`;
        await unpack(aside, file, content);
        elsewhere.push(join(data, file));
      } else if (name === 'manifest.json') {
        for await (const _ of content);
      } else await unpack(aside, name, content);
      bytes += 1;
      onProgress(bytes);
    });
    await rmdir(data).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(aside, data);
    const { created_at, stroma } = header;
    return { ...totals, created_at, stroma, objects: stored, keys_elsewhere: elsewhere };
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/** One file of `store/`, `keys/` or `streams/`, for its owner alone; a name that leads out of the folder is refused. */
export async function unpack(
  root: string,
  name: string,
  content: AsyncIterable<Buffer>,
  durable = true,
): Promise<void> {
  const path = resolve(root, name);
  if (!/^(store|keys|streams)\//.test(name) || !path.startsWith(resolve(root) + sep))
    fail('MALFORMED_FILE', `Expected files of a store in the backup, given "${name}".`);
  if (name.endsWith('/')) {
    for await (const _ of content);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of content) await file.writeFile(piece);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

function refuseOtherStore(header: BackupHeader, config: Config): void {
  const wanted = config.DATABASE_URL === undefined ? 'embedded' : 'postgresql';
  if (header.store === wanted) return;
  fail(
    'CONFLICT',
    header.store === 'postgresql'
      ? 'The backup is of a PostgreSQL database. Set DATABASE_URL to an empty database.'
      : 'The backup is of an embedded store. Unset DATABASE_URL to restore it.',
    { store: header.store },
  );
}

async function refuseFilled(data: string): Promise<void> {
  const names = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0)
    fail(
      'CONFLICT',
      `Expected an empty data folder, but ${data} holds ${names.length} entries. Move it away, or set STROMA_DATA to another folder.`,
      { folder: data },
    );
}

/** Refuses a database with tables, and makes the role that the rights in a dump are given to. */
async function prepareDatabase(url: string): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select count(*)::int as n from pg_class c join pg_namespace s on s.oid = c.relnamespace
       where c.relkind in ('r', 'p') and s.nspname not in ('pg_catalog', 'information_schema') and s.nspname not like 'pg_toast%'`,
    );
    if (rows[0]?.n > 0)
      fail(
        'CONFLICT',
        `Expected an empty database, but it has ${rows[0].n} tables. Set DATABASE_URL to another one.`,
      );
    const { drizzle } = await import('drizzle-orm/node-postgres');
    await prepareTenantRole(drizzle({ client }) as unknown as Sql);
  } finally {
    await client.end();
  }
}

async function emptyBucket(config: Config): Promise<ObjectStore> {
  const store = await openObjectStore(config);
  for await (const key of store.list(''))
    fail('CONFLICT', 'Expected an empty bucket, but it holds objects. Set STROMA_S3_BUCKET to another one.', {
      key,
    });
  return store;
}
