import type { CloudEvent, StreamTopic } from '@stroma/contracts';
import { ApiError } from './api-error.ts';
import { pause } from './pause.ts';
import { routes } from './routes.ts';
import { readMessages } from './server-sent-events.ts';
import type { Transport } from './transport.ts';

export interface SubscribeOptions {
  onEvent: (event: CloudEvent) => void;
  /** Called each time a connection stands, and each time one breaks with what broke it. */
  onOpen?: () => void;
  onBreak?: (error: unknown) => void;
  /** Called once when coming back makes no sense: signed out, or not permitted. */
  onRefused?: (error: ApiError) => void;
  /** Begin after this event instead of now. */
  lastEventId?: string;
  signal?: AbortSignal;
  /** First pause before coming back, doubled up to 15 s while nothing answers. Default 1000. */
  retryDelayMs?: number;
}

export interface Subscription {
  close(): void;
  /** Resolves when the subscription has ended. */
  readonly closed: Promise<void>;
}

/** See `Client.subscribe`. Server-Sent Events over `fetch`, so that a bearer token can be sent. */
export function subscribe(transport: Transport, topic: StreamTopic, options: SubscribeOptions): Subscription {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const closed = listen(transport, topic, options, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return { close: () => stop.abort(), closed };
}

async function listen(
  transport: Transport,
  topic: StreamTopic,
  options: SubscribeOptions,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId = options.lastEventId ?? null;
  let delay = options.retryDelayMs ?? 1000;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (lastEventId !== null) headers['last-event-id'] = lastEventId;
      const response = await transport.send(routes.streams.subscribe, { params: { topic }, headers, signal });
      failures = 0;
      options.onOpen?.();
      for await (const message of readMessages(response.body ?? new ReadableStream())) {
        if (message.retryMs !== null) delay = message.retryMs;
        if (message.id !== null) lastEventId = message.id;
        if (message.data !== null) options.onEvent(JSON.parse(message.data) as CloudEvent);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && !error.transient) {
        options.onRefused?.(error);
        return;
      }
      options.onBreak?.(error);
      failures += 1;
    }
    await pause(Math.min(15_000, delay * 2 ** Math.min(failures, 4)), signal);
  }
}
