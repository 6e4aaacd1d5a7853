import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { landedColumns } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import { countLanding, setStreamWaiting, setUnlanded } from '../../platform/events/stream-metrics.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import { findDataset, type VersionRow } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import type { PartList } from '../datasets/version-parts.ts';
import { landedLine } from './landed-sql.ts';
import { registerLanded, reportOf } from './landed-version.ts';
import type { LandInput, LandOutput } from './landing.worker.ts';
import { partsToMerge } from './parts-to-merge.ts';
import { logTopicOf, type TopicBook } from './topic-book.ts';
import { everyTopic, findTopic, setLanded, type TopicRow } from './topics.store.ts';

export interface LandingParts {
  platform: Platform;
  documents: LakeDocuments;
  log: StreamLog;
  book: TopicBook;
}

const worker = new URL('./landing.worker.ts', import.meta.url);
const pageBytes = 4 * 1024 * 1024;
const tickMs = 1000;
const sweepMs = 60_000;
/** Profiling grows with the table; it takes at most a tenth of the time. */
const restShare = 10;

interface Pending {
  row: TopicRow;
  since: number;
  bytes: number;
  notBefore: number;
  failures: number;
}

/**
 * Writes what arrived into the lake: each minute, or from 64 MB on, what a topic has beyond its last landing becomes a part
 * of its dataset and a version of it. How far it got is written in the transaction of the version: a process that dies
 * between leaves neither a gap nor a row twice.
 */
export class Landing {
  readonly #parts: LandingParts;
  readonly #pending = new Map<string, Pending>();
  readonly #alone = new Map<string, Promise<unknown>>();
  #timer: NodeJS.Timeout | null = null;
  #ticking: Promise<void> | null = null;
  #sweptAt = 0;

