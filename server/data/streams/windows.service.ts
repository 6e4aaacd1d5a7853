import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamWindow, WindowDefinition, WindowResult } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { openDuckDb, quoteLiteral, type SqlSandbox } from '@stroma/lake';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { nothingLanded } from './landed-sql.ts';
import type { KnownTopic, TopicBook } from './topic-book.ts';
import {
  deleteWindow,
  findWindow,
  insertWindow,
  newestResults,
  type ResultRow,
  type WindowRow,
  windowsOfTopic,
} from './windows.store.ts';

export interface WindowsParts {
  platform: Platform;
  audit: Audit;
  log: StreamLog;
  book: TopicBook;
  sandbox: () => SqlSandbox;
  texts: SealedTable<'sql'>;
}

const mostWindows = 20;

/** Windowed aggregates as people define and read them. */
export class Windows {
  readonly #parts: WindowsParts;

  constructor(parts: WindowsParts) {
    this.#parts = parts;
  }

  async create(ctx: Context, topicId: string, given: WindowDefinition): Promise<StreamWindow> {
    const { platform, audit, book, log } = this.#parts;
    const topic = await book.byId(ctx, topicId);
    await book.require(ctx, 'streams:write', topic.row);
    await book.requireReadable(ctx, topic.row);
    requireKey(topic, given);
    const columns = await this.#columnsOf(ctx, topic, given.sql);
    const { next } = await log.bounds(topic.log);
    const id = newId('streamWindow');
    const row: WindowRow = {
      ...(await this.#parts.texts.seal(ctx.actor.tenantId, id, { sql: given.sql })),
      id,
      tenantId: ctx.actor.tenantId,
      topicId,
      name: given.name,
      kind: given.kind,
      sizeSeconds: given.size_seconds,
      slideSeconds: given.slide_seconds ?? null,
      sessionKey: given.session_key ?? null,
      latenessSeconds: given.lateness_seconds,
      columns,
      readFrom: next,
      seenOffset: next,
      watermark: null,
      lateEvents: 0,
      error: null,
      createdBy: ctx.actor.id,
      createdAt: new Date(),
    };
    await platform.db.transaction(async (tx) => {
      const others = await windowsOfTopic(tx, ctx, topicId);
      if (others.length >= mostWindows) fail('CONFLICT', `A topic has at most ${mostWindows} windows.`);
      if (others.some(({ name }) => name === given.name))
        fail('CONFLICT', 'The topic has a window of this name already.', { field: 'name' });
      await insertWindow(tx, row);
      await audit.record(tx, ctx, {
        action: 'stream-window.created',
        object: { kind: 'stream_window', id: row.id },
        outcome: 'success',
        after: given,
        details: { name: row.name, topic_id: topicId },
      });
    });
    return documentOf(row, given.sql);
  }

  async list(ctx: Context, topicId: string): Promise<{ items: StreamWindow[] }> {
    const { platform, book } = this.#parts;
    const { row } = await book.byId(ctx, topicId);
    await book.requireReadable(ctx, row);
    const rows = await windowsOfTopic(platform.db.sql, ctx, topicId);
    const opened = await this.#parts.texts.openAll(ctx.actor.tenantId, rows, ({ id }) => id);
    return { items: rows.map((each, index) => documentOf(each, opened[index]?.sql ?? '')) };
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { platform, audit, book } = this.#parts;
    const row = await this.#find(ctx, id);
    await book.require(ctx, 'streams:write', (await book.byId(ctx, row.topicId)).row);
    await platform.db.transaction(async (tx) => {
      if (!(await deleteWindow(tx, ctx, id))) missing();
      await audit.record(tx, ctx, {
        action: 'stream-window.deleted',
        object: { kind: 'stream_window', id },
        outcome: 'success',
        details: { name: row.name, topic_id: row.topicId },
      });
    });
  }

  async results(
    ctx: Context,
    id: string,
    limit: number,
  ): Promise<{ columns: ColumnSchema[]; items: WindowResult[] }> {
    const { platform, book } = this.#parts;
    const row = await this.#find(ctx, id);
    await book.requireReadable(ctx, (await book.byId(ctx, row.topicId)).row);
    const found = await newestResults(platform.db.sql, ctx, id, limit);
    return { columns: row.columns, items: found.map(resultOf) };
  }

  async #find(ctx: Context, id: string): Promise<WindowRow> {
    return (await findWindow(this.#parts.platform.db.sql, ctx, id)) ?? missing();
  }

  /** Runs the SELECT over no rows, through the gate every statement goes through. */
  async #columnsOf(ctx: Context, topic: KnownTopic, sql: string): Promise<ColumnSchema[]> {
    const { platform, sandbox } = this.#parts;
    const path = join(platform.scratchFolder, `window-${randomBytes(8).toString('hex')}.parquet`);
    try {
      {
        using db = await openDuckDb({ memoryMb: 128, threads: 1, tempFolder: null });
        const window = 'CAST(NULL AS TIMESTAMP)';
        await db.run(
          `COPY (SELECT *, ${window} AS window_start, ${window} AS window_end FROM (${nothingLanded(topic.row.columns)})) TO ${quoteLiteral(path)} (FORMAT parquet)`,
        );
      }
      const { columns } = await sandbox().query(sql, [{ name: 'events', path }], {
        signal: ctx.signal,
        caller: ctx.actor.id,
      });
      for (const name of ['window_start', 'window_end'])
        if (!columns.some((column) => column.name === name && column.type === 'timestamp'))
          fail('INVALID_INPUT', `Expected ${name} among the columns of the SELECT, as it is in \`events\`.`, {
            field: 'sql',
          });
      return columns;
    } finally {
      await rm(path, { force: true });
    }
  }
}

const missing = (): never => fail('NOT_FOUND', 'There is no such window.');

function requireKey({ row }: KnownTopic, { kind, session_key }: WindowDefinition): void {
  if (session_key === undefined) return;
  if (kind === 'session' && row.columns.some(({ name }) => name === session_key)) return;
  fail('INVALID_INPUT', 'Expected session_key only with a session, and one of the columns of the topic.', {
    field: 'session_key',
  });
}

const documentOf = (row: WindowRow, sql: string): StreamWindow => ({
  window_id: row.id,
  topic_id: row.topicId,
  name: row.name,
  kind: row.kind,
  size_seconds: row.sizeSeconds,
  slide_seconds: row.slideSeconds,
  session_key: row.sessionKey,
  lateness_seconds: row.latenessSeconds,
  sql,
  columns: row.columns,
  watermark: row.watermark?.toISOString() ?? null,
  late_events: row.lateEvents,
  error: row.error,
  created_at: row.createdAt.toISOString(),
});

const resultOf = ({ windowStart, windowEnd, final, truncated, rows }: ResultRow): WindowResult => ({
  window_start: windowStart.toISOString(),
  window_end: windowEnd.toISOString(),
  final,
  truncated,
  rows,
});
