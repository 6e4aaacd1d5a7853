import { join } from 'node:path';
import type { SqlSandbox } from '@stroma/lake';
import type { FastifyInstance } from 'fastify';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { kafkaSettings } from '../../platform/events/kafka-connection.ts';
import { openKafkaLogs } from '../../platform/events/log/kafka-logs.ts';
import { openSegmentLogs } from '../../platform/events/log/segment-logs.ts';
import type { StreamLog } from '../../platform/events/log/stream-log.ts';
import type { TopicStreams } from '../../platform/events/topic-stream.ts';
import { openWebSockets } from '../../platform/events/web-sockets.ts';
import { fail } from '../../platform/failure.ts';
import type { Authenticate } from '../../platform/http/route.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from '../datasets/dataset-reads.ts';
import type { DatasetVisibility } from '../datasets/dataset-visibility.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { KafkaIntake } from './kafka-intake.ts';
import { Landing } from './landing.ts';
import { type BoardReader, LiveBoards } from './live-boards.ts';
import { LiveHub } from './live-hub.ts';
import { producerSockets } from './producer-sockets.ts';
import { Producers } from './producers.ts';
import { logTopicOf, TopicBook } from './topic-book.ts';
import { TopicFeeds } from './topic-feeds.ts';
import { topicRoutes } from './topics.routes.ts';
import { Topics } from './topics.service.ts';
import { everyTopic } from './topics.store.ts';
import { thinVersionsJob } from './version-thinning.jobs.ts';
import { WindowRunner } from './window-runner.ts';
import { Windows } from './windows.service.ts';

export interface StreamsParts {
  platform: Platform;
  audit: Audit;
  documents: LakeDocuments;
  visibility: DatasetVisibility;
  reads: DatasetReads;
  retention: Pick<Access['retention'], 'holdsOf'>;
  sandbox: () => SqlSandbox;
  authenticate: Authenticate;
}

/** Boards that move, for the module that keeps boards. */
export interface Live {
  /** Calls back after each change to what is read, until what it gives is called. */
  watch: LiveHub['watch'];
  /** Says what the tiles of a board read: from then on `WS /ws/v1/analytics/{dashboard_id}` answers. */
  knowBoards(reader: BoardReader): void;
  /** What is held for all who are connected: tests count it. */
  held(): { clients: number; queued: number; tenants: number; watched: number; watchers: number };
}

export interface Streams {
  readonly topics: TopicStreams;
  readonly live: Live;
  /** What topics of all organisations keep. */
  storedBytes(): Promise<number>;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
}

/** Topics: what takes events in, keeps them, hands them on and lands them in the lake. */
export function openStreams(parts: StreamsParts): Streams {
  const { platform, audit, documents, visibility, reads, retention, sandbox, authenticate } = parts;
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
  const kafka = kafkaSettings(platform.config);
  const intake = kafka === null ? null : new KafkaIntake(platform, kafka, producers, book);
  const texts = platform.sealed.know({ table: 'stream_windows', columns: ['sql'] });
  const windows = new Windows({ platform, audit, log, book, sandbox, texts });
  const runner = new WindowRunner({ platform, log, sandbox, texts });
  const hub = new LiveHub(platform.events, platform.log);
  const boards = new LiveBoards(hub);
  platform.jobs.register(thinVersionsJob({ platform, audit, documents, retention }));
  return {
    topics: topicStreams(book, feeds),
    live: {
      watch: (tenantId, watched, onChange) => hub.watch(tenantId, watched, onChange),
      knowBoards: (reader) => boards.know(reader),
      held: () => ({ ...boards.held, ...hub.held }),
    },
    async storedBytes() {
      const rows = await acrossTenants('storage is the installation’s', () => everyTopic(platform.db));
      let bytes = 0;
      for (const row of rows) bytes += (await log.bounds(logTopicOf(row))).bytes;
      return bytes;
    },
    register(app) {
      topicRoutes(app, { topics, producers, windows });
      const sockets = openWebSockets(app, authenticate);
      producerSockets(app, sockets, producers, book);
      boards.register(app, sockets);
      app.addHook('onReady', async () => {
        landing.start();
        runner.start();
        intake?.start();
      });
    },
    async close() {
      await intake?.close();
      await runner.close();
      await landing.close();
      await log.close();
    },
  };
}

function openLog({ config, keys, log, db }: Platform): StreamLog {
  const settings = config.STROMA_STREAMS === 'kafka' ? kafkaSettings(config) : null;
  if (settings !== null)
    return openKafkaLogs({
      settings,
      log,
      alone: (name, work) =>
        db.transaction(async (tx) => {
          await lockUntilCommit(tx, name);
          return work();
        }),
    });
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
