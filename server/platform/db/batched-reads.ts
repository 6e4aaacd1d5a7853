import { currentTenant } from './tenant-scope.ts';

/**
 * Joins reads by key: those that arrive while one statement is under way go together in the next. Each answer is
 * as fresh as a read of its own, because its statement begins after it was asked for, and one connection serves
 * many callers.
 *
 * Tenants are not read together: each statement runs in the scope of those who asked. `read` gives what it found, by key; a key it does not name is null. Its failure fails the whole batch.
 */
export function batchReads<Value>(
  read: (keys: string[]) => Promise<Map<string, Value>>,
  largestBatch = 200,
): (key: string) => Promise<Value | null> {
  const batches = new Map<string | null, (key: string) => Promise<Value | null>>();
  return (key) => {
    const tenant = currentTenant();
    const own = batches.get(tenant) ?? batchOf(read, largestBatch, () => batches.delete(tenant));
    batches.set(tenant, own);
    return own(key);
  };
}

function batchOf<Value>(
  read: (keys: string[]) => Promise<Map<string, Value>>,
  largestBatch: number,
  onIdle: () => void,
): (key: string) => Promise<Value | null> {
  let waiting = new Map<string, PromiseWithResolvers<Value | null>>();
  let reading = false;

  async function drain(): Promise<void> {
    reading = true;
    while (waiting.size > 0) {
      // The embedded store answers without a turn of the event loop: give every request that is here its say.
      await new Promise(setImmediate);
      const batch = new Map([...waiting].slice(0, largestBatch));
      waiting = new Map([...waiting].slice(largestBatch));
      try {
        const found = await read([...batch.keys()]);
        for (const [key, { resolve }] of batch) resolve(found.get(key) ?? null);
      } catch (error) {
        for (const { reject } of batch.values()) reject(error);
      }
    }
    reading = false;
    onIdle();
  }

  return (key) => {
    const asked = waiting.get(key) ?? Promise.withResolvers<Value | null>();
    waiting.set(key, asked);
    if (!reading) void drain();
    return asked.promise;
  };
}
