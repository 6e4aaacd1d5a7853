import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from '../metrics/metrics.ts';

const instrument = { registers: [registry] };

const refused = new Counter({
  ...instrument,
  name: 'stroma_stream_events_refused_total',
  help: 'Events that did not fit the columns of their topic',
});
const waiting = new Gauge({
  ...instrument,
  name: 'stroma_stream_waiting_bytes',
  help: 'Bytes of events taken in and not yet durable',
});
const unlanded = new Gauge({
  ...instrument,
  name: 'stroma_stream_unlanded_events',
  help: 'Events of all topics that are not in the lake yet',
});
const landings = new Histogram({
  ...instrument,
  name: 'stroma_stream_landing_duration_seconds',
  help: 'Time to write what arrived to the lake, by how it ended',
  labelNames: ['outcome'],
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
});
const forwardLag = new Gauge({
  ...instrument,
  name: 'stroma_kafka_outbox_events',
  help: 'Events in the outbox that Kafka does not have yet',
});

export function countStreamRefusal(count: number): void {
  refused.inc(count);
}

export function setStreamWaiting(size: number): void {
  waiting.set(size);
}

export function setUnlanded(count: number): void {
  unlanded.set(count);
}

export function countLanding(outcome: string, seconds: number): void {
  landings.observe({ outcome }, seconds);
}

export function setForwardLag(count: number): void {
  forwardLag.set(count);
}
