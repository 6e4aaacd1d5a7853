import type { Context } from '../context.ts';

/** What the live stream serves beside Stroma's own topics. */
export interface TopicStreams {
  /** Throws NOT_FOUND, FORBIDDEN for a topic the asker may not read, INVALID_INPUT for a wrong `lastEventId`. */
  find(ctx: Context, name: string, lastEventId: string | undefined): Promise<TopicStream>;
}

export interface TopicStream {
  /** Resolves when the consumer is connected; what it gives lets go of everything that was held for it. */
  join(sink: StreamSink): Promise<() => void>;
  /** Whether somebody may still read it. */
  stillFor(ctx: Context): Promise<boolean>;
}

export interface StreamSink {
  write(text: Buffer): boolean;
  readonly open: boolean;
  drained(): Promise<void>;
}
