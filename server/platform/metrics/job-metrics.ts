import { Gauge } from 'prom-client';
import type { OpenJobs, Outbox } from './metrics.store.ts';
import { registry } from './metrics.ts';

const instrument = { registers: [registry] };

const waiting = new Gauge({
  ...instrument,
  name: 'stroma_jobs_waiting',
  help: 'Jobs that wait to be taken up, by kind',
  labelNames: ['kind'],
});
const running = new Gauge({
  ...instrument,
  name: 'stroma_jobs_running',
  help: 'Jobs that run, on any process of the installation, by kind',
  labelNames: ['kind'],
});
const oldest = new Gauge({
  ...instrument,
  name: 'stroma_jobs_oldest_seconds',
  help: 'How long the job that waits longest has waited, by kind',
  labelNames: ['kind'],
});
const outboxWaiting = new Gauge({
  ...instrument,
  name: 'stroma_outbox_waiting',
  help: 'Events that are written and not yet published',
});
const outboxOldest = new Gauge({
  ...instrument,
  name: 'stroma_outbox_oldest_seconds',
  help: 'How long the event that waits longest has waited',
});

/** Replaces what was known before: a kind that is not named has none. */
export function setOpenJobs(jobs: readonly OpenJobs[]): void {
  for (const gauge of [waiting, running, oldest]) gauge.reset();
  for (const each of jobs) {
    waiting.set({ kind: each.kind }, each.waiting);
    running.set({ kind: each.kind }, each.running);
    oldest.set({ kind: each.kind }, each.oldest_seconds);
  }
}

export function setOutbox({ waiting: events, oldest_seconds }: Outbox): void {
  outboxWaiting.set(events);
  outboxOldest.set(oldest_seconds);
}
