import type { Logger } from 'pino';
import type { Database } from '../../platform/db/database.ts';
import { type KeyUse, recordUses } from './api-keys.store.ts';

const everyMs = 5_000;

export interface KeyUses {
  note(use: KeyUse): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Last uses, kept here and written together every five seconds: a busy key costs no write a request. */
export function openKeyUses(db: Database, log: Logger): KeyUses {
  let waiting = new Map<string, KeyUse>();
  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    writing = writing.then(async () => {
      if (waiting.size === 0) return;
      const uses = [...waiting.values()];
      waiting = new Map();
      await db.transaction((tx) => recordUses(tx, uses));
    });
    return writing;
  };
  const attempt = () =>
    flush().catch((error: unknown) => {
      writing = Promise.resolve();
      log.warn({ err: error }, 'the last use of API keys could not be written');
    });
  const timer = setInterval(() => void attempt(), everyMs);
  timer.unref();

  return {
    note: (use) => void waiting.set(use.id, use),
    flush,
    async close() {
      clearInterval(timer);
      await attempt();
    },
  };
}
