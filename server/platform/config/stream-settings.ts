import { z } from 'zod';

/** Streams of events: the engine that holds them, and how much is taken in. */
export const streamSettings = {
  STROMA_STREAMS: z
    .enum(['embedded', 'kafka'])
    .default('embedded')
    .describe('Where events of topics are kept: files in the data folder, or Kafka past one machine'),
  STROMA_KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'expected host:port, commas between')
    .optional()
    .describe('Kafka brokers (host:port, commas between); with them Stroma’s own events go to Kafka too'),
  STROMA_KAFKA_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,60}$/, 'expected letters, digits, . _ and -')
    .default('')
    .describe('What the names of Stroma’s topics in Kafka begin with'),
  STROMA_KAFKA_REPLICATION: z.coerce
    .number()
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe('Copies Kafka keeps of each topic; 3 on a cluster'),
  STROMA_KAFKA_TLS: z
    .enum(['0', '1'])
    .default('0')
    .transform((value) => value === '1')
    .describe('1 speaks TLS to the brokers'),
  STROMA_KAFKA_CA: z.string().optional().describe('Authority (PEM) of the brokers’ certificates'),
  STROMA_KAFKA_CERT: z.string().optional().describe('Certificate of Stroma for the brokers (PEM)'),
  STROMA_KAFKA_KEY: z.string().optional().describe('Private key of that certificate (PEM)'),
  STROMA_KAFKA_SASL: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .optional()
    .describe('How Stroma signs in to the brokers; absent means it does not'),
  STROMA_KAFKA_USER: z.string().optional().describe('User at the brokers'),
  STROMA_KAFKA_PASSWORD: z.string().optional().describe('Password of that user'),
  STROMA_STREAMS_LAND_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('After so many seconds at most, events of a topic are written to the lake'),
  STROMA_STREAMS_LAND_BYTES: z.coerce
    .number()
    .int()
    .min(64 * 1024)
    .max(1024 * 1024 * 1024)
    .default(64 * 1024 * 1024)
    .describe('From so many bytes on, events of a topic are written to the lake without waiting'),
  STROMA_STREAMS_EVENTS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(200_000)
    .describe('Events an organisation may send to its topics each second, over ten seconds'),
  STROMA_STREAMS_BYTES_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * 1024 * 1024)
    .describe('Bytes of events an organisation may send each second, over ten seconds'),
};
