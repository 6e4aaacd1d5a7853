import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Sql } from '../../platform/db/database.ts';
import type { Platform } from '../../platform/platform.ts';

const channel = 'stroma_erased';

/**
 * What processes hold of data in memory goes when somebody is erased: every process on the store is told in the
 * transaction of the erasure, and each lets go of everything, since that is rare and quickly read again.
 */
export class ErasedCaches {
  readonly #platform: Pick<Platform, 'db' | 'cache'>;
  readonly #clear: () => void;
  #stop: (() => Promise<void>) | null = null;

  constructor(platform: Pick<Platform, 'db' | 'cache'>, clear: () => void) {
    this.#platform = platform;
    this.#clear = clear;
  }

  async start(log: Logger): Promise<void> {
    try {
      this.#stop ??= await this.#platform.db.listen(channel, this.#clear, this.#clear);
    } catch (error) {
      log.warn({ err: error }, 'erasures in other processes are not noticed');
    }
  }

  async stop(): Promise<void> {
    await this.#stop?.();
    this.#stop = null;
  }

  /** Answers that are kept for the tenant go at once, everywhere; what else is held near when `tx` commits. */
  async tell(tx: Sql, tenantId: string): Promise<void> {
    await this.#platform.cache.deleteAll(`answer:${tenantId}:`);
    await tx.execute(sql`select pg_notify(${channel}, ${tenantId})`);
    this.#clear();
  }
}