  constructor(parts: LandingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#ticking ??= this.#tick().finally(() => {
        this.#ticking = null;
      });
    }, tickMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#ticking;
    await Promise.allSettled(this.#alone.values());
  }

  /** Told of what was appended. */
  arrived(row: TopicRow, bytes: number): void {
    const pending = this.#pending.get(row.id);
    if (pending === undefined)
      this.#pending.set(row.id, { row, since: Date.now(), bytes, notBefore: 0, failures: 0 });
    else pending.bytes += bytes;
  }

  /** The dataset of a new topic, empty; register it in the transaction that makes the topic. */
  async begin(ctx: Context, topic: TopicRow): Promise<(tx: Sql) => Promise<void>> {
    return this.#write(ctx, topic, null, 0, 0, null);
  }

  /** Lands all that had arrived when it was called. */
  async land(tenantId: string, id: string): Promise<void> {
    await this.apart(id, () => withinTenant(tenantId, () => this.#land(tenantId, id)));
  }

  /** Nothing of this topic lands while `work` runs. */
  async apart<T>(id: string, work: () => Promise<T>): Promise<T> {
    while (this.#alone.has(id)) await this.#alone.get(id)?.catch(() => undefined);
    const working = work();
    this.#alone.set(id, working);
    try {
      return await working;
    } finally {
      this.#alone.delete(id);
    }
  }

  async #tick(): Promise<void> {
    const { platform, log } = this.#parts;
    const now = Date.now();
    setStreamWaiting(log.waitingBytes());
    if (now - this.#sweptAt >= sweepMs) {
      this.#sweptAt = now;
      await this.#sweep().catch((error: unknown) =>
        platform.log.warn({ err: error }, 'topics could not be looked through for events to land'),
      );
    }
    const { STROMA_STREAMS_LAND_SECONDS: seconds, STROMA_STREAMS_LAND_BYTES: bytes } = platform.config;
    for (const [id, pending] of this.#pending) {
      if (this.#timer === null || now < pending.notBefore) continue;
      if (now - pending.since < seconds * 1000 && pending.bytes < bytes) continue;
      await this.#landPending(id, pending);
    }
  }

  async #landPending(id: string, pending: Pending): Promise<void> {
    const begun = performance.now();
    // What comes from here on is for the next.
    this.#pending.delete(id);
    try {
      await this.land(pending.row.tenantId, id);
      countLanding('succeeded', (performance.now() - begun) / 1000);
      const next = this.#pending.get(id);
      const restUntil = Date.now() + (performance.now() - begun) * restShare;
      if (next !== undefined) next.notBefore = restUntil;
    } catch (error) {
      countLanding('failed', (performance.now() - begun) / 1000);
      const failures = pending.failures + 1;
      const waitMs = Math.min(300_000, 5000 * 2 ** failures);
      this.#parts.platform.log.error(
        { err: error, topic: id, failures },
        'events could not land in the lake yet',
      );
      this.#pending.set(id, { ...pending, failures, notBefore: Date.now() + waitMs });
    }
  }

  /** Finds what an earlier process, or another one, took in and did not land; lets go of what is kept no longer. */
  async #sweep(): Promise<void> {
    const { platform, log } = this.#parts;
    const rows = await acrossTenants('topics of every organisation land', () => everyTopic(platform.db));
    let waiting = 0;
    for (const row of rows) {
      const topic = logTopicOf(row);
      const { next } = await log.bounds(topic);
      waiting += Math.max(0, next - row.landedOffset);
      if (next > row.landedOffset && !this.#pending.has(row.id)) this.arrived(row, 0);
      await log.trim(topic);
    }
    setUnlanded(waiting);
  }

  async #land(tenantId: string, id: string): Promise<void> {
    const { platform, log, book } = this.#parts;
    const ctx = systemContext(platform.log, tenantId);
    const first = await findTopic(platform.db.sql, ctx, id);
    if (first === null) return;
    const { next: goal } = await log.bounds(logTopicOf(first));
    for (let row: TopicRow | null = first; row !== null && row.landedOffset < goal; ) {
      await this.#landSome(ctx, row, goal);
      row = await findTopic(platform.db.sql, ctx, id);
      if (row !== null) await log.trim(book.know(row).log);
    }
  }

  async #landSome(ctx: Context, row: TopicRow, goal: number): Promise<void> {
    const { platform } = this.#parts;
    const found = await findDataset(platform.db.sql, ctx, row.datasetId);
    // Its topic takes nothing in either, until it is restored.
    if (found === null) return;
    const folder = join(platform.scratchFolder, `land-${randomBytes(8).toString('hex')}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const events = join(folder, 'events.ndjson');
      const { from, to } = await this.#collect(row, goal, events);
      if (to === row.landedOffset) return;
      const register = await this.#write(ctx, row, found.version, from, to, { folder, events });
      const landedAt = new Date();
      await platform.db.transaction(async (tx) => {
        await register(tx);
        if (!(await setLanded(tx, ctx, row.id, { from: row.landedOffset, to, at: landedAt })))
          throw new Error('another process landed these events first');
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Events as lines of JSON, about as many bytes as land at once. */
  async #collect(row: TopicRow, goal: number, target: string): Promise<{ from: number; to: number }> {
    const { log, platform } = this.#parts;
    const most = platform.config.STROMA_STREAMS_LAND_BYTES;
    const topic = logTopicOf(row);
    const file = await open(target, 'wx', 0o600);
    let bytes = 0;
    let at = row.landedOffset;
    let from = at;
    try {
      while (at < goal && bytes < most) {
        const page = await log.read(topic, at, pageBytes);
        if (page.chunks.length === 0) break;
        if (bytes === 0) from = page.chunks[0]?.firstOffset ?? at;
        const text = page.chunks
          .map(({ firstOffset, receivedAt, lines }) => {
            const received = new Date(receivedAt).toISOString();
            return lines.map((line, index) => landedLine(line, firstOffset + index, received)).join('');
          })
          .join('');
        const written = Buffer.from(text);
        await file.writeFile(written);
        bytes += written.byteLength;
        at = page.next;
      }
    } finally {
      await file.close();
    }
    return { from, to: at };
  }

  async #write(
    ctx: Context,
    topic: TopicRow,
    base: VersionRow | null,
    from: number,
    to: number,
    given: { folder: string; events: string } | null,
  ): Promise<(tx: Sql) => Promise<void>> {
    const { platform } = this.#parts;
    const startedAt = new Date();
    const folder = given?.folder ?? join(platform.scratchFolder, `land-${randomBytes(8).toString('hex')}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const earlier = base === null ? [] : await this.#parts.documents.parts(base);
      // A column was added: parts of one version have the same.
      const hasGrown = (base?.columns.length ?? Infinity) < topic.columns.length + landedColumns.length;
      const merged = hasGrown ? earlier.length : partsToMerge(earlier);
      const kept = earlier.slice(0, earlier.length - merged);
      const local = (parts: PartList['parts']) =>
        Promise.all(parts.map(({ key }) => platform.objects.localPath(key)));
      const output = await platform.threads.run<LandInput, LandOutput>(worker, {
        added: { events: given?.events ?? null, columns: topic.columns },
        kept: await local(kept),
        merged: await local(earlier.slice(kept.length)),
        folder,
        memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      });
      const versionId = newId('version');
      const lakePrefix = `lake/${topic.tenantId}/${topic.id}/${versionId}`;
      // An empty part, as the first landing begins with, is not carried on.
      const parts = [
        ...kept.filter(({ rows }) => rows > 0),
        { key: `${lakePrefix}/part.parquet`, ...output.part },
      ];
      const report = reportOf(parts, output);
      const save = async (name: string, document: unknown) =>
        writeFile(join(folder, name), JSON.stringify(document));
      await save('parts.json', { parts } satisfies PartList);
      await save('report.json', report);
      for (const name of ['part.parquet', 'parts.json', 'report.json', 'profile.json', 'values.json'])
        await platform.objects.putFile(`${lakePrefix}/${name}`, join(folder, name));
      return (tx) =>
        registerLanded(platform, tx, ctx, {
          topic,
          versionId,
          lakePrefix,
          from,
          to,
          parts,
          output,
          report,
          startedAt,
          base,
        });
    } finally {
      if (given === null) await rm(folder, { recursive: true, force: true });
    }
  }
}
