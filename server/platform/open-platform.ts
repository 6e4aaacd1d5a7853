import type { Logger } from 'pino';
import { openCache } from './cache/open-cache.ts';
import type { Config } from './config/config.ts';
import { openKeyProvider } from './crypto/open-key-provider.ts';
import { openKeys } from './crypto/open-keys.ts';
import { SealedTables, sealTextsJob } from './crypto/sealed-tables.ts';
import { transactionScope } from './crypto/transaction-scope.ts';
import { openDatabase } from './db/open-database.ts';
import { eventCleanupJob } from './events/events.jobs.ts';
import { forwardedEvents } from './events/forwarded-events.ts';
import { openEvents } from './events/open-events.ts';
import { openOutgoing } from './http/outgoing.ts';
import { jobCleanupJob } from './jobs/jobs.jobs.ts';
import { openJobs } from './jobs/open-jobs.ts';
import { openLanguageModel } from './llm/open-language-model.ts';
import { openMail } from './mail/open-mail.ts';
import { measuredCache } from './metrics/cache-metrics.ts';
import { countEvent, countJob } from './metrics/metrics.ts';
import { measuredObjects } from './metrics/object-metrics.ts';
import { measuredDatabase } from './metrics/store-metrics.ts';
import { openObjectStore, openObjects } from './objects/open-object-store.ts';
import type { Platform } from './platform.ts';
import { openProvenance } from './provenance/provenance.ts';
import { openScratchFolder } from './scratch-folder.ts';
import { openThreads } from './threads/open-threads.ts';
import { tracedOutgoing, tracedThreads } from './tracing/traced-walls.ts';
import { openTracing } from './tracing/tracing.ts';

/** Opens every wall, each by what the settings say. Nothing runs yet: jobs and events are started by the caller. */
export async function openPlatform(config: Config, log: Logger, version = ''): Promise<Platform> {
  // First, alone: it holds the lock on the data folder.
  const opened = measuredDatabase(await openDatabase(config, log));
  const scope = transactionScope(opened);
  const db = scope.database;
  try {
    const keys = await openKeys(scope, await openKeyProvider(config, scope));
    const sealed = new SealedTables(keys, db);
    const tracing = await openTracing(config, version);
    const [bareCache, bareObjects, llm, provenance, mail] = await Promise.all([
      openCache(config),
      openObjectStore(config),
      openLanguageModel(config, db),
      openProvenance(config, db, sealed),
      openMail(config, log),
    ]);
    const cache = measuredCache(bareCache);
    const storedObjects = measuredObjects(bareObjects);
    const scratchFolder = openScratchFolder(config.STROMA_DATA);
    const objects = await openObjects(storedObjects, keys, config, scratchFolder);
    const events = forwardedEvents(
      openEvents(db, log, countEvent, () => tracing.current()),
      config,
      db,
      log,
    );
    const jobs = openJobs(db, events, log, { onEnded: countJob, tracing });
    const threads = tracedThreads(openThreads(), tracing);
    jobs.register(eventCleanupJob(db));
    jobs.register(jobCleanupJob(db));
    jobs.register(sealTextsJob(sealed));
    return {
      config,
      log,
      db,
      keys,
      sealed,
      jobs,
      events,
      objects,
      storedObjects,
      cache,
      llm,
      mail,
      provenance,
      outgoing: tracedOutgoing(openOutgoing(config), tracing),
      threads,
      tracing,
      scratchFolder,
      async close() {
        await jobs.stop();
        await events.stop();
        await threads.close();
        await tracing.close().catch((error) => log.warn({ err: error }, 'the last traces could not be sent'));
        await cache.close();
        await mail.close();
        await keys.close();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
