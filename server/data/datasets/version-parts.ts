import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb, quoteLiteral } from '@stroma/lake';
import type { Platform } from '../../platform/platform.ts';
import type { VersionRow } from './datasets.store.ts';

/** Of a version that grows: the Parquet objects that hold its rows, oldest first, shared with the versions before. */
export interface PartList {
  parts: { key: string; bytes: number; rows: number; sha256: string }[];
}

/** The format of a version whose rows were let go of; the part it brought may lie there for later versions. */
export const letGoFormat = 'let_go';

/** Versions of these formats lie in parts, which later versions share: what a topic landed, what an import added to. */
const inParts: readonly string[] = ['stream', 'import'];

type Version = Pick<VersionRow, 'lakePrefix' | 'format'>;

export const liesInParts = ({ format }: Pick<VersionRow, 'format'>): boolean => inParts.includes(format);

export const isLetGo = ({ format }: Pick<VersionRow, 'format'>): boolean => format === letGoFormat;

/**
 * A version as one Parquet file. What grows lies in parts; they are put together when somebody first asks for the whole,
 * and stay so beside the version.
 */
export class WholeParquet {
  readonly #platform: Pick<Platform, 'objects' | 'scratchFolder'>;
  readonly #making = new Map<string, Promise<void>>();

  constructor(platform: Pick<Platform, 'objects' | 'scratchFolder'>) {
    this.#platform = platform;
  }

  /** The object that holds it. */
  async key(version: Version): Promise<string> {
    const key = `${version.lakePrefix}/data.parquet`;
    if (!liesInParts(version) || (await this.#platform.objects.stat(key)) !== null) return key;
    const { parts } = await this.#parts(version);
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only.key;
    const making = this.#making.get(key) ?? this.#make(key, parts);
    this.#making.set(key, making);
    await making.finally(() => this.#making.delete(key));
    return key;
  }

  async path(version: Version): Promise<string> {
    return this.#platform.objects.localPath(await this.key(version));
  }

  async #parts({ lakePrefix }: Version): Promise<PartList> {
    const pieces: Buffer[] = [];
    for await (const piece of await this.#platform.objects.get(`${lakePrefix}/parts.json`))
      pieces.push(piece as Buffer);
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  }

  async #make(key: string, parts: PartList['parts']): Promise<void> {
    const { objects, scratchFolder } = this.#platform;
    const target = join(scratchFolder, `whole-${randomBytes(8).toString('hex')}.parquet`);
    try {
      const paths = await Promise.all(parts.map((part) => objects.localPath(part.key)));
      {
        using db = await openDuckDb({ memoryMb: 512, threads: 2, tempFolder: null });
        const files = paths.map(quoteLiteral).join(', ');
        await db.run(
          `COPY (SELECT * FROM read_parquet([${files}])) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`,
        );
      }
      await objects.putFile(key, target);
    } finally {
      await rm(target, { force: true });
    }
  }
}
