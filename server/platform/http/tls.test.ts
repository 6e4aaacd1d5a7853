import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server, TLSSocket } from 'node:tls';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../db/test-database.suite.ts';
import { openTestHttp } from './test-http.suite.ts';
import { openTls } from './tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Pair {
  cert: string;
  key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate for localhost, signed by itself. */
async function makePair(name: string): Promise<Pair> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned(
    { name: `CN=${name}`, keys, signingAlgorithm: algorithm, notAfter: new Date(Date.now() + 86_400_000) },
    webcrypto as never,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: made.toString('pem'), key };
}

const paths = { STROMA_TLS_CERT: join(folder, 'cert.pem'), STROMA_TLS_KEY: join(folder, 'key.pem') };
const ca = join(folder, 'ca.pem');
let first: Pair;
let second: Pair;
let client: Pair;
let app: FastifyInstance | null = null;

beforeAll(async () => {
  [first, second, client] = await Promise.all([makePair('first'), makePair('second'), makePair('client')]);
});
afterEach(async () => {
  await app?.close();
  app = null;
});

function install({ cert, key }: Pair): void {
  writeFileSync(paths.STROMA_TLS_CERT, cert);
  writeFileSync(paths.STROMA_TLS_KEY, key);
}

async function listen(settings: object): Promise<FastifyInstance> {
  app = await openTestHttp(undefined, settings);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}

interface Seen {
  status: number | undefined;
  hsts: string | undefined;
  protocol: string | null;
  subject: string;
}

function ask(server: FastifyInstance, options: RequestOptions = {}): Promise<Seen> {
  const { port } = server.server.address() as AddressInfo;
  return new Promise((done, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/nowhere', rejectUnauthorized: false, agent: false, ...options },
      (response) => {
        const socket = response.socket as TLSSocket;
        response.resume();
        done({
          status: response.statusCode,
          hsts: response.headers['strict-transport-security'],
          protocol: socket.getProtocol(),
          subject: socket.getPeerCertificate().subject.CN as string,
        });
      },
    );
    sent.once('error', reject).end();
  });
}

describe('TLS', () => {
  it('is spoken as 1.3 with the certificate, and tells browsers to stay with it', async () => {
    install(first);
    const server = await listen(paths);
    expect(await ask(server)).toEqual({
      status: 404,
      hsts: 'max-age=31536000',
      protocol: 'TLSv1.3',
      subject: 'first',
    });
    await expect(ask(server, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('takes a new certificate up without a restart, and keeps the old one where the new one is wrong', async () => {
    install(first);
    const server = await listen(paths);
    const tls = await openTls(paths, silent);
    const context = server.server as unknown as Server;
    install(second);
    expect(await tls?.reload(context)).toBe(true);
    expect((await ask(server)).subject).toBe('second');
    expect(await tls?.reload(context)).toBe(false);
    writeFileSync(paths.STROMA_TLS_KEY, `${first.key}\n`);
    expect(await tls?.reload(context)).toBe(false);
    expect((await ask(server)).subject).toBe('second');
  });

  it('answers only clients with a certificate of the authority that is set', async () => {
    install(first);
    writeFileSync(ca, client.cert);
    const server = await listen({ ...paths, STROMA_TLS_CLIENT_CA: ca });
    expect((await ask(server, client)).status).toBe(404);
    await expect(ask(server)).rejects.toThrow();
    await expect(ask(server, second)).rejects.toThrow();
  });

  it('does not start with half a pair, a wrong pair or a file that is missing', async () => {
    install({ cert: first.cert, key: second.key });
    const wrong = [
      { STROMA_TLS_CERT: paths.STROMA_TLS_CERT },
      { STROMA_TLS_KEY: paths.STROMA_TLS_KEY },
      { STROMA_TLS_CLIENT_CA: ca },
      paths,
      { ...paths, STROMA_TLS_CERT: join(folder, 'none.pem') },
    ];
    for (const settings of wrong)
      await expect(openTestHttp(undefined, settings)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
