import { hash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestTimeStamp, verifyTimeStamp } from './time-stamp.ts';
import { opensslVersion, startTimeStampServer, type TimeStampServer } from './time-stamp-server.suite.ts';

const sha256 = hash('sha256', 'a checkpoint');

describe.skipIf(opensslVersion() === null).each(['rsa', 'ec'] as const)(
  'time-stamps of an authority with an %s key (skipped without OpenSSL)',
  (key) => {
    let server: TimeStampServer;
    let trusted: X509Certificate[];
    beforeAll(async () => {
      server = await startTimeStampServer(key);
      trusted = [new X509Certificate(readFileSync(server.root))];
    });
    afterAll(() => server.close());

    it('say when the hash was seen, and verify again later', async () => {
      const before = Date.now();
      const { token, time } = await requestTimeStamp({ url: server.url, trusted }, sha256);
      expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000);
      expect(verifyTimeStamp(token, sha256, trusted)).toEqual(time);
    });

    it('verify over no other hash, under no other authority, and not when a byte is changed', async () => {
      const { token } = await requestTimeStamp({ url: server.url, trusted }, sha256);
      const refused = (reason: RegExp, work: () => unknown) => expect(work).toThrow(reason);
      refused(/another hash/, () => verifyTimeStamp(token, hash('sha256', 'another'), trusted));
      refused(/none that is trusted/, () => verifyTimeStamp(token, sha256, []));
      const other = await startTimeStampServer(key);
      const others = [new X509Certificate(readFileSync(other.root))];
      await other.close();
      refused(/none that is trusted/, () => verifyTimeStamp(token, sha256, others));
      const bytes = Buffer.from(token, 'base64');
      const signatureEnd = bytes.length - 5;
      bytes[signatureEnd] = (bytes[signatureEnd] ?? 0) ^ 1;
      expect(() => verifyTimeStamp(bytes.toString('base64'), sha256, trusted)).toThrow();
    });

    it.each(['refuses', 'stamps-another-hash', 'answers-nonsense', 'fails'] as const)(
      'are not taken from an authority that %s',
      async (how) => {
        server.behave(how);
        await expect(requestTimeStamp({ url: server.url, trusted }, sha256)).rejects.toMatchObject({
          code: 'TIME_STAMP_UNAVAILABLE',
        });
        server.behave('well');
      },
    );

    it('are not taken from an address where nobody listens', async () => {
      await expect(requestTimeStamp({ url: 'http://127.0.0.1:9/', trusted }, sha256)).rejects.toMatchObject({
        code: 'TIME_STAMP_UNAVAILABLE',
      });
    });
  },
);
