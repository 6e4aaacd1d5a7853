import type { ColumnValues, TableProfile } from '@stroma/kernel';
import type { IngestReport } from '@stroma/lake';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import type { VersionRow } from './datasets.store.ts';

interface Documents {
  'report.json': IngestReport;
  'profile.json': TableProfile;
  'values.json': ColumnValues[];
}

/** What the kept documents may take, counted by their text. */
const cacheBytes = 64 * 1024 * 1024;

/** The JSON documents beside a version's Parquet: read once, then kept; they never change under their key. */
export class LakeDocuments {
  readonly #objects: ObjectStore;
  readonly #kept = new Map<string, { document: Promise<unknown>; bytes: number }>();
  #bytes = 0;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  async get<Name extends keyof Documents>(
    version: Pick<VersionRow, 'lakePrefix'>,
    name: Name,
  ): Promise<Documents[Name]> {
    const key = `${version.lakePrefix}/${name}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.document as Promise<Documents[Name]>;
    }
    const entry = { document: this.#read(key), bytes: 0 };
    this.#kept.set(key, entry);
    entry.document.catch(() => this.#kept.delete(key));
    return entry.document as Promise<Documents[Name]>;
  }

  /** Lets go of everything that was read. */
  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  path(version: Pick<VersionRow, 'lakePrefix'>, name: 'data.parquet' | 'rejects.parquet'): Promise<string> {
    return this.#objects.localPath(`${version.lakePrefix}/${name}`);
  }

  async #read(key: string): Promise<unknown> {
    const parts: Buffer[] = [];
    for await (const part of await this.#objects.get(key)) parts.push(part as Buffer);
    const text = Buffer.concat(parts);
    const entry = this.#kept.get(key);
    if (entry) {
      entry.bytes = text.byteLength;
      this.#bytes += text.byteLength;
      this.#shrink();
    }
    return JSON.parse(text.toString('utf8'));
  }

  #shrink(): void {
    for (const [key, entry] of this.#kept) {
      if (this.#bytes <= cacheBytes) return;
      if (entry.bytes === 0) continue;
      this.#kept.delete(key);
      this.#bytes -= entry.bytes;
    }
  }
}
