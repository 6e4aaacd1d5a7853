import { apiPrefix, type CloudEvent, type EventType, eventTypes, type StreamTopic } from '@stroma/contracts';
import type { Logger } from 'pino';
import type { Database, Stop } from '../db/database.ts';
import { fail } from '../failure.ts';
import { newId } from '../ids.ts';
import type { EventListener, Events, SubscribeOptions } from './event-types.ts';
import {
  assignPositions,
  type EventRow,
  hasUnpublished,
  insertEvent,
  lastPublished,
  outboxChannel,
  positionAt,
  positionOf,
  publishedAfter,
} from './events.store.ts';

const announceChannel = 'stroma_announce';
const pageSize = 500;
/** A notification that was lost with its connection is made up for this late at most. */
const sweepMs = 5_000;

interface Listening {
  tenantId: string;
  types: ReadonlySet<string>;
  listener: EventListener;
  options: SubscribeOptions;
  /** False while it reads what was stored before it came. */
  live: boolean;
}

const prefixes: Record<StreamTopic, string[]> = {
  jobs: ['job.'],
  data: ['data.', 'dataset.'],
  security: ['threat.'],
  all: [''],
};
const typesOf = (topic: StreamTopic) =>
  new Set(
    Object.keys(eventTypes).filter((type) => prefixes[topic].some((prefix) => type.startsWith(prefix))),
  );

/**
 * Events are rows written in the caller's transaction, so there is one for each commit and none without. After the
 * commit they get positions, one publisher at a time, in an order every reader sees alike; each process delivers
 * by position, and a listener that comes back resumes behind the last it had: none is missed, none comes twice.
 */
export function openEvents(
  database: Database,
  log: Logger,
  onDelivered?: (type: string) => void,
  traceParent: () => string | null = () => null,
): Events {
  const listeners = new Set<Listening>();
  const stops: Stop[] = [];
  let delivered = 0;
  let deliveredId: string | null = null;
  let pumping: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let sweep: NodeJS.Timeout | undefined;

  const pump = (): void => {
    again = true;
    if (stopped) return;
    pumping ??= drain().finally(() => {
      pumping = null;
      if (again && !stopped) pump();
    });
  };

  const drain = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      try {
        if (await hasUnpublished(database.sql)) await assignPositions(database);
        await deliverNew();
      } catch (error) {
        if (!stopped) log.error({ err: error }, 'events wait: the outbox could not be read');
        return;
      }
    }
  };

  const deliverNew = async (): Promise<void> => {
    for (;;) {
      const rows = await publishedAfter(database.sql, delivered, pageSize);
      for (const row of rows) {
        delivered = row.position;
        deliveredId = row.id;
        onDelivered?.(row.type);
        dispatch(cloudEventOf(row), true);
      }
      if (rows.length < pageSize) return;
    }
  };

  const dispatch = (event: CloudEvent, stored: boolean): void => {
    for (const each of listeners) if (each.live && wants(each, event)) tell(each, event, stored);
  };

  const tell = (each: Listening, event: CloudEvent, stored: boolean): void => {
    try {
      if (each.listener(event, stored) !== false) return;
    } catch (error) {
      log.error({ err: error, type: event.type }, 'a listener failed and was dropped');
    }
    listeners.delete(each);
    each.options.onOverflow?.();
  };

  /** Reads what was stored, page by page, until nothing lies between it and what is delivered live. */
  const catchUp = async (each: Listening, from: number): Promise<void> => {
    let position = from;
    while (listeners.has(each)) {
      const reached = delivered;
      const rows = await publishedAfter(database.sql, position, pageSize, {
        tenantId: each.tenantId,
        types: [...each.types],
      });
      for (const row of rows) {
        if (row.position > delivered) break;
        position = row.position;
        if (listeners.has(each)) tell(each, cloudEventOf(row), true);
      }
      const last = rows.at(-1);
      if (rows.length < pageSize || (last !== undefined && last.position > delivered))
        position = Math.max(position, reached);
      if (position >= delivered) {
        each.live = true;
        return;
      }
      await each.options.drained?.();
    }
  };

  const startOf = async (eventId: string): Promise<number> => {
    const known = await positionOf(database.sql, eventId);
    if (known !== null) return known;
    const time = timeOf(eventId);
    return time === null
      ? fail('INVALID_INPUT', 'Last-Event-ID is not the id of an event. Leave it out to begin now.', {
          field: 'Last-Event-ID',
        })
      : positionAt(database.sql, time);
  };

  return {
    async publish(tx, ctx, type, subject, data) {
      await insertEvent(tx, {
        id: newId('event'),
        tenantId: ctx.actor.tenantId,
        type,
        subject,
        data: eventTypes[type].parse(data),
        time: new Date(),
        traceParent: traceParent(),
      });
    },

    announce(tenantId, type, subject, data) {
      const event = cloudEvent(newId('event'), tenantId, type, subject, new Date(), data, traceParent());
      if (database.kind === 'embedded') return dispatch(event, false);
      database
        .execute('select pg_notify($1, $2)', [announceChannel, JSON.stringify(event)])
        .catch((error) => log.warn({ err: error }, 'an announcement was lost'));
    },

    async subscribe(tenantId, topic, listener, options = {}) {
      const each: Listening = { tenantId, types: typesOf(topic), listener, options, live: false };
      const from = options.afterEventId === undefined ? null : await startOf(options.afterEventId);
      listeners.add(each);
      if (from === null) each.live = true;
      else
        await catchUp(each, from).catch((error) => {
          listeners.delete(each);
          throw error;
        });
      if (each.live) options.onLive?.(deliveredId);
      return () => void listeners.delete(each);
    },

    async start() {
      await assignPositions(database);
      const last = await lastPublished(database.sql);
      delivered = last?.position ?? 0;
      deliveredId = last?.id ?? null;
      stops.push(await database.listen(outboxChannel, pump, pump));
      if (database.kind === 'postgresql') {
        stops.push(
          await database.listen(announceChannel, (text) => dispatch(JSON.parse(text) as CloudEvent, false)),
        );
        sweep = setInterval(pump, sweepMs);
        sweep.unref();
      }
      pump();
    },

    async stop() {
      stopped = true;
      clearInterval(sweep);
      for (const stop of stops.splice(0)) await stop();
      await pumping;
      listeners.clear();
    },
  };
}

function wants(each: Listening, event: CloudEvent): boolean {
  return each.tenantId === event.tenantid && each.types.has(event.type);
}

export function cloudEventOf(row: EventRow): CloudEvent {
  const { id, tenantId, type, subject, time, data, traceParent } = row;
  return cloudEvent(id, tenantId, type as EventType, subject, time, data, traceParent);
}

function cloudEvent(
  id: string,
  tenantId: string,
  type: EventType,
  subject: string,
  time: Date,
  data: Record<string, unknown>,
  traceparent: string | null,
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: apiPrefix,
    type,
    subject,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    tenantid: tenantId,
    ...(traceparent !== null && { traceparent }),
    data,
  };
}

/** The time a UUIDv7 was made, which its first 48 bits hold in milliseconds. RFC 9562, section 5.7. */
function timeOf(eventId: string): Date | null {
  const hex = /^evt_([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(eventId);
  return hex === null ? null : new Date(Number.parseInt(`${hex[1]}${hex[2]}`, 16));
}
