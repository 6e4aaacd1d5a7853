import type { Logger } from 'pino';
import type { Database, Sql } from '../../platform/db/database.ts';
import {
  hasPending,
  headsOfTenants,
  insertLinks,
  insertSeal,
  lastSeal,
  lockSealing,
  pendingEvents,
  removePending,
} from './audit.store.ts';
import { type AuditLink, appendLink, appendSeal, type Head } from './audit-chain.ts';
import { contentHash } from './audit-content.ts';
import type { AuditKeys } from './audit-keys.ts';
import type { StoredEvent } from './audit-verification.ts';

const everyMs = 250;
const batchSize = 5_000;
const vacuumAfter = 20_000;

export interface AuditSealer {
  start(): void;
  /** Links everything that is committed now; waits for another process that links. */
  sealNow(): Promise<void>;
  /** Told of events once they are committed and linked, each in one process alone, in the order of the chain. */
  watch(listener: (events: readonly StoredEvent[]) => void): void;
  stop(): Promise<void>;
}

/**
 * Links committed events into the chains of their tenants, batch by batch, and signs the new heads. In every process,
 * but an advisory lock lets one at a time. An event without the mark of Stroma's own key is never linked:
 * verification names it.
 */
export function openAuditSealer(database: Database, keys: AuditKeys, log: Logger): AuditSealer {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let stopped = false;
  let removed = 0;
  const listeners: ((events: readonly StoredEvent[]) => void)[] = [];

  const sealBatch = async (wait: boolean): Promise<number> => {
    const { count, linked } = await database.transaction((tx) => sealWithin(tx, wait));
    if (linked.length > 0) for (const listener of listeners) listener(linked);
    return count;
  };

  const sealWithin = async (tx: Sql, wait: boolean): Promise<{ count: number; linked: StoredEvent[] }> => {
    if (!(await lockSealing(tx, wait))) return { count: 0, linked: [] };
    const events = await pendingEvents(tx, batchSize);
    if (events.length === 0) return { count: 0, linked: [] };
    const own = events.filter((event) => {
      const sha256 = contentHash(event);
      return sha256 === event.contentSha256 && keys.mac(sha256, event.keyId) === event.mac;
    });
    if (own.length < events.length)
      log.error(
        {
          event_ids: events
            .filter((event) => !own.includes(event))
            .map(({ id }) => id)
            .slice(0, 20),
        },
        'the audit record holds events that Stroma did not write; they are not linked',
      );
    if (own.length > 0) await link(tx, own);
    await removePending(
      tx,
      events.map(({ id }) => id),
    );
    return { count: events.length, linked: own };
  };

  const link = async (tx: Sql, events: { id: string; tenantId: string; contentSha256: string }[]) => {
    const tenantIds = [...new Set(events.map(({ tenantId }) => tenantId))];
    const known = await headsOfTenants(tx, tenantIds);
    const reached = new Map<string, Head>();
    const links: AuditLink[] = events.map((event) => {
      const next = appendLink(
        event.tenantId,
        reached.get(event.tenantId) ?? known.get(event.tenantId) ?? null,
        event,
      );
      reached.set(event.tenantId, next);
      return next;
    });
    const heads = new Map(
      [...reached].map(([tenantId, { position, sha256 }]) => [tenantId, { position, sha256 }]),
    );
    await insertLinks(tx, links);
    await insertSeal(tx, appendSeal(await lastSeal(tx), heads, new Date().toISOString(), keys));
  };

  const drain = async (wait: boolean): Promise<void> => {
    for (;;) {
      const count = await sealBatch(wait);
      removed += count;
      if (count < batchSize || (stopped && !wait)) break;
    }
    // Nothing else cleans up after deleted rows in the embedded store.
    if (database.kind === 'embedded' && removed >= vacuumAfter) {
      removed = 0;
      await database.execute('vacuum audit_pending');
    }
  };

  const tick = (): void => {
    timer = setTimeout(() => {
      running = (async () => {
        try {
          if (await hasPending(database.sql)) await drain(false);
        } catch (error) {
          if (!stopped) log.error({ err: error }, 'the audit record could not be linked; it is tried again');
        }
      })().finally(() => {
        running = null;
        if (!stopped) tick();
      });
    }, everyMs);
    timer.unref();
  };

  return {
    start: tick,
    watch: (listener) => void listeners.push(listener),
    sealNow: () => drain(true),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
