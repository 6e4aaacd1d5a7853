import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';
import { RecentTimes } from './recent-times.ts';

const instrument = { registers: [registry] };

/** How somebody listens, or something comes in. */
export type StreamTransport = 'sse' | 'websocket' | 'http' | 'kafka';

const clients = new Gauge({
  ...instrument,
  name: 'stroma_stream_clients',
  help: 'Connected listeners of live streams, by transport',
  labelNames: ['transport'],
});
const queued = new Gauge({
  ...instrument,
  name: 'stroma_stream_queued',
  help: 'Messages that wait in the queues of all listeners, by transport',
  labelNames: ['transport'],
});
const rows = new Counter({
  ...instrument,
  name: 'stroma_stream_rows_total',
  help: 'Rows of streams that came in and went out, by direction and transport',
  labelNames: ['direction', 'transport'],
});
const appended = new Histogram({
  ...instrument,
  name: 'stroma_stream_append_duration_seconds',
  help: 'Time until a batch of rows was durable, by transport and how it ended',
  labelNames: ['transport', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
});
const behind = new Counter({
  ...instrument,
  name: 'stroma_stream_fell_behind_total',
  help: 'Listeners whose queue was full, by transport and whether they were resynchronised or let go',
  labelNames: ['transport', 'then'],
});
/** Batches of rows that came in during the last two minutes. */
export const recentAppends = new RecentTimes();

export function setStreamClients(count: number, transport: StreamTransport = 'sse'): void {
  clients.set({ transport }, count);
  counts.set(transport, count);
}

const counts = new Map<StreamTransport, number>();

/** Listeners of this process, over all transports. */
export const streamClients = (): number => [...counts.values()].reduce((sum, each) => sum + each, 0);

/** `messages`: of all queues together, as they stand now. */
export function setStreamQueued(messages: number, transport: StreamTransport): void {
  queued.set({ transport }, messages);
}

export function countRowsOut(count: number, transport: StreamTransport): void {
  rows.inc({ direction: 'out', transport }, count);
}

/** One batch came in. `outcome`: `succeeded` or the code of the error. */
export function countAppend(
  rowsIn: number,
  transport: StreamTransport,
  outcome: string,
  seconds: number,
): void {
  appended.observe({ transport, outcome }, seconds);
  recentAppends.record(seconds, outcome !== 'succeeded');
  if (outcome === 'succeeded') rows.inc({ direction: 'in', transport }, rowsIn);
}

export function countFellBehind(transport: StreamTransport, then: 'resynchronised' | 'let_go'): void {
  behind.inc({ transport, then });
}
