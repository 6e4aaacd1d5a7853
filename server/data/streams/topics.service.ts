import type { KeptEvent, Topic, topicsApi } from '@stroma/contracts';
import type { z } from 'zod';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { isHiddenFrom } from './hidden-topics.ts';
import type { Landing } from './landing.ts';
import type { TopicBook } from './topic-book.ts';
import {
  countTopics,
  deleteTopic,
  findTopicByName,
  insertTopic,
  listTopics,
  type TopicRow,
  updateTopic,
} from './topics.store.ts';

type Creation = z.output<typeof topicsApi.create.body>;
type Change = z.output<typeof topicsApi.change.body>;

export interface TopicsParts {
  platform: Platform;
  audit: Audit;
  log: StreamLog;
  book: TopicBook;
  landing: Landing;
  /** How many are connected here. */
  consumersOf(topicId: string): number;
}

/** Of one organisation. */
const mostTopics = 500;
const pageBytes = 256 * 1024;

/** Topics as people make, look at, change and delete them. */
export class Topics {
  readonly #parts: TopicsParts;

  constructor(parts: TopicsParts) {
    this.#parts = parts;
  }

  async create(ctx: Context, given: Creation): Promise<Topic> {
    const { platform, audit, landing, book } = this.#parts;
    const now = new Date();
    const row: TopicRow = {
      id: newId('topic'),
      tenantId: ctx.actor.tenantId,
      name: given.name,
      description: given.description,
      columns: given.columns,
      timeColumn: given.time_column,
      retentionHours: given.retention.hours,
      retentionMegabytes: given.retention.megabytes,
      onInvalid: given.on_invalid,
      datasetId: newId('dataset'),
      landedOffset: 0,
      landedAt: null,
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
    };
    if ((await countTopics(platform.db.sql, ctx)) >= mostTopics)
      fail('CONFLICT', `An organisation has at most ${mostTopics} topics. Delete one first.`);
    const register = await landing.begin(ctx, row);
    await platform.db.transaction(async (tx) => {
      if ((await findTopicByName(tx, ctx, row.name)) !== null)
        fail('CONFLICT', `There is a topic "${row.name}" already.`, { field: 'name' });
      await register(tx);
      await insertTopic(tx, row);
      await audit.record(tx, ctx, {
        action: 'topic.created',
        object: { kind: 'topic', id: row.id },
        outcome: 'success',
        after: definitionOf(row),
        details: { name: row.name, dataset_id: row.datasetId },
      });
    });
    book.know(row);
    return this.#document(row);
  }

