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
   * Calls `listener` with stored events after `afterEventId` (when given), then with live ones, in order.
   * The queue of each listener is bounded; one that falls behind is told through `onOverflow` and dropped.
   */
  subscribe(
    tenantId: string,
    topic: StreamTopic,
    listener: (event: CloudEvent) => void,
    options?: { afterEventId?: string; onOverflow?: () => void },
  ): Promise<() => void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}
