import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { backups } from '../backup/backups.tables.ts';
import { rowsOf } from '../db/database.ts';
import { setStorage } from '../metrics/store-metrics.ts';
import type { Platform } from '../platform.ts';

/** Measures one kind of what is stored, in bytes. */
export type SizeOf = () => Promise<number>;

const keptMs = 60_000;

/** What lies in the installation, by kind; each measured when it is asked for, at most once a minute. */
export class StorageSizes {
  readonly #kinds = new Map<string, SizeOf>();
  #sizes: Promise<{ kind: string; bytes: number }[]> | null = null;
  #measuredAt = 0;

  know(kind: string, sizeOf: SizeOf): void {
    this.#kinds.set(kind, sizeOf);
  }

  /** A kind that cannot be measured is left out. */
  async read(): Promise<{ kind: string; bytes: number }[]> {
    if (this.#sizes === null || Date.now() - this.#measuredAt > keptMs) {
      this.#measuredAt = Date.now();
      this.#sizes = this.#measure();
    }
    return await this.#sizes;
  }

  async #measure(): Promise<{ kind: string; bytes: number }[]> {
    const measured: { kind: string; bytes: number }[] = [];
    for (const [kind, sizeOf] of this.#kinds) {
      try {
        measured.push({ kind, bytes: await sizeOf() });
      } catch {
        // The place it lies in is gone or shut for the moment; /readyz and the log say so.
      }
    }
    setStorage(measured);
    return measured;
  }
}

/** What the platform itself stores: the relational store, backups, what was written out to be kept, work in progress. */
export function knowOwnSizes(
  sizes: StorageSizes,
  { db: database, objects, scratchFolder }: Pick<Platform, 'db' | 'objects' | 'scratchFolder'>,
): void {
  const one = async (query: ReturnType<typeof sql>) =>
    Number(rowsOf<{ bytes: number | string | null }>(await database.sql.execute(query))[0]?.bytes ?? 0);
  sizes.know('store', () => one(sql`select pg_database_size(current_database())::float8 as bytes`));
  sizes.know('backups', () =>
    one(
      sql`select coalesce(sum(${backups.bytes}), 0)::float8 as bytes from ${backups} where ${backups.removedAt} is null`,
    ),
  );
  sizes.know('exports', () => sizeOfObjects(objects, 'archive/'));
  sizes.know('scratch', () => sizeOfFolder(scratchFolder));
}

const mostObjects = 2_000;

/** Bytes of all objects below; looks at no more than 2,000 of them. */
async function sizeOfObjects(objects: Platform['objects'], prefix: string): Promise<number> {
  let bytes = 0;
  let left = mostObjects;
  for await (const key of objects.list(prefix)) {
    left -= 1;
    if (left < 0) break;
    bytes += (await objects.stat(key))?.bytes ?? 0;
  }
  return bytes;
}

const mostFiles = 20_000;

/** Bytes of all files below; those that go meanwhile are not counted. Looks at no more than 20,000 of them. */
async function sizeOfFolder(folder: string): Promise<number> {
  let bytes = 0;
  let left = mostFiles;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    left -= 1;
    if (left < 0) break;
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
