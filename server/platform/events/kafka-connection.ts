import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ConnectionOptions } from 'node:tls';
import type { Admin, Consumer, Producer } from '@platformatic/kafka';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';

export type KafkaAdmin = Admin;
export type KafkaProducer = Producer<Buffer, Buffer, string, string>;
export type KafkaConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;

/** How to reach the brokers. */
export interface KafkaSettings {
  brokers: string[];
  prefix: string;
  replication: number;
  tls: ConnectionOptions | null;
  sasl: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string } | null;
}

/** Null where no brokers are set. */
export function kafkaSettings(config: Config): KafkaSettings | null {
  if (config.STROMA_KAFKA_BROKERS === undefined) {
    if (config.STROMA_STREAMS === 'kafka')
      fail('CONFIG_INVALID', 'STROMA_STREAMS=kafka needs STROMA_KAFKA_BROKERS (host:port, commas between).');
    return null;
  }
  const file = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  const mechanism = config.STROMA_KAFKA_SASL;
  return {
    brokers: config.STROMA_KAFKA_BROKERS.split(','),
    prefix: config.STROMA_KAFKA_PREFIX,
    replication: config.STROMA_KAFKA_REPLICATION,
    tls: config.STROMA_KAFKA_TLS
      ? {
          ca: file(config.STROMA_KAFKA_CA),
          cert: file(config.STROMA_KAFKA_CERT),
          key: file(config.STROMA_KAFKA_KEY),
        }
      : null,
    sasl:
      mechanism === undefined
        ? null
        : {
            mechanism,
            username: config.STROMA_KAFKA_USER ?? '',
            password: config.STROMA_KAFKA_PASSWORD ?? '',
          },
  };
}

/** Requests that find no broker are over after some seconds: who waits is told to come again. */
export function connectionOptions({ brokers, tls, sasl }: KafkaSettings) {
  return {
    clientId: 'stroma',
    bootstrapBrokers: brokers,
    connectTimeout: 3000,
    requestTimeout: 10_000,
    timeout: 10_000,
    retries: 2,
    retryDelay: 250,
    ...(tls === null ? {} : { tls, tlsServerName: true }),
    ...(sasl === null ? {} : { sasl }),
  };
}

/** Loaded with the first connection: a third of a second that no start without brokers waits for. */
const client = (): typeof import('@platformatic/kafka') =>
  createRequire(import.meta.url)('@platformatic/kafka');

export const openAdmin = (settings: KafkaSettings): KafkaAdmin =>
  new (client().Admin)(connectionOptions(settings));

export const openProducer = (settings: KafkaSettings): KafkaProducer =>
  new (client().Producer)({
    ...connectionOptions(settings),
    serializers: {
      key: (value) => value,
      value: (value) => value,
      headerKey: (value) => Buffer.from(value ?? ''),
      headerValue: (value) => Buffer.from(value ?? ''),
    },
  });

/** Reads where it is told to: it joins no group. */
export const openReader = (settings: KafkaSettings): KafkaConsumer =>
  new (client().Consumer)({ ...connectionOptions(settings), groupId: 'stroma-reader' });

/** Kafka’s own word for why it did not: deep in what the client throws. */
export function kafkaErrorName(error: unknown): string {
  const seen: string[] = [];
  const walk = (each: unknown, depth: number) => {
    if (depth > 6 || each === null || typeof each !== 'object') return;
    const { apiId, message, cause, errors } = each as Record<string, unknown>;
    if (typeof apiId === 'string') seen.push(apiId);
    if (typeof message === 'string') seen.push(message);
    walk(cause, depth + 1);
    if (Array.isArray(errors)) for (const inner of errors) walk(inner, depth + 1);
  };
  walk(error, 0);
  return seen.join(' ');
}
