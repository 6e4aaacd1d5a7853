import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue } from '@stroma/kernel';
import { StromaError } from '@stroma/kernel';
import type { SqlSandbox } from '@stroma/lake';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import { landedLine } from './landed-sql.ts';
import { logTopicOf } from './topic-book.ts';
import { findTopic, type TopicRow } from './topics.store.ts';
import { isLate } from './window-times.ts';
import { everyWindow, saveProgress, saveResults, type WindowRow } from './windows.store.ts';
import type { AssignInput, AssignOutput } from './windows.worker.ts';

export interface WindowRunnerParts {
  platform: Platform;
  log: StreamLog;
  sandbox: () => SqlSandbox;
  texts: SealedTable<'sql'>;
}

const worker = new URL('./windows.worker.ts', import.meta.url);
const tickMs = 1000;
const pageBytes = 1024 * 1024;
/** Of one turn: what is left waits for the next. */
const turnBytes = 16 * 1024 * 1024;
const mostRows = 5000;
const mostRowsOfWindow = 1000;
const mostOpenEvents = 2_000_000;

/** Events that are kept open: a file of this process, made anew from the log after a start. */
interface State {
  file: string | null;
  generation: number;
  seenOffset: number;
}

/**
 * Works on windows as events come: each turn puts the new ones to those that are open, runs the SELECT over the open
 * windows alone, and keeps what it gave with how far it got, in one transaction.
 */
export class WindowRunner {
  readonly #parts: WindowRunnerParts;
  readonly #states = new Map<string, State>();
  #timer: NodeJS.Timeout | null = null;
  #turning: Promise<void> | null = null;

