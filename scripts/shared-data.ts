import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const pool = resolve(import.meta.dirname, '../../shared/data');

/** Absolute path of a file of the shared data pool beside the checkout, or null where the pool is absent. */
export function sharedData(relative: string): string | null {
  const path = join(pool, relative);
  return existsSync(path) ? path : null;
}
