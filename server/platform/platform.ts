import type { Logger } from 'pino';
import type { Cache } from './cache/cache.ts';
import type { Config } from './config/config.ts';
import type { Keys } from './crypto/keys.ts';
import type { SealedTables } from './crypto/sealed-tables.ts';
import type { Database } from './db/database.ts';
import type { Events } from './events/event-types.ts';
import type { Outgoing } from './http/outgoing.ts';
import type { Jobs } from './jobs/job-types.ts';
import type { LanguageModel } from './llm/language-model.ts';
import type { Mail } from './mail/mail.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { Provenance } from './provenance/provenance-types.ts';
import type { Threads } from './threads/threads.ts';
import type { Tracing } from './tracing/tracing.ts';

/** The shared walls every module stands on. */
export interface Platform {
  config: Config;
  log: Logger;
  db: Database;
  keys: Keys;
  /** Tables with texts that are sealed. */
  sealed: SealedTables;
  jobs: Jobs;
  events: Events;
  objects: ObjectStore;
  /** The same files as they lie in the store: what is encrypted stays so. For backups alone. */
  storedObjects: ObjectStore;
  cache: Cache;
  llm: LanguageModel;
  mail: Mail;
  provenance: Provenance;
  /** The way out to addresses that people name; checked. */
  outgoing: Outgoing;
  threads: Threads;
  /** Follows a request through all that it sets off; does nothing unless a collector is named. */
  tracing: Tracing;
  /** Work folder on local disk, swept at start. */
  scratchFolder: string;
  close(): Promise<void>;
}
