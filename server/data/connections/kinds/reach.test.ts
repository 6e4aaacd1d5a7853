import { webcrypto } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { openOutgoing } from '../../../platform/http/outgoing.ts';
import { startPeer } from '../source-peers.suite.ts';
import { checkedAddress } from './reach.ts';
import { reachFailure } from './source-failures.ts';

const about = { where: 'db.example.org:5432' };

describe('the address a database driver connects to', () => {
  it('is the one that was checked, whatever the name resolves to a moment later', async () => {
    const answers = ['93.184.216.34', '10.0.0.5', '127.0.0.1'];
    let asked = 0;
    const outgoing = openOutgoing({}, async () => [{ address: answers[asked++] ?? '', family: 4 }]);
    expect(await checkedAddress({ outgoing }, 'db.example.org', 5432, about)).toBe('93.184.216.34');
    expect(asked).toBe(1);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(checkedAddress({ outgoing }, 'db.example.org', 5432, about)).rejects.toMatchObject({
        code: 'OUTGOING_REFUSED',
      });
  });

  it('is refused when one of several is an inner one, and by its port', async () => {
    const both = openOutgoing({}, async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '192.168.1.9', family: 4 },
    ]);
    await expect(checkedAddress({ outgoing: both }, 'db.example.org', 5432, about)).rejects.toMatchObject({
      code: 'OUTGOING_REFUSED',
    });
    const one = openOutgoing({ STROMA_OUTGOING_PRIVATE: 'db.lan:5432' }, async () => [
      { address: '10.0.0.5', family: 4 },
    ]);
    expect(await checkedAddress({ outgoing: one }, 'db.lan', 5432, about)).toBe('10.0.0.5');
    await expect(checkedAddress({ outgoing: one }, 'db.lan', 3306, about)).rejects.toMatchObject({
      code: 'OUTGOING_REFUSED',
    });
    await expect(checkedAddress({ outgoing: one }, '::1', 5432, about)).rejects.toMatchObject({
      code: 'OUTGOING_REFUSED',
    });
  });
});

describe('an answer that comes as it arrives', () => {
  it('is given on whole, and breaks off where it is larger than it may be', async () => {
    const peer = await startPeer((_request, response) => response.end('x'.repeat(300_000)));
    const outgoing = openOutgoing({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
    const whole = await outgoing.fetch(peer.url, { streamed: true, maxBytes: 300_000 });
    expect((await whole.text()).length).toBe(300_000);
    const cut = await outgoing.fetch(peer.url, { streamed: true, maxBytes: 100_000 });
    await expect(cut.text()).rejects.toMatchObject({ code: 'OUTGOING_FAILED' });
    await peer.close();
  });
});

describe('a certificate', () => {
  it('that is signed by itself is not trusted, and the message says so', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const made = await X509CertificateGenerator.createSelfSigned(
      { name: 'CN=localhost', keys, signingAlgorithm: algorithm },
      webcrypto as never,
    );
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
    const server = createServer({ key, cert: made.toString('pem') }, (_request, response) =>
      response.end('[]'),
    ).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address() as AddressInfo;
    const outgoing = openOutgoing({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
    const failure = await outgoing.fetch(`https://127.0.0.1:${port}/`).catch((error: unknown) => error);
    expect(reachFailure(failure, about)).toMatchObject({
      code: 'SOURCE_TLS',
      message: expect.stringContaining('its certificate is signed by itself'),
    });
    server.close();
  });
});
