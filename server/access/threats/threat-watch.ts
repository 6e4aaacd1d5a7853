import type { Logger } from 'pino';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { StoredEvent } from '../audit/audit-verification.ts';
import type { Finding } from './finding.ts';
import {
  type Detecting,
  detectEscalation,
  detectExport,
  detectKeyMisuse,
  detectStuffing,
  detectTravel,
  type Found,
} from './threat-detectors.ts';

const takesAway = new Set(['dataset.downloaded', 'person.exported', 'audit.exported']);

/** While more than this waits, an attack is under way that the events before it have shown already. */
const mostWaiting = 20_000;

/**
 * Looks at what is put on record, behind the requests that did it: nobody waits for it. Of many events about the same
 * person one look is enough, as each reads the whole window.
 */
export class ThreatWatch {
  readonly #detecting: Detecting;
  readonly #take: (tenantId: string, finding: Finding) => Promise<unknown>;
  readonly #log: Logger;
  #waiting: StoredEvent[] = [];
  #looking: Promise<void> | null = null;
  #closed = false;

  constructor(
    detecting: Detecting,
    take: (tenantId: string, finding: Finding) => Promise<unknown>,
    log: Logger,
  ) {
    this.#detecting = detecting;
    this.#take = take;
    this.#log = log;
  }

  /** Events that are committed, in their order. */
  see(events: readonly StoredEvent[]): void {
    const telling = events.filter((event) => isTelling(event));
    if (telling.length === 0 || this.#closed || this.#waiting.length > mostWaiting) return;
    this.#waiting.push(...telling);
    this.#look();
  }

  #look(): void {
    this.#looking ??= acrossTenants('attacks are seen across tenants', () => this.#drain()).finally(() => {
      this.#looking = null;
      // Came after the last look and before this line.
      if (this.#waiting.length > 0) this.#look();
    });
  }

  /** Resolves when what was seen so far has been looked at. */
  async settled(): Promise<void> {
    while (this.#looking !== null) await this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const events = this.#waiting.splice(0);
      for (const look of looksOf(events)) {
        try {
          for (const { tenantId, finding } of await look(this.#detecting))
            await this.#take(tenantId, finding);
        } catch (error) {
          this.#log.error({ err: error }, 'events could not be looked at for threats');
        }
      }
    }
  }
}

const isTelling = ({ action, details }: StoredEvent): boolean =>
  action === 'session.started' ||
  action === 'session.refused' ||
  action === 'api-key.refused' ||
  takesAway.has(action) ||
  (action === 'access.refused' && /"(?:attempt|code":"(?:FORBIDDEN|SQL_NOT_ALLOWED))"/.test(details ?? ''));

type Look = (detecting: Detecting) => Promise<Found[]>;

/** One look for each sign-in, and one for each actor, key and burst. */
function looksOf(events: readonly StoredEvent[]): Iterable<Look> {
  const looks = new Map<string, Look>();
  for (const event of events) {
    const { action, tenantId, actorId, objectId } = event;
    if (action === 'session.started') looks.set(event.id, (detecting) => detectTravel(detecting, event));
    else if (action === 'session.refused')
      looks.set('failed', (detecting) => detectStuffing(detecting, new Date(event.time)));
    else if (action === 'api-key.refused')
      looks.set(`key ${objectId}`, (detecting) => detectKeyMisuse(detecting, event));
    else if (action === 'access.refused')
      looks.set(`refused ${tenantId} ${actorId}`, (detecting) => detectEscalation(detecting, event));
    else looks.set(`taken ${tenantId} ${actorId}`, (detecting) => detectExport(detecting, event));
  }
  return looks.values();
}
