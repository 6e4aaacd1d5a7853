import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Keys } from '../../crypto/keys.ts';
import { type DataFolderLock, lockDataFolder } from '../../db/data-folder.ts';
import { fail } from '../../failure.ts';
import type { LogTopic, StreamLog } from './stream-log.ts';
import { type Budget, TopicLog } from './topic-log.ts';

export interface SegmentLogsOptions {
  folder: string;
  keys: Pick<Keys, 'encrypt' | 'decrypt' | 'forget'>;
  log: Logger;
  segmentBytes?: number;
  segmentMs?: number;
  waitingBytes?: number;
}

type Named = Pick<LogTopic, 'tenantId' | 'topicId'>;

const purpose = 'stream-events';
const contextOf = ({ tenantId, topicId }: Named) => `streams/${tenantId}/${topicId}`;

/** Topics in segment files below one folder of this machine, each batch sealed with the key of its topic. */
export function openSegmentLogs({
  folder,
  keys,
  log,
  segmentBytes = 64 * 1024 * 1024,
  segmentMs = 3_600_000,
  waitingBytes = 64 * 1024 * 1024,
}: SegmentLogsOptions): StreamLog {
  const open = new Map<string, Promise<TopicLog>>();
  const budget: Budget = { waiting: 0, most: waitingBytes };
  let lock: DataFolderLock | null = null;
  const folderOf = ({ tenantId, topicId }: Named) => join(folder, tenantId, topicId);

  /** Two processes that write one file would spoil it. */
  const own = (): void => {
    try {
      lock ??= lockDataFolder(folder);
    } catch (error) {
      if ((error as { code?: string }).code !== 'DATA_FOLDER_IN_USE') throw error;
      fail(
        'NOT_READY',
        'Another server process keeps the topics of this data folder. Send events to that one, or set STROMA_STREAMS=kafka for several.',
        { retry_after_seconds: 10 },
        error,
      );
    }
  };

  const logOf = async (topic: Named): Promise<TopicLog> => {
    const name = contextOf(topic);
    const known = open.get(name);
    if (known !== undefined) return known;
    own();
    const sealing = {
      seal: (plain: Buffer) => keys.encrypt(plain, purpose, name),
      open: (sealed: Buffer) => keys.decrypt(sealed, purpose, name),
    };
    const opening = TopicLog.open(folderOf(topic), { segmentBytes, segmentMs }, sealing, budget, log);
    open.set(name, opening);
    opening.catch(() => open.delete(name));
    return opening;
  };

  return {
    engine: 'embedded',
    append: async (topic, batch) => (await logOf(topic)).append(topic, batch),
    read: async (topic, from, maxBytes) => (await logOf(topic)).read(from, maxBytes),
    bounds: async (topic) => (await logOf(topic)).bounds,
    follow: async (topic, listener) => (await logOf(topic)).follow(listener),
    trim: async (topic) => (await logOf(topic)).trim(topic),
    async drop(topic) {
      const found = await logOf(topic);
      open.delete(contextOf(topic));
      await found.drop();
      await keys.forget(contextOf(topic));
    },
    waitingBytes: () => budget.waiting,
    async close() {
      const all = [...open.values()];
      open.clear();
      for (const each of await Promise.allSettled(all))
        if (each.status === 'fulfilled') await each.value.close();
      lock?.release();
      lock = null;
    },
  };
}
