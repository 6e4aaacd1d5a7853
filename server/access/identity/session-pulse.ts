import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../../platform/db/database.ts';

const everyMs = 250;
/** How old the last proof of hearing may be, so that with it nothing is believed longer than a second. */
const believedMs = 700;

/**
 * Proves that this process hears of sessions that others end: it notifies itself, and as PostgreSQL delivers
 * notifications in the order of their commits, hearing its own pulse means having heard everything before it.
 */
export class SessionPulse {
  readonly #db: Pick<Database, 'execute'>;
  readonly #channel: string;
  readonly #log: Logger;
  readonly #name = `pulse:${randomUUID()}`;
  readonly #sentAt = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #count = 0;
  #heard = Number.NEGATIVE_INFINITY;
  #sending = false;

  constructor(db: Pick<Database, 'execute'>, channel: string, log: Logger) {
    this.#db = db;
    this.#channel = channel;
    this.#log = log;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#send(), everyMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** True for a pulse, of this or another process, which says nothing of a session. */
  takes(payload: string): boolean {
    if (!payload.startsWith('pulse:')) return false;
    const sent = this.#sentAt.get(payload);
    if (sent !== undefined) {
      this.#heard = Math.max(this.#heard, sent);
      this.#sentAt.delete(payload);
    }
    return true;
  }

  /** Everything that others ended up to a moment ago has been heard. */
  get hears(): boolean {
    return performance.now() - this.#heard < believedMs;
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const payload = `${this.#name}:${this.#count++}`;
    if (this.#sentAt.size > 20) this.#sentAt.clear();
    this.#sentAt.set(payload, performance.now());
    try {
      await this.#db.execute('select pg_notify($1, $2)', [this.#channel, payload]);
    } catch (error) {
      this.#log.debug({ err: error }, 'the pulse of the sessions could not be sent');
    } finally {
      this.#sending = false;
    }
  }
}
