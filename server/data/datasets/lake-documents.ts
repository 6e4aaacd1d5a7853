import type { ColumnValues, TableProfile } from '@stroma/kernel';
import type { IngestReport } from '@stroma/lake';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VersionRow } from './datasets.store.ts';
import { isLetGo, liesInParts, type PartList, WholeParquet } from './version-parts.ts';

interface Documents {
  'report.json': IngestReport;
  'profile.json': TableProfile;
  'values.json': ColumnValues[];
  'parts.json': PartList;
}

/** What the kept documents may take, counted by their text. */
const cacheBytes = 64 * 1024 * 1024;

/** The JSON documents beside a version's Parquet: read once, then kept; they never change under their key. */
export class LakeDocuments {
  readonly #objects: ObjectStore;
  readonly #whole: WholeParquet;
  readonly #kept = new Map<string, { document: Promise<unknown>; bytes: number }>();
  #bytes = 0;

  constructor(platform: Pick<Platform, 'objects' | 'scratchFolder'>) {
    this.#objects = platform.objects;
    this.#whole = new WholeParquet(platform);
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

  path(
    version: Pick<VersionRow, 'lakePrefix' | 'format'>,
    name: 'data.parquet' | 'rejects.parquet',
  ): Promise<string> {
    return name === 'data.parquet'
      ? this.#whole.path(version)
      : this.#objects.localPath(`${version.lakePrefix}/${name}`);
  }

  /** The object that holds a version as one Parquet file. */
  wholeKey(version: Pick<VersionRow, 'lakePrefix' | 'format'>): Promise<string> {
    return this.#whole.key(version);
  }

  /**
   * The files that hold a version's rows one after the other: what queries read. Of one whose rows were let go of, the
   * part that later versions share.
   */
  async paths(
    version: Pick<VersionRow, 'lakePrefix' | 'format'>,
  ): Promise<{ path: string; more?: readonly string[] }> {
    if (isLetGo(version))
      return { path: await this.#objects.localPath(`${version.lakePrefix}/part.parquet`) };
    if (!liesInParts(version)) return { path: await this.path(version, 'data.parquet') };
    const { parts } = await this.get(version, 'parts.json');
    const [path = '', ...more] = await Promise.all(parts.map(({ key }) => this.#objects.localPath(key)));
    return { path, more };
  }

  /** The objects that hold its rows, oldest first: of one that is a single file, that file. */
  async parts(version: VersionRow): Promise<PartList['parts']> {
    if (liesInParts(version)) return (await this.get(version, 'parts.json')).parts;
    const { lakePrefix, parquetBytes: bytes, rows, contentSha256: sha256 } = version;
    return [{ key: `${lakePrefix}/data.parquet`, bytes, rows, sha256 }];
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
