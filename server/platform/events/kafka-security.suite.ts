import { expect, it } from 'vitest';
import { readConfig } from '../config/read-config.ts';
import { silent } from '../db/test-database.suite.ts';
import { kafkaSettings } from './kafka-connection.ts';
import type { TestBroker } from './log/kafka-broker.suite.ts';
import { openKafkaLogs } from './log/kafka-logs.ts';
import { batchOf, readAll, testTopic } from './log/stream-log.suite.ts';
import type { StreamLog } from './log/stream-log.ts';

/** What holds for brokers that ask who comes. */
export function describeSecurity({ address, secured }: TestBroker): void {
  const open = (change: Record<string, string>): StreamLog => {
    const { config } = readConfig(
      {
        STROMA_STREAMS: 'kafka',
        STROMA_KAFKA_BROKERS: secured.address,
        STROMA_KAFKA_TLS: '1',
        STROMA_KAFKA_CA: secured.ca,
        STROMA_KAFKA_SASL: 'SCRAM-SHA-256',
        STROMA_KAFKA_USER: secured.user,
        STROMA_KAFKA_PASSWORD: secured.password,
        ...change,
      },
      '/none',
    );
    const settings = kafkaSettings(config);
    if (settings === null) throw new Error('no brokers are set');
    return openKafkaLogs({ settings, log: silent, alone: (_name, work) => work() });
  };

  it.each(['PLAIN', 'SCRAM-SHA-256'])('keeps events over TLS, signed in by %s', async (mechanism) => {
    const log = open({ STROMA_KAFKA_SASL: mechanism });
    const topic = testTopic();
    await log.append(topic, batchOf(['"sealed"', '"way"']));
    expect(await readAll(log, topic)).toEqual(['"sealed"', '"way"']);
    await log.close();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a wrong password', { STROMA_KAFKA_PASSWORD: 'another' }, /STROMA_KAFKA_PASSWORD/],
    [
      'a wrong password in PLAIN',
      { STROMA_KAFKA_SASL: 'PLAIN', STROMA_KAFKA_PASSWORD: 'x' },
      /refuse the user "stroma"/,
    ],
    [
      'a way to sign in that is not offered',
      { STROMA_KAFKA_SASL: 'SCRAM-SHA-512' },
      /do not offer SCRAM-SHA-512/,
    ],
    ['a certificate nobody trusts', { STROMA_KAFKA_CA: '' }, /Set STROMA_KAFKA_CA/],
    [
      'a name that is not in the certificate',
      { STROMA_KAFKA_BROKERS: '127.0.0.1' },
      /certificate for another name/,
    ],
    ['no TLS where it is asked for', { STROMA_KAFKA_TLS: '0' }, /Set STROMA_KAFKA_TLS=1/],
    ['TLS where there is none', { STROMA_KAFKA_BROKERS: address }, /Unset STROMA_KAFKA_TLS/],
  ])('says what to mend: %s', { timeout: 30_000 }, async (_, change, told) => {
    const port = secured.address.split(':')[1];
    const log = open(
      change.STROMA_KAFKA_BROKERS === '127.0.0.1' ? { STROMA_KAFKA_BROKERS: `127.0.0.1:${port}` } : change,
    );
    const refused = await log.append(testTopic(), batchOf(['1'])).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'NOT_READY', message: expect.stringMatching(told) });
    expect(JSON.stringify(refused)).not.toContain(secured.password);
    await log.close();
  });

  it('is refused at the start without what a setting needs', () => {
    expect(() => open({ STROMA_KAFKA_PASSWORD: '' })).toThrow(/needs STROMA_KAFKA_USER and/);
    expect(() => open({ STROMA_KAFKA_CA: '/none/ca.pem' })).toThrow(/STROMA_KAFKA_CA names \/none/);
  });
}
