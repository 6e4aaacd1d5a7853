import type { Permission } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { LogTopic } from '../../platform/events/log/stream-log.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from '../datasets/dataset-reads.ts';
import { type DatasetVisibility, requireWhole } from '../datasets/dataset-visibility.ts';
import { type DatasetWithVersion, findDatasets } from '../datasets/datasets.store.ts';
import { EventRate } from './event-rate.ts';
import { eventFitter, type Fitted } from './event-schema.ts';
import { findTopic, findTopicByName, type TopicRow } from './topics.store.ts';

/** A topic as producers and consumers use it. */
export interface KnownTopic {
  row: TopicRow;
  log: LogTopic;
  fit(event: unknown): Fitted;
  rate: EventRate;
}

/** Another process may have changed a topic: so long that can go unnoticed. */
const freshMs = 2000;
const mostKnown = 10_000;
const megabyte = 1024 * 1024;

export function logTopicOf(row: TopicRow): LogTopic {
  return {
    tenantId: row.tenantId,
    topicId: row.id,
    retention: { ms: row.retentionHours * 3_600_000, bytes: row.retentionMegabytes * megabyte },
    keepFrom: row.landedOffset,
  };
}

/** Topics by name, near at hand, and who may do what with them: as with the dataset they land in. */
export class TopicBook {
  readonly #platform: Pick<Platform, 'db'>;
  readonly #visibility: DatasetVisibility;
  readonly #reads: DatasetReads;
  readonly #known = new Map<string, { topic: KnownTopic; readAt: number }>();
  readonly #rates = new Map<string, EventRate>();

  constructor(platform: Pick<Platform, 'db'>, visibility: DatasetVisibility, reads: DatasetReads) {
    this.#platform = platform;
    this.#visibility = visibility;
    this.#reads = reads;
  }

  /** Throws NOT_FOUND for a topic that is not there or whose dataset is out of reach. */
  async writable(ctx: Context, name: string): Promise<KnownTopic> {
    const topic = await this.#named(ctx, name);
    await this.require(ctx, 'streams:write', topic.row);
    return topic;
  }

  /** For reading events as they came, which no row filter or mask is applied to. Throws NOT_FOUND, FORBIDDEN. */
  async readable(ctx: Context, name: string): Promise<KnownTopic> {
    const topic = await this.#named(ctx, name);
    await this.requireReadable(ctx, topic.row);
    return topic;
  }

  async requireReadable(ctx: Context, row: TopicRow): Promise<void> {
    requireWhole(await this.#visibility.see(ctx, await this.dataset(ctx, row)), 'the stream of its events');
  }

  async require(ctx: Context, permission: Permission, row: TopicRow): Promise<void> {
    await this.#visibility.require(ctx, permission, (await this.dataset(ctx, row)).dataset);
  }

  /** Throws NOT_FOUND when it was deleted. */
  async dataset(ctx: Context, { datasetId }: TopicRow): Promise<DatasetWithVersion> {
    const [found] = await this.#reads.get(ctx, `some ${datasetId}`, () =>
      findDatasets(this.#platform.db.sql, ctx, [datasetId]),
    );
    return (
      found ??
      fail('NOT_FOUND', 'The dataset of this topic was deleted. Restore it, or delete the topic too.', {
        dataset_id: datasetId,
      })
    );
  }

  async byId(ctx: Context, id: string): Promise<KnownTopic> {
    const row = await findTopic(this.#platform.db.sql, ctx, id);
    return row === null ? missing() : this.know(row);
  }

  know(row: TopicRow): KnownTopic {
    const key = `${row.tenantId} ${row.name}`;
    const known = this.#known.get(key)?.topic;
    const topic: KnownTopic = {
      row,
      log: logTopicOf(row),
      fit:
        known?.row.id === row.id && known.row.columns.length === row.columns.length
          ? known.fit
          : eventFitter(row.columns),
      rate: this.rateOf(row.id),
    };
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(key, { topic, readAt: Date.now() });
    return topic;
  }

  rateOf(id: string): EventRate {
    const rate = this.#rates.get(id) ?? new EventRate();
    this.#rates.set(id, rate);
    return rate;
  }

  forget(row: TopicRow): void {
    this.#known.delete(`${row.tenantId} ${row.name}`);
    this.#rates.delete(row.id);
  }

  async #named(ctx: Context, name: string): Promise<KnownTopic> {
    const known = this.#known.get(`${ctx.actor.tenantId} ${name}`);
    if (known !== undefined && Date.now() - known.readAt < freshMs) return known.topic;
    const row = await findTopicByName(this.#platform.db.sql, ctx, name);
    return row === null ? missing() : this.know(row);
  }
}

const missing = (): never => fail('NOT_FOUND', 'There is no such topic.');
