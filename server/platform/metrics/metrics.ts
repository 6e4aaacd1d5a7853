import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of this process. One registry, written from where things happen and read by `/metrics`. */
export const registry = new Registry();

const instrument = { registers: [registry] };

const httpDuration = new Histogram({
  ...instrument,
  name: 'stroma_http_request_duration_seconds',
  help: 'Time to answer a request, by route pattern',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
const jobDuration = new Histogram({
  ...instrument,
  name: 'stroma_job_duration_seconds',
  help: 'Time of one attempt of a job, by kind and how it ended',
  labelNames: ['kind', 'status'],
  buckets: [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
});
const queueDepth = new Gauge({
  ...instrument,
  name: 'stroma_jobs_waiting',
  help: 'Jobs that wait to be taken up, by kind',
  labelNames: ['kind'],
});
const eventsPublished = new Counter({
  ...instrument,
  name: 'stroma_events_published_total',
  help: 'Events delivered from the outbox, by type',
  labelNames: ['type'],
});
const streamClients = new Gauge({
  ...instrument,
  name: 'stroma_stream_clients',
  help: 'Connected listeners of the live stream',
});
const queries = new Histogram({
  ...instrument,
  name: 'stroma_query_duration_seconds',
  help: 'Time of a query in the locked child process, by how it ended',
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

/** `route` is the pattern the request matched, so that no address makes a series of its own. */
export function countRequest(
  method: string,
  route: string | undefined,
  status: number,
  seconds: number,
): void {
  httpDuration.observe({ method, route: route ?? 'unmatched', status }, seconds);
}

/** One attempt of a job ended: `succeeded`, `failed`, `retried` or `cancelled`. */
export function countJob(kind: string, status: string, seconds: number): void {
  jobDuration.observe({ kind, status }, seconds);
}

/** Replaces what was known before: a kind that is not named has none. */
export function setJobsWaiting(waiting: { kind: string; jobs: number }[]): void {
  queueDepth.reset();
  for (const { kind, jobs } of waiting) queueDepth.set({ kind }, jobs);
}

export function countEvent(type: string): void {
  eventsPublished.inc({ type });
}

export function setStreamClients(clients: number): void {
  streamClients.set(clients);
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
