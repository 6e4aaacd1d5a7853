import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import { makeDue, watchingTenants } from './alerts.store.ts';

const moves = new Set(['data.processing.complete', 'dataset.updated']);

export interface AlertWatch {
  /** Hears of the datasets of a tenant from now on. */
  watch(tenantId: string): void;
  /** Of every tenant that has alerts. */
  watchAll(): Promise<void>;
  close(): Promise<void>;
}

/** Has alerts looked at as soon as a dataset they are drawn from has changed. */
export function openAlertWatch(
  { db, events, log }: Pick<Platform, 'db' | 'events' | 'log'>,
  sweep: () => Promise<unknown>,
): AlertWatch {
  const heard = new Map<string, Promise<() => void>>();
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;

  /** One at a time: what comes meanwhile makes one more. */
  const run = (): void => {
    again = true;
    if (closed) return;
    running ??= (async () => {
      while (again && !closed) {
        again = false;
        await sweep();
      }
    })()
      .catch((error: unknown) => log.error({ err: error }, 'alerts could not be looked at'))
      .finally(() => {
        running = null;
      });
  };

  const changed = async (tenantId: string, datasetId: string): Promise<void> => {
    const count = await acrossTenants('an event tells whose dataset it is', () =>
      makeDue(db.sql, tenantId, datasetId, new Date()),
    );
    if (count > 0) run();
  };

  const watch = (tenantId: string): void => {
    if (heard.has(tenantId) || closed) return;
    const subscribed = events.subscribe(tenantId, 'data', ({ type, data }) => {
      const id = data.dataset_id;
      if (!moves.has(type) || typeof id !== 'string') return;
      changed(tenantId, id).catch((error: unknown) =>
        log.error({ err: error }, 'the alerts of a dataset could not be found'),
      );
    });
    heard.set(tenantId, subscribed);
    subscribed.catch(() => heard.delete(tenantId));
  };

  return {
    watch,
    async watchAll() {
      const tenants = await acrossTenants('alerts of every tenant are watched', () =>
        watchingTenants(db.sql),
      );
      for (const tenantId of tenants) watch(tenantId);
    },
    async close() {
      closed = true;
      for (const subscribed of heard.values()) (await subscribed.catch(() => null))?.();
      heard.clear();
      await running;
    },
  };
}
