import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
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
  const {
    STROMA_KAFKA_SASL: mechanism,
    STROMA_KAFKA_USER: username,
    STROMA_KAFKA_PASSWORD: password,
  } = config;
  if (mechanism !== undefined && (username === undefined || password === undefined))
    fail(
      'CONFIG_INVALID',
      `STROMA_KAFKA_SASL=${mechanism} needs STROMA_KAFKA_USER and STROMA_KAFKA_PASSWORD.`,
    );
  return {
    brokers: config.STROMA_KAFKA_BROKERS.split(','),
    prefix: config.STROMA_KAFKA_PREFIX,
    replication: config.STROMA_KAFKA_REPLICATION,
    tls: config.STROMA_KAFKA_TLS
      ? {
          ca: pem(config, 'STROMA_KAFKA_CA'),
          cert: pem(config, 'STROMA_KAFKA_CERT'),
          key: pem(config, 'STROMA_KAFKA_KEY'),
        }
      : null,
    sasl: mechanism === undefined ? null : { mechanism, username: username ?? '', password: password ?? '' },
  };
}

function pem(config: Config, key: 'STROMA_KAFKA_CA' | 'STROMA_KAFKA_CERT' | 'STROMA_KAFKA_KEY') {
  const path = config[key];
  try {
    return path === undefined ? undefined : readFileSync(path);
  } catch (error) {
    return fail('CONFIG_INVALID', `${key} names ${path}, which cannot be read.`, { key }, error);
  }
}

/** RFC 6066 knows no server names that are addresses. */
const isAddress = (broker: string): boolean => isIP(broker.slice(0, broker.lastIndexOf(':'))) !== 0;

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
    ...(tls === null ? {} : { tls, tlsServerName: brokers.every((each) => !isAddress(each)) }),
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
