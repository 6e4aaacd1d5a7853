import type { CloudEvent } from '@stroma/contracts';
import type { Logger } from 'pino';
import type { Events } from '../../platform/events/event-types.ts';

/** What somebody wants to hear of. */
export interface LiveReads {
  dataset_ids: readonly string[];
  window_ids?: readonly string[];
}

/** A dataset has another version, or a window other results. */
export type LiveChange = { kind: 'dataset' | 'window'; id: string };

type Listener = (change: LiveChange) => void;

interface Tenant {
  byId: Map<string, Set<Listener>>;
  stop: Promise<() => void>;
}

/**
 * Who hears of which datasets and windows: one subscription to the event stream for each organisation that listens at
 * all, and none when the last has gone.
 */
export class LiveHub {
  readonly #events: Events;
  readonly #log: Logger;
  readonly #tenants = new Map<string, Tenant>();

  constructor(events: Events, log: Logger) {
    this.#events = events;
    this.#log = log;
  }

  /** Calls back after each change, until what it gives is called. Whether they may know is for the caller to say. */
  watch(tenantId: string, { dataset_ids, window_ids = [] }: LiveReads, onChange: Listener): () => void {
    const tenant = this.#tenants.get(tenantId) ?? this.#listen(tenantId);
    const ids = [...new Set([...dataset_ids, ...window_ids])];
    for (const id of ids) {
      const listeners = tenant.byId.get(id) ?? new Set();
      tenant.byId.set(id, listeners.add(onChange));
    }
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      for (const id of ids) {
        const listeners = tenant.byId.get(id);
        listeners?.delete(onChange);
        if (listeners?.size === 0) tenant.byId.delete(id);
      }
      if (tenant.byId.size === 0 && this.#tenants.get(tenantId) === tenant) this.#leave(tenantId, tenant);
    };
  }

  /** What is held: organisations listened to, things watched, and who watches. */
  get held(): { tenants: number; watched: number; watchers: number } {
    let watched = 0;
    let watchers = 0;
    for (const { byId } of this.#tenants.values())
      for (const listeners of byId.values()) {
        watched += 1;
        watchers += listeners.size;
      }
    return { tenants: this.#tenants.size, watched, watchers };
  }

  #listen(tenantId: string): Tenant {
    const byId: Tenant['byId'] = new Map();
    const stop = this.#events.subscribe(tenantId, 'all', (event) => {
      const change = changeOf(event);
      if (change === null) return;
      for (const tell of [...(byId.get(change.id) ?? [])]) tell(change);
    });
    stop.catch((error: unknown) => this.#log.error({ err: error }, 'live boards hear nothing'));
    const tenant = { byId, stop };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }

  #leave(tenantId: string, tenant: Tenant): void {
    this.#tenants.delete(tenantId);
    void tenant.stop.then((stop) => stop()).catch(() => undefined);
  }
}

function changeOf({ type, data }: CloudEvent): LiveChange | null {
  if (type === 'dataset.updated') return { kind: 'dataset', id: String(data.dataset_id) };
  if (type === 'stream.window.updated') return { kind: 'window', id: String(data.window_id) };
  return null;
}
