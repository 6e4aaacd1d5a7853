import type { Soon } from '../soon.ts';

/**
 * Small values with a life; in process or in Redis. Values are JSON, and a value may go before its life is over.
 * Throws NOT_READY when Redis does not answer.
 */
export interface Cache {
  readonly kind: 'in_process' | 'redis';
  get<T>(key: string): Promise<T | null>;
  set(key: string, value: unknown, lifeMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Every value whose key begins so; counters stay. */
  deleteAll(prefix: string): Promise<void>;
  /**
   * Counts in a fixed window; for rate limits. `by` 0 only looks, and below 0 gives back what was counted in the
   * window that runs; neither begins one. `resetMs` is 0 where no window runs.
   */
  increment(key: string, windowMs: number, by?: number): Soon<{ count: number; resetMs: number }>;
  /** What it holds. Of Redis: every key of its database and the memory of the server. */
  size(): Promise<{ entries: number; bytes: number }>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
