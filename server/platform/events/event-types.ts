import type { CloudEvent, EventData, EventType, StreamTopic } from '@stroma/contracts';
import type { Context } from '../context.ts';
import type { Sql } from '../db/database.ts';

export interface Events {
  /** Writes the event to the outbox inside `tx`; it is delivered after the commit, exactly once per commit. */
  publish<T extends EventType>(
    tx: Sql,
    ctx: Context,
    type: T,
    subject: string,
    data: EventData<T>,
  ): Promise<void>;
  /** For listeners connected now only, nothing is stored (progress). */
  announce<T extends EventType>(tenantId: string, type: T, subject: string, data: EventData<T>): void;
  /**
   * Calls `listener` with stored events after `afterEventId` (when given), then with live ones, in order. A
   * listener whose own queue is full answers false: it is dropped and told through `onOverflow`. Throws
   * INVALID_INPUT for an `afterEventId` that is none.
   */
  subscribe(
    tenantId: string,
    topic: StreamTopic,
    listener: EventListener,
    options?: SubscribeOptions,
  ): Promise<() => void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `stored` is false for an announced event: it cannot be resumed after. */
export type EventListener = (event: CloudEvent, stored: boolean) => unknown;

export interface SubscribeOptions {
  afterEventId?: string | undefined;
  onOverflow?: () => void;
  /** Told the id of the last event before the live ones, for who connects without `afterEventId`. */
  onLive?: (lastEventId: string | null) => void;
  /** Waited for between pages of stored events, so that a slow listener is not flooded. */
  drained?: () => Promise<void>;
}
