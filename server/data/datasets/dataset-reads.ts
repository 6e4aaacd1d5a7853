import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Context } from '../../platform/context.ts';
import type { Database, Sql } from '../../platform/db/database.ts';

const channel = 'stroma_datasets';
const mostEntries = 5000;
/** Not how changes are noticed, but how long one could go unnoticed if its notification was lost. */
const lifeMs = 10_000;

interface Entry {
  value: Promise<unknown>;
  readAt: number;
}

/**
 * What was read about a tenant's datasets, kept until anything about them changes: every change notifies, in its
 * own transaction, every process on the store. A read that began before a change is not kept after it.
 */
export class DatasetReads {
  readonly #db: Database;
  readonly #tenants = new Map<string, Map<string, Entry>>();
  #listening: Promise<() => Promise<void>> | null = null;
  #entries = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Until then nothing is kept. */
  async start(log: Logger): Promise<void> {
    this.#listening ??= this.#db.listen(
      channel,
      (tenantId) => this.forget(tenantId),
      () => this.#clear(),
    );
    await this.#listening.catch((error) => log.warn({ err: error }, 'reads of datasets are not kept'));
  }

  async stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = null;
    this.#clear();
    await (await listening)?.();
  }

  /** The kept value for a key, or what `read` gives now. Equal reads at once are one. */
  get<T>(ctx: Context, key: string, read: () => Promise<T>): Promise<T> {
    if (this.#listening === null) return read();
    const { tenantId } = ctx.actor;
    const known = this.#tenants.get(tenantId) ?? new Map<string, Entry>();
    this.#tenants.set(tenantId, known);
    const entry = known.get(key);
    if (entry && Date.now() - entry.readAt < lifeMs) return entry.value as Promise<T>;
    if (this.#entries >= mostEntries) this.#clear();
    if (!entry) this.#entries += 1;
    const value = read();
    known.set(key, { value, readAt: Date.now() });
    value.catch(() => known.delete(key));
    return value;
  }

  /** Dropped with its map, a read still under way has nowhere to be found. */
  forget(tenantId: string): void {
    this.#entries -= this.#tenants.get(tenantId)?.size ?? 0;
    this.#tenants.delete(tenantId);
  }

  #clear(): void {
    this.#tenants.clear();
    this.#entries = 0;
  }
}

/** Tells every process, when `tx` commits, that something about the tenant's datasets changed. */
export async function datasetsChanged(tx: Sql, tenantId: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, ${tenantId})`);
}
