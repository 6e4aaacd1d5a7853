/**
 * Small values with a life; in process or in Redis. Values are JSON, and a value may go before its life is over.
 * Throws NOT_READY when Redis does not answer.
 */
export interface Cache {
  readonly kind: 'in_process' | 'redis';
  get<T>(key: string): Promise<T | null>;
  set(key: string, value: unknown, lifeMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Counts in a fixed window; for rate limits. */
  increment(key: string, windowMs: number): Promise<{ count: number; resetMs: number }>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