  async list(ctx: Context, query: { limit: number; cursor?: string | undefined }) {
    const { platform, book } = this.#parts;
    const rows = await listTopics(platform.db.sql, ctx, query.limit + 1, query.cursor ?? null);
    const { page, next_cursor } = cutPage(rows, query.limit, ({ name }) => name);
    const seen: Topic[] = [];
    for (const row of page) if (!(await isHiddenFrom(ctx, book, row))) seen.push(await this.#document(row));
    return { items: seen, next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Topic> {
    const { row } = await this.#parts.book.byId(ctx, id);
    await this.#parts.book.require(ctx, 'streams:read', row);
    return this.#document(row);
  }

  async change(ctx: Context, id: string, change: Change): Promise<Topic> {
    const { platform, audit, book, log } = this.#parts;
    const { row } = await book.byId(ctx, id);
    await book.require(ctx, 'streams:write', row);
    const added = change.add_columns ?? [];
    const known = new Set(row.columns.map(({ name }) => name.toLowerCase()));
    const twice = added.find(({ name }) => known.has(name.toLowerCase()));
    if (twice !== undefined)
      fail('CONFLICT', `The topic has a column "${twice.name}" already.`, { field: 'add_columns' });
    const changed = await platform.db.transaction(async (tx) => {
      const after = await updateTopic(tx, ctx, id, {
        ...(change.description === undefined ? {} : { description: change.description }),
        ...(added.length === 0 ? {} : { columns: [...row.columns, ...added] }),
        ...(change.on_invalid === undefined ? {} : { onInvalid: change.on_invalid }),
        ...(change.retention === undefined
          ? {}
          : {
              retentionHours: change.retention.hours,
              retentionMegabytes: change.retention.megabytes,
            }),
      });
      if (after === null) fail('NOT_FOUND', 'There is no such topic.');
      await audit.record(tx, ctx, {
        action: 'topic.changed',
        object: { kind: 'topic', id },
        outcome: 'success',
        before: definitionOf(row),
        after: definitionOf(after),
        details: { name: row.name },
      });
      return after;
    });
    await log.trim(book.know(changed).log);
    return this.#document(changed);
  }

  /** The events it keeps go with it; what landed stays a dataset. */
  async remove(ctx: Context, id: string): Promise<void> {
    const { platform, audit, book, log, landing } = this.#parts;
    const { row } = await book.byId(ctx, id);
    await book.require(ctx, 'streams:write', row).catch((error: { code?: string }) => {
      if (error.code !== 'NOT_FOUND' || row.createdBy !== ctx.actor.id) throw error;
    });
    await landing.apart(id, async () => {
      await platform.db.transaction(async (tx) => {
        if (!(await deleteTopic(tx, ctx, id))) fail('NOT_FOUND', 'There is no such topic.');
        await audit.record(tx, ctx, {
          action: 'topic.deleted',
          object: { kind: 'topic', id },
          outcome: 'success',
          before: definitionOf(row),
          details: { name: row.name, dataset_id: row.datasetId },
        });
      });
      book.forget(row);
      await log.drop({ tenantId: row.tenantId, topicId: id });
    });
  }

  /** Lands what has arrived now. */
  async land(ctx: Context, id: string): Promise<Topic> {
    const { book, landing } = this.#parts;
    const { row } = await book.byId(ctx, id);
    await book.require(ctx, 'streams:write', row);
    await landing.land(row.tenantId, id);
    return this.get(ctx, id);
  }

  /** The newest events, newest first. */
  async events(ctx: Context, id: string, limit: number): Promise<{ items: KeptEvent[] }> {
    const { book, log } = this.#parts;
    const topic = await book.byId(ctx, id);
    await book.requireReadable(ctx, topic.row);
    const { first, next } = await log.bounds(topic.log);
    const items: KeptEvent[] = [];
    for (let at = Math.max(first, next - limit); at < next; ) {
      const page = await log.read(topic.log, at, pageBytes);
      if (page.chunks.length === 0) break;
      for (const { firstOffset, receivedAt, lines } of page.chunks)
        for (const [index, line] of lines.entries())
          items.push({
            offset: firstOffset + index,
            received_at: new Date(receivedAt).toISOString(),
            data: JSON.parse(line),
          });
      at = page.next;
    }
    return { items: items.reverse().slice(0, limit) };
  }

  async #document(row: TopicRow): Promise<Topic> {
    const { log, book, consumersOf } = this.#parts;
    const { first, next, bytes } = await log.bounds(book.know(row).log);
    return {
      topic_id: row.id,
      name: row.name,
      description: row.description,
      columns: row.columns,
      time_column: row.timeColumn,
      retention: { hours: row.retentionHours, megabytes: row.retentionMegabytes },
      on_invalid: row.onInvalid,
      dataset_id: row.datasetId,
      first_offset: first,
      next_offset: next,
      kept_bytes: bytes,
      landed_offset: row.landedOffset,
      landed_at: row.landedAt?.toISOString() ?? null,
      events_per_second: book.rateOf(row.id).perSecond(),
      consumers: consumersOf(row.id),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
    };
  }
}

const definitionOf = (row: TopicRow) => ({
  name: row.name,
  description: row.description,
  columns: row.columns,
  retention_hours: row.retentionHours,
  retention_megabytes: row.retentionMegabytes,
  on_invalid: row.onInvalid,
});
