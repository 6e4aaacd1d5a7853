import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { Config } from '../config/config.ts';
import { keyFileOf } from '../crypto/open-key-provider.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { type ArchiveEntry, writeArchive } from './archive-frames.ts';
import { sealBackup } from './backup-file.ts';
import type { BackupTarget } from './backup-target.ts';
import { filesUnder, takeSnapshot } from './store-snapshot.ts';
import { holdStreams } from './stream-files.ts';

export interface BackupSource {
  config: Config;
  db: Database;
  /** As they lie in the store: sealed objects stay sealed. */
  storedObjects: ObjectStore;
  version: string;
}

export interface BackupOrder {
  name: string;
  target: BackupTarget;
  passphrase: string;
  at: Date;
  scratch: string;
  signal?: AbortSignal | undefined;
  /** 0-1. */
  onProgress?(fraction: number, phase: string): void;
}

export interface WrittenBackup {
  bytes: number;
  objects: number;
  gone: string[];
}

/**
 * Writes one backup. The store is taken first, at one moment; then every object that lies there. An object is stored
 * before the row that names it, so all that the rows name is there, but for what is deleted while the backup runs:
 * `gone` lists it. `newer-objects/` came while the store was taken: it may not know them. Segment files of topics are held
 * before the store is taken and read after it: they hold all that had not landed then.
 */
export async function writeBackup(source: BackupSource, order: BackupOrder): Promise<WrittenBackup> {
  const { config, db, storedObjects: objects } = source;
  const { signal, onProgress = () => undefined } = order;
  const done: WrittenBackup = { bytes: 0, objects: 0, gone: [] };
  await mkdir(order.scratch, { recursive: true, mode: 0o700 });
  onProgress(0, 'taking the store');
  const before = new Set<string>();
  for await (const key of objects.list('')) before.add(key);
  const streams = await holdStreams(config, order.scratch);
  const snapshot = await takeSnapshot(db, config, order.scratch);

  async function* entries(): AsyncGenerator<ArchiveEntry> {
    const manifest = {
      format: 'stroma-backup-1',
      created_at: order.at.toISOString(),
      stroma: source.version,
      store: db.kind,
      keys: config.STROMA_KEYS,
    };
    yield { name: 'manifest.json', source: Buffer.from(JSON.stringify(manifest)) };
    yield* snapshot.entries();
    yield* keyFiles(config);
    yield* streams.entries();
    const keys: string[] = [];
    for await (const key of objects.list('')) keys.push(key);
    for (const [position, key] of keys.entries()) {
      signal?.throwIfAborted();
      onProgress(0.1 + (0.9 * position) / keys.length, 'copying objects');
      try {
        const place = before.has(key) ? 'objects' : 'newer-objects';
        yield { name: `${place}/${key}`, source: await objects.get(key) };
        done.objects += 1;
      } catch (error) {
        if (!(error instanceof StromaError && error.code === 'NOT_FOUND')) throw error;
        done.gone.push(key);
      }
    }
  }

  try {
    const about = { created_at: order.at.toISOString(), stroma: source.version, store: db.kind };
    const sealed = await sealBackup(writeArchive(entries()), order.passphrase, about);
    const { bytes } = await order.target.write(order.name, sealed, signal);
    return { ...done, bytes };
  } finally {
    await snapshot.remove();
    await streams.remove();
    await rm(order.scratch, { recursive: true, force: true });
  }
}

/** The folder of keys, and key files that lie elsewhere. */
async function* keyFiles(config: Config): AsyncGenerator<ArchiveEntry> {
  const folder = resolve(config.STROMA_DATA, 'keys');
  if (await exists(folder)) yield* filesUnder(folder, 'keys/');
  const elsewhere: [string, string | undefined][] = [
    ['master.json', config.STROMA_KEYS === 'file' ? keyFileOf(config) : undefined],
    ['provenance.pem', config.STROMA_PROVENANCE_KEY_FILE],
  ];
  for (const [name, path] of elsewhere)
    if (path !== undefined && resolve(path) !== join(folder, name) && (await exists(path)))
      yield { name: `keys-elsewhere/${name}`, source: createReadStream(path) };
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
