import { type IdKind, idPrefixes } from '@stroma/contracts';
import { V7Generator } from 'uuidv7';

/** Random numbers are fetched a thousand at a time: asking the system for each costs more than the rest of an id. */
const pool = new Uint32Array(1024);
let used = pool.length;

const generator = new V7Generator({
  nextUint32() {
    if (used === pool.length) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    const next = pool[used] ?? 0;
    used += 1;
    return next;
  },
});

/** A new id such as `ds_0198...`: sorted by time of making. */
export const newId = (kind: IdKind): string => `${idPrefixes[kind]}_${generator.generate()}`;
