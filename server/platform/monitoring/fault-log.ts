import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { acrossTenants } from '../db/tenant-scope.ts';
import { newId } from '../ids.ts';
import type { LoggedError } from '../logging.ts';
import { countError } from '../metrics/machine-metrics.ts';
import { type Fault, faultOf } from './fault.ts';
import { keepFaults, latestKept, type SeenFault } from './faults.store.ts';
import type { StoredOccurrence } from './monitoring.tables.ts';

const flushMs = 2_000;
/** Different faults in one stretch: past that a failure has so many faces that more of them help nobody. */
const mostPending = 200;

/**
 * Gathers faults as they are logged and writes them to the store a little later, those that are alike together: a
 * fault that comes a thousand times a second is one row and one statement. Nothing here throws or logs an error of
 * its own; what cannot be written waits, within bounds.
 */
export class FaultLog {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #version: string;
  readonly #traceId: () => string | null;
  readonly #pending = new Map<string, SeenFault>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(database: Database, log: Logger, version: string, traceId: () => string | null) {
    this.#database = database;
    this.#log = log;
    this.#version = version;
    this.#traceId = traceId;
  }

  hear(logged: LoggedError): void {
    countError(logged.level);
    const fault = faultOf(logged.error, logged.text);
    const occurrence: StoredOccurrence = {
      at: new Date().toISOString(),
      message: fault.message,
      request_id: logged.request,
      trace_id: this.#traceId(),
      actor_id: logged.actor,
      where: logged.where,
      job_id: logged.job,
    };
    this.#add(fault, occurrence, logged.level);
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  #add(fault: Fault, occurrence: StoredOccurrence, level: 'error' | 'fatal'): void {
    const known = this.#pending.get(fault.fingerprint);
    if (known !== undefined) {
      known.occurrences += 1;
      known.latest = [occurrence, ...known.latest].slice(0, latestKept);
      if (level === 'fatal') known.level = 'fatal';
    } else if (this.#pending.size < mostPending)
      this.#pending.set(fault.fingerprint, {
        ...fault,
        id: newId('fault'),
        level,
        version: this.#version,
        occurrences: 1,
        latest: [occurrence],
      });
  }

  /** Resolves when all that was heard is written, or could not be. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const seen = [...this.#pending.values()];
    if (seen.length === 0) return;
    this.#pending.clear();
    try {
      await acrossTenants('faults are of the installation', () =>
        this.#database.transaction((tx) => keepFaults(tx, seen)),
      );
    } catch (error) {
      this.#log.warn({ err: error }, 'the error log could not be written; it is tried again');
      for (const each of seen) this.#putBack(each);
    }
  }

  #putBack(seen: SeenFault): void {
    const since = this.#pending.get(seen.fingerprint);
    if (since === undefined) {
      if (this.#pending.size < mostPending) this.#pending.set(seen.fingerprint, seen);
      return;
    }
    since.occurrences += seen.occurrences;
    since.latest = [...since.latest, ...seen.latest].slice(0, latestKept);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }
}
