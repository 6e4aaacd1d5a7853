import { isAdministrator } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import type { Actor } from '../../platform/context.ts';
import type { Database, Sql, Stop } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { networkOf } from '../../platform/rate-limits/request-limits.ts';
import { type BlockRow, blocksInForce } from './threats.store.ts';

const channel = 'stroma_threats';
/** Past one process a notification may be lost with its connection; then it is made up for this late at most. */
const sweepMs = 900;

type Held = ReadonlyMap<string, readonly BlockRow[]>;
const nothing: Held = new Map();

/** Tells every process, once the transaction commits, that somebody is shut out or let in again. */
export async function tellBlocksChanged(tx: Sql): Promise<void> {
  await tx.execute(sql`select pg_notify(${channel}, '')`);
}

/**
 * Who and what is shut out, in memory: a request costs one look at an empty map, and no query. Changes are heard of
 * at once in the process that makes them and within a second in every other.
 */
export class ThreatGuard {
  readonly #db: Pick<Database, 'sql' | 'kind' | 'listen'>;
  readonly #asked = new WeakMap<Actor, Actor>();
  #held: Held = nothing;
  #reading: Promise<void> | null = null;
  #again = false;
  #stop: Stop | null = null;
  #sweep: NodeJS.Timeout | undefined;

  constructor(db: Pick<Database, 'sql' | 'kind' | 'listen'>) {
    this.#db = db;
  }

  /** Nobody is shut out, as on most days. */
  get idle(): boolean {
    return this.#held.size === 0;
  }

  async start(): Promise<void> {
    const read = () => void this.reload().catch(() => undefined);
    this.#stop ??= await this.#db.listen(channel, read, read);
    if (this.#db.kind === 'postgresql') this.#sweep ??= setInterval(read, sweepMs).unref();
    await this.reload();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#stop?.();
    await this.#reading;
  }

  /** Reads who is shut out at present. One that comes while another reads makes it read once more. */
  reload(): Promise<void> {
    this.#again = true;
    this.#reading ??= acrossTenants('the gate looks before it knows whose request it is', () =>
      this.#read(),
    ).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * The actor as it may go on: null where its account, its key or the address is shut out, with the duty to prove
   * again who it is where its session is. An address never shuts out an administrator who is signed in, so that one
   * remains who can open it.
   */
  admit(actor: Actor | null, address: string): Actor | null {
    if (this.idle || actor === null || actor.kind === 'system') return actor;
    if (this.#find('account', actor.id, actor.tenantId) !== null) return null;
    if (actor.keyId !== null && this.#find('key', actor.keyId, actor.tenantId) !== null) return null;
    if (!isAdministrator(actor.role) && this.#find('address', networkOf(address), actor.tenantId) !== null)
      return null;
    if (actor.sessionId === null || this.#find('session', actor.sessionId, actor.tenantId) === null)
      return actor;
    const known = this.#asked.get(actor);
    if (known !== undefined) return known;
    const asked = { ...actor, mustReauthenticate: true };
    this.#asked.set(actor, asked);
    return asked;
  }

  /** Until when nobody signs in from there; null: anybody may. Of whichever tenant it was that shut it. */
  addressShutUntil(address: string): Date | null {
    return this.idle ? null : (this.#find('address', networkOf(address))?.expiresAt ?? null);
  }

  accountShutUntil(userId: string): Date | null {
    return this.idle ? null : (this.#find('account', userId)?.expiresAt ?? null);
  }

  #find(kind: BlockRow['kind'], subject: string, tenantId?: string): BlockRow | null {
    const now = Date.now();
    const found = this.#held
      .get(`${kind} ${subject}`)
      ?.find((row) => row.expiresAt.getTime() > now && (tenantId ?? row.tenantId) === row.tenantId);
    return found ?? null;
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const rows = await blocksInForce(this.#db.sql, new Date());
      this.#held =
        rows.length === 0
          ? nothing
          : new Map(
              Object.entries(Object.groupBy(rows, ({ kind, subject }) => `${kind} ${subject}`)) as [
                string,
                BlockRow[],
              ][],
            );
    }
  }
}
