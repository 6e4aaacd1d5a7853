import { StromaError } from '@stroma/kernel';
import { Counter, Histogram } from 'prom-client';
import type { ObjectStore } from '../objects/object-store.ts';
import { registry } from './metrics.ts';

const instrument = { registers: [registry] };

const operations = new Histogram({
  ...instrument,
  name: 'stroma_object_store_duration_seconds',
  help: 'Time of an operation on the object store, by which and how it ended; of a read, until it begins',
  labelNames: ['operation', 'outcome'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
});
const written = new Counter({
  ...instrument,
  name: 'stroma_object_store_written_bytes_total',
  help: 'Bytes that were put into the object store',
});

async function timed<T>(operation: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  let outcome = 'succeeded';
  try {
    return await work();
  } catch (error) {
    outcome = error instanceof StromaError ? error.code : 'INTERNAL';
    throw error;
  } finally {
    operations.observe({ operation, outcome }, (performance.now() - begun) / 1000);
  }
}

/** The same store, what is done with it timed. */
export function measuredObjects(store: ObjectStore): ObjectStore {
  const counted = (stored: Awaited<ReturnType<ObjectStore['put']>>) => {
    written.inc(stored.bytes);
    return stored;
  };
  return {
    kind: store.kind,
    encrypted: store.encrypted,
    put: async (key, source) => counted(await timed('put', () => store.put(key, source))),
    putFile: async (key, path, known) => counted(await timed('put', () => store.putFile(key, path, known))),
    get: (key, range) => timed('get', () => store.get(key, range)),
    localPath: (key) => timed('local_path', () => store.localPath(key)),
    stat: (key) => timed('stat', () => store.stat(key)),
    delete: (key) => timed('delete', () => store.delete(key)),
    list: (prefix) => store.list(prefix),
    ping: () => store.ping(),
  };
}
