import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import type { Events } from './event-types.ts';
import { kafkaSettings } from './kafka-connection.ts';
import { openKafkaForwarding } from './kafka-forwarding.ts';

/** The same events, handed on to Kafka too where brokers are set. */
export function forwardedEvents(events: Events, config: Config, database: Database, log: Logger): Events {
  const settings = kafkaSettings(config);
  if (settings === null) return events;
  const forwarding = openKafkaForwarding(database, settings, log);
  return {
    publish: events.publish,
    announce: events.announce,
    subscribe: events.subscribe,
    async start() {
      await events.start();
      await forwarding.start();
    },
    async stop() {
      await forwarding.stop();
      await events.stop();
    },
  };
}
