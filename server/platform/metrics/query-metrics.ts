import type { SandboxLoad, SqlWatch } from '@stroma/lake';
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';
import { RecentTimes } from './recent-times.ts';

const instrument = { registers: [registry] };
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const statements = new Histogram({
  ...instrument,
  name: 'stroma_sql_statement_duration_seconds',
  help: 'Time of a statement in its locked process, by whether it was run or only checked and how it ended',
  labelNames: ['kind', 'outcome'],
  buckets,
});
const waited = new Histogram({
  ...instrument,
  name: 'stroma_sql_wait_seconds',
  help: 'Time a statement waited for a process',
  buckets,
});
const processes = new Gauge({
  ...instrument,
  name: 'stroma_sql_processes',
  help: 'Processes for SQL, by state',
  labelNames: ['state'],
});
const waiting = new Gauge({
  ...instrument,
  name: 'stroma_sql_waiting',
  help: 'Statements that wait for a process',
});
const memory = new Gauge({
  ...instrument,
  name: 'stroma_sql_processes_resident_bytes',
  help: 'Memory of all processes for SQL, as each last told',
});
const ended = new Counter({
  ...instrument,
  name: 'stroma_sql_processes_ended_total',
  help: 'Processes for SQL that ended in the midst of a statement, by why',
  labelNames: ['reason'],
});

/** Statements of the last two minutes. */
export const recentStatements = new RecentTimes();

let statementsEnded = 0;

/** Statements that ended in this process since it started. */
export const statementTotal = (): number => statementsEnded;

/** Watches a sandbox: what it is given to see every statement by. */
export function watchStatements(): SqlWatch {
  return {
    submitted: (kind) => ({
      started: (waitedMs) => waited.observe(waitedMs / 1000),
      ended(outcome, ranMs) {
        statementsEnded += 1;
        statements.observe({ kind, outcome }, ranMs / 1000);
        recentStatements.record(ranMs / 1000, outcome !== 'succeeded');
      },
    }),
    processEnded: (reason) => ended.inc({ reason }),
  };
}

let loadOf: () => SandboxLoad = () => ({ processes: 0, busy: 0, waiting: 0, rssBytes: 0 });

/** The sandbox whose load is read when the figures are. */
export function readSandboxLoad(load: () => SandboxLoad): void {
  loadOf = load;
}

export const sandboxLoad = (): SandboxLoad => loadOf();

/** Sets the gauges to how the sandbox stands. */
export function collectQueries(): void {
  const load = loadOf();
  processes.set({ state: 'busy' }, load.busy);
  processes.set({ state: 'idle' }, Math.max(0, load.processes - load.busy));
  waiting.set(load.waiting);
  memory.set(load.rssBytes);
}
