import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { openSegmentLogs } from '../../platform/events/log/segment-logs.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import type { TopicStreams } from '../../platform/events/topic-stream.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from '../datasets/dataset-reads.ts';
import type { DatasetVisibility } from '../datasets/dataset-visibility.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { Landing } from './landing.ts';
import { Producers } from './producers.ts';
import { TopicBook } from './topic-book.ts';
import { TopicFeeds } from './topic-feeds.ts';
import { topicRoutes } from './topics.routes.ts';
import { Topics } from './topics.service.ts';

export interface StreamsParts {
  platform: Platform;
  audit: Audit;
  documents: LakeDocuments;
  visibility: DatasetVisibility;
  reads: DatasetReads;
}

export interface Streams {
  readonly topics: TopicStreams;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
}

/** Topics: what takes events in, keeps them, hands them on and lands them in the lake. */
export function openStreams({ platform, audit, documents, visibility, reads }: StreamsParts): Streams {
  const log = openLog(platform);
  const book = new TopicBook(platform, visibility, reads);
  const feeds = new TopicFeeds(log);
  const landing = new Landing({ platform, documents, log, book });
  const producers = new Producers(platform, log, book, landing);
  const topics = new Topics({
    platform,
    audit,
    log,
    book,
    landing,
    consumersOf: (id) => feeds.consumersOf(id),
  });
  return {
    topics: topicStreams(book, feeds),
    register(app) {
      topicRoutes(app, topics, producers);
      app.addHook('onReady', async () => landing.start());
    },
    async close() {
      await landing.close();
      await log.close();
    },
  };
}

function openLog({ config, keys, log }: Platform): StreamLog {
  return openSegmentLogs({ folder: join(config.STROMA_DATA, 'streams'), keys, log });
}

/** Topics as the live stream serves them. */
function topicStreams(book: TopicBook, feeds: TopicFeeds): TopicStreams {
  return {
    async find(ctx: Context, name, lastEventId) {
      const topic = await book.readable(ctx, name);
      const after = lastEventId === undefined ? null : offsetAfter(lastEventId, topic.row.id);
      return {
        join: (sink) => feeds.join(topic, sink, after),
        async stillFor(present) {
          try {
            return (await book.readable(present, name)).row.id === topic.row.id;
          } catch (error) {
            const { code } = error as { code?: string };
            if (code === 'NOT_FOUND' || code === 'FORBIDDEN') return false;
            throw error;
          }
        },
      };
    },
  };
}

/** `top_...:41` of this topic: to be gone on from 42. */
function offsetAfter(lastEventId: string, topicId: string): number {
  const [id, offset = ''] = lastEventId.split(':');
  if (id === topicId && /^(-1|\d{1,15})$/.test(offset)) return Number(offset) + 1;
  return fail('INVALID_INPUT', 'Last-Event-ID is not of this topic. Leave it out to begin now.', {
    field: 'Last-Event-ID',
  });
}
