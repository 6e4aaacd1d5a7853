import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countRestricted, openDuckDb, type Restriction } from '@stroma/lake';
import type { Platform } from '../../platform/platform.ts';
import type { SeenDataset } from './dataset-visibility.ts';
import type { LakeDocuments } from './lake-documents.ts';
import type { SeenDocuments, SeenDocumentsInput } from './seen-documents.worker.ts';

const worker = new URL('./seen-documents.worker.ts', import.meta.url);
const keptViews = 64;
const keptCounts = 5000;

/**
 * Profile and values of a dataset as its reader sees it. Of all of it they lie beside the data; of a part they are
 * worked out from that part when first asked for, kept for some readers, and written nowhere.
 */
export class SeenDatasetDocuments {
  readonly #platform: Pick<Platform, 'threads' | 'scratchFolder' | 'config'>;
  readonly #documents: LakeDocuments;
  readonly #kept = new Map<string, Promise<SeenDocuments>>();
  readonly #counts = new Map<string, Promise<number>>();

  constructor(platform: Pick<Platform, 'threads' | 'scratchFolder' | 'config'>, documents: LakeDocuments) {
    this.#platform = platform;
    this.#documents = documents;
  }

  async get<Name extends keyof SeenDocuments>(seen: SeenDataset, name: Name): Promise<SeenDocuments[Name]> {
    if (seen.restriction === null) return this.#documents.get(seen.version, name);
    const key = `${seen.version.id} ${seen.view}`;
    const kept = this.#kept.get(key) ?? this.#workOut(seen, seen.restriction);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptViews && oldest !== undefined) this.#kept.delete(oldest);
    return (await kept)[name];
  }

  /** Lets go of everything that was worked out. */
  clear(): void {
    this.#kept.clear();
    this.#counts.clear();
  }

  /** With the number of rows its reader sees. */
  async counted(seen: SeenDataset): Promise<SeenDataset> {
    if (seen.restriction === null || seen.restriction.rows.length === 0) return seen;
    const key = `${seen.version.id} ${seen.view}`;
    const counting = this.#counts.get(key) ?? this.#count(seen.version, seen.restriction);
    this.#counts.set(key, counting);
    counting.catch(() => this.#counts.delete(key));
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > keptCounts && oldest !== undefined) this.#counts.delete(oldest);
    return { ...seen, version: { ...seen.version, rows: await counting } };
  }

  async #count(version: SeenDataset['version'], restriction: Restriction): Promise<number> {
    const path = await this.#documents.path(version, 'data.parquet');
    using db = await openDuckDb({ memoryMb: 256, threads: 2, tempFolder: null });
    return await countRestricted(db, path, restriction);
  }

  async #workOut(
    { version }: SeenDataset,
    restriction: NonNullable<SeenDataset['restriction']>,
  ): Promise<SeenDocuments> {
    const folder = join(this.#platform.scratchFolder, `seen-${randomBytes(8).toString('hex')}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      return await this.#platform.threads.run<SeenDocumentsInput, SeenDocuments>(worker, {
        parquet: await this.#documents.path(version, 'data.parquet'),
        restriction,
        folder,
        memoryMb: this.#platform.config.STROMA_INGEST_MEMORY_MB,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
