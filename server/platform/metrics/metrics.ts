import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { RecentTimes } from './recent-times.ts';

/** The figures of this process. One registry, written from where things happen and read by `/metrics`. */
export const registry = new Registry();

const instrument = { registers: [registry] };

const jobDuration = new Histogram({
  ...instrument,
  name: 'stroma_job_duration_seconds',
  help: 'Time of one attempt of a job, by kind and how it ended',
  labelNames: ['kind', 'status'],
  buckets: [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
});
const eventsPublished = new Counter({
  ...instrument,
  name: 'stroma_events_published_total',
  help: 'Events delivered from the outbox, by type',
  labelNames: ['type'],
});
const queries = new Histogram({
  ...instrument,
  name: 'stroma_query_duration_seconds',
  help: 'Time of a query that was not answered from the cache, its wait with it, by how it ended',
  labelNames: ['outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
const cacheReads = new Counter({
  ...instrument,
  name: 'stroma_cache_reads_total',
  help: 'Reads of the cache, by what was asked for and whether it was there',
  labelNames: ['what', 'result'],
});
const modelCalls = new Counter({
  ...instrument,
  name: 'stroma_llm_calls_total',
  help: 'Calls of the language model, by purpose and outcome',
  labelNames: ['purpose', 'outcome'],
});
const modelTokens = new Counter({
  ...instrument,
  name: 'stroma_llm_tokens_total',
  help: 'Tokens sent to and received from the language model',
  labelNames: ['direction'],
});

/** Attempts of jobs that ended in the last two minutes, and events that were delivered. */
export const recentJobs = new RecentTimes();
export const recentEvents = new RecentTimes();

/** One attempt of a job ended: `succeeded`, `failed`, `retried` or `cancelled`. */
export function countJob(kind: string, status: string, seconds: number): void {
  jobDuration.observe({ kind, status }, seconds);
  recentJobs.record(seconds, status === 'failed');
}

export function countEvent(type: string): void {
  eventsPublished.inc({ type });
  recentEvents.record(0);
}

/** `outcome`: `succeeded` or the code of the error, such as QUERY_TIMEOUT for one that was stopped. */
export function countQuery(outcome: string, seconds: number): void {
  queries.observe({ outcome }, seconds);
}

/** `what` is one word for the kind of entry, never its key. */
export function countCacheRead(what: string, hit: boolean): void {
  cacheReads.inc({ what, result: hit ? 'hit' : 'miss' });
}

export function countModelCall(purpose: string, outcome: string, tokensIn: number, tokensOut: number): void {
  modelCalls.inc({ purpose, outcome });
  modelTokens.inc({ direction: 'in' }, tokensIn);
  modelTokens.inc({ direction: 'out' }, tokensOut);
}

/** Memory, CPU, garbage collection and event loop lag. Once in a process that serves `/metrics`. */
export function collectProcessMetrics(): void {
  if (registry.getSingleMetric('nodejs_version_info') !== undefined) return;
  collectDefaultMetrics({ register: registry });
}
