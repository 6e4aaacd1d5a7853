import { createHash } from 'node:crypto';
import pino from 'pino';
import { plainKeys } from './plain-keys.suite.ts';
import { openSegmentLogs } from './segment-logs.ts';
import type { LogTopic } from './stream-log.ts';

/** Appends numbered batches from several sides at once and says of each, once it is durable, which it was. */
const [folder = '', topicText = '{}', first = '0'] = process.argv.slice(2);
const topic = JSON.parse(topicText) as LogTopic;
const log = openSegmentLogs({
  folder,
  keys: plainKeys,
  log: pino({ level: 'silent' }),
  segmentBytes: 32 * 1024,
});
let n = Number(first);
const side = async () => {
  for (;;) {
    const batch = n;
    n += 1;
    const lines = Array.from({ length: 5 }, (_, index) =>
      JSON.stringify({ batch, index, pad: 'x'.repeat(200) }),
    );
    const key = { id: createHash('md5').update(`batch ${batch}`).digest(), fingerprint: Buffer.alloc(16, 1) };
    await log.append(topic, { lines, key, receivedAt: new Date() });
    process.stdout.write(`${batch}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, side));