  constructor(parts: WindowRunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.turn(), tickMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#turning;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Works on all that came so far; a turn at a time. */
  async turn(): Promise<void> {
    this.#turning ??= this.#turn().finally(() => {
      this.#turning = null;
    });
    await this.#turning;
  }

  get #folder(): string {
    return join(this.#parts.platform.scratchFolder, 'windows');
  }

  async #turn(): Promise<void> {
    const { platform } = this.#parts;
    try {
      const rows = await acrossTenants('windows of every organisation go on', () => everyWindow(platform.db));
      const known = new Set(rows.map(({ id }) => id));
      for (const id of this.#states.keys()) if (!known.has(id)) await this.#forget(id);
      for (const row of rows) await withinTenant(row.tenantId, () => this.#advance(row));
    } catch (error) {
      platform.log.warn({ err: error }, 'windows of streams wait: the store could not be read');
    }
  }

  async #advance(row: WindowRow): Promise<void> {
    const { platform, log } = this.#parts;
    const ctx = systemContext(platform.log, row.tenantId);
    try {
      const topic = await findTopic(platform.db.sql, ctx, row.topicId);
      if (topic === null) return;
      const { next } = await log.bounds(logTopicOf(topic));
      if (next <= row.seenOffset) return;
      await this.#work(row, topic, next);
    } catch (error) {
      await this.#forget(row.id);
      if (!(error instanceof StromaError)) {
        platform.log.error({ err: error, window: row.id }, 'a window of a stream could not be computed');
        return;
      }
      const told = error.message.slice(0, 500);
      if (row.error !== told)
        await platform.db.transaction((tx) => saveProgress(tx, row, { ...progressOf(row), error: told }));
    }
  }

  async #work(row: WindowRow, topic: TopicRow, next: number): Promise<void> {
    const { platform } = this.#parts;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const state = this.#states.get(row.id);
    const current = state?.seenOffset === row.seenOffset ? state : null;
    const generation = (state?.generation ?? 0) + 1;
    const name = (part: string) => join(this.#folder, `${row.id}-${generation}-${part}`);
    const events = name('events.ndjson');
    const read = await this.#collect(
      row,
      topic,
      current === null ? row.readFrom : row.seenOffset,
      next,
      events,
    );
    const files = { state: name('state.parquet'), assigned: name('assigned.parquet') };
    try {
      const input: AssignInput = {
        columns: topic.columns,
        kind: row.kind,
        sizeMs: row.sizeSeconds * 1000,
        slideMs: (row.slideSeconds ?? row.sizeSeconds) * 1000,
        sessionKey: row.sessionKey,
        state: current?.file ?? null,
        events: read.bytes === 0 ? null : events,
        closedUntilMs: row.watermark?.getTime() ?? null,
        watermarkMs: read.watermarkMs,
        nextState: files.state,
        assigned: files.assigned,
        memoryMb: 512,
      };
      const nothingNew = input.state === null && input.events === null;
      const output = nothingNew
        ? { open: 0, lowestOffset: null }
        : await platform.threads.run<AssignInput, AssignOutput>(worker, input);
      if (output.open > mostOpenEvents)
        throw new StromaError(
          'OVERLOADED',
          `More than ${mostOpenEvents} events lie in open windows. Make them shorter.`,
        );
      const results = nothingNew ? [] : await this.#results(row, files.assigned, read.watermarkMs);
      const saved = await platform.db.transaction(async (tx) => {
        const progress = {
          seenOffset: read.to,
          readFrom: output.lowestOffset ?? read.to,
          watermark: read.watermarkMs === null ? null : new Date(read.watermarkMs),
          lateEvents: row.lateEvents + read.late,
          error: null,
        };
        if (!(await saveProgress(tx, row, progress))) return false;
        await saveResults(tx, row, results);
        return true;
      });
      if (!saved) return await this.#forget(row.id);
      if (current?.file != null) await rm(current.file, { force: true });
      this.#states.set(row.id, {
        file: nothingNew ? null : files.state,
        generation,
        seenOffset: read.to,
      });
      platform.events.announce(row.tenantId, 'stream.window.updated', row.id, {
        window_id: row.id,
        topic_id: row.topicId,
        dataset_id: topic.datasetId,
      });
    } finally {
      await rm(events, { force: true });
      await rm(files.assigned, { force: true });
    }
  }

  /** What came since, as lines with their time, but for what is too late; and how far the watermark is then. */
  async #collect(row: WindowRow, topic: TopicRow, from: number, goal: number, target: string) {
    const { log } = this.#parts;
    const file = await open(target, 'w', 0o600);
    let watermarkMs = row.watermark?.getTime() ?? null;
    let at = from;
    let bytes = 0;
    let late = 0;
    try {
      while (at < goal && (bytes < turnBytes || at < row.seenOffset)) {
        const page = await log.read(logTopicOf(topic), at, pageBytes);
        if (page.chunks.length === 0) break;
        let text = '';
        for (const { firstOffset, receivedAt, lines } of page.chunks) {
          const received = new Date(receivedAt).toISOString();
          for (const [index, line] of lines.entries()) {
            const offset = firstOffset + index;
            const eventMs = topic.timeColumn === null ? receivedAt : timeOf(line, topic.timeColumn);
            // What was seen before was held against the watermark of its time; closed windows are not made again.
            if (offset >= row.seenOffset) {
              if (watermarkMs !== null && isLate(row, eventMs, watermarkMs)) {
                late += 1;
                continue;
              }
              watermarkMs = Math.max(
                watermarkMs ?? Number.NEGATIVE_INFINITY,
                eventMs - row.latenessSeconds * 1000,
              );
            }
            text += landedLine(line, offset, received, eventMs);
          }
        }
        const written = Buffer.from(text);
        await file.writeFile(written);
        bytes += written.byteLength;
        at = page.next;
      }
    } finally {
      await file.close();
    }
    return { to: Math.max(at, row.seenOffset), bytes, late, watermarkMs };
  }

  async #results(row: WindowRow, assigned: string, watermarkMs: number | null) {
    const { sql } = await this.#parts.texts.open(row.tenantId, row.id, row);
    const { rows, columns, truncated } = await this.#parts
      .sandbox()
      .query(sql ?? '', [{ name: 'events', path: assigned }], {
        limits: { maxRows: mostRows },
        caller: `window:${row.id}`,
      });
    const start = columns.findIndex(({ name }) => name === 'window_start');
    const end = columns.findIndex(({ name }) => name === 'window_end');
    const byWindow = new Map<string, { windowStart: Date; windowEnd: Date; rows: JsonValue[][] }>();
    for (const cells of rows) {
      const [from, to] = [cells[start], cells[end]];
      if (typeof from !== 'string' || typeof to !== 'string') continue;
      const found = byWindow.get(`${from} ${to}`);
      if (found === undefined)
        byWindow.set(`${from} ${to}`, { windowStart: utc(from), windowEnd: utc(to), rows: [cells] });
      else found.rows.push(cells);
    }
    return [...byWindow.values()].map((each) => ({
      ...each,
      final: watermarkMs !== null && each.windowEnd.getTime() <= watermarkMs,
      truncated: truncated || each.rows.length > mostRowsOfWindow,
      rows: each.rows.slice(0, mostRowsOfWindow),
    }));
  }

  async #forget(id: string): Promise<void> {
    const file = this.#states.get(id)?.file;
    this.#states.delete(id);
    if (file != null) await rm(file, { force: true });
  }
}

const utc = (text: string): Date => new Date(/Z|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`);

const timeOf = (line: string, column: string): number =>
  Date.parse(String((JSON.parse(line) as Record<string, unknown>)[column]));

const progressOf = ({ seenOffset, readFrom, watermark, lateEvents }: WindowRow) => ({
  seenOffset,
  readFrom,
  watermark,
  lateEvents,
});
