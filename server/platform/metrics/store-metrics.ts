import { Gauge, Histogram } from 'prom-client';
import type { Database, StoreLoad } from '../db/database.ts';
import { registry } from './metrics.ts';
import { RecentTimes } from './recent-times.ts';

const instrument = { registers: [registry] };

const transactions = new Histogram({
  ...instrument,
  name: 'stroma_store_transaction_duration_seconds',
  help: 'Time of a transaction, its wait for a connection with it, by how it ended',
  labelNames: ['outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
});
const connections = new Gauge({
  ...instrument,
  name: 'stroma_store_connections',
  help: 'Connections to the store, by state',
  labelNames: ['state'],
});
const waiting = new Gauge({
  ...instrument,
  name: 'stroma_store_waiting',
  help: 'Statements and transactions that wait for a connection to the store',
});
const size = new Gauge({
  ...instrument,
  name: 'stroma_storage_bytes',
  help: 'What lies in the installation, by kind',
  labelNames: ['kind'],
});

/** Transactions of the last two minutes. */
export const recentTransactions = new RecentTimes();

/** The same database, its transactions timed. */
export function measuredDatabase(database: Database): Database {
  return {
    ...database,
    async transaction(work) {
      const begun = performance.now();
      let outcome = 'committed';
      try {
        return await database.transaction(work);
      } catch (error) {
        outcome = 'rolled_back';
        throw error;
      } finally {
        const seconds = (performance.now() - begun) / 1000;
        transactions.observe({ outcome }, seconds);
        recentTransactions.record(seconds, outcome !== 'committed');
      }
    },
  };
}

export function setStoreLoad({ open, idle, waiting: waits }: StoreLoad): void {
  connections.set({ state: 'busy' }, Math.max(0, open - idle));
  connections.set({ state: 'idle' }, idle);
  waiting.set(waits);
}

/** Replaces what was known before. */
export function setStorage(kinds: readonly { kind: string; bytes: number }[]): void {
  size.reset();
  for (const { kind, bytes } of kinds) size.set({ kind }, bytes);
}
