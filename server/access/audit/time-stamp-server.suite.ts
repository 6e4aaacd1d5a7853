import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TimeStampServer {
  url: string;
  /** PEM file of the root its certificate leads to. */
  root: string;
  /** What it does with the next requests. */
  behave(how: 'well' | 'refuses' | 'stamps-another-hash' | 'answers-nonsense' | 'fails'): void;
  close(): Promise<void>;
}

/** Null where the program is not installed. */
export function opensslVersion(): string | null {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

/** A time-stamp authority (RFC 3161 over HTTP) on loopback: OpenSSL makes its certificates and its answers. */
export async function startTimeStampServer(key: 'rsa' | 'ec' = 'rsa'): Promise<TimeStampServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-tsa-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey =
    key === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  writeFileSync(
    at('openssl.cnf'),
    `[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
[stamping]
basicConstraints = CA:FALSE
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = stamper
[stamper]
serial = ${at('serial')}
crypto_device = builtin
signer_cert = ${at('tsa.pem')}
certs = ${at('root.pem')}
signer_key = ${at('tsa.key')}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
`,
  );
  writeFileSync(at('serial'), '1000\n');
  const subject = (name: string) => ['-subj', `/O=Loopback/CN=${name}`, '-nodes', '-days', '30'];
  const config = ['-config', 'openssl.cnf'];
  openssl(
    'req',
    '-x509',
    ...config,
    ...newKey,
    ...subject('Root'),
    '-extensions',
    'root',
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
  );
  openssl(
    'req',
    '-new',
    ...config,
    ...newKey,
    ...subject('Stamper').slice(0, 3),
    '-keyout',
    'tsa.key',
    '-out',
    'tsa.csr',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    'openssl.cnf',
    '-extensions',
    'stamping',
    '-out',
    'tsa.pem',
  );
  let behaviour: Parameters<TimeStampServer['behave']>[0] = 'well';
  const answer = (query: Buffer): Buffer => {
    writeFileSync(at('query.tsq'), query);
    if (behaviour === 'stamps-another-hash')
      openssl('ts', '-query', '-digest', 'ab'.repeat(32), '-sha256', '-cert', '-out', 'query.tsq');
    if (behaviour === 'refuses')
      openssl('ts', '-query', '-digest', 'ab'.repeat(20), '-sha1', '-cert', '-out', 'query.tsq');
    openssl('ts', '-reply', ...config, '-section', 'stamper', '-queryfile', 'query.tsq', '-out', 'reply.tsr');
    return readFileSync(at('reply.tsr'));
  };
  const server = createServer((request, reply) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (behaviour === 'fails') return void reply.writeHead(500).end();
      const right = request.headers['content-type'] === 'application/timestamp-query';
      reply.setHeader('content-type', 'application/timestamp-reply');
      reply.end(behaviour === 'answers-nonsense' || !right ? 'nonsense' : answer(Buffer.concat(parts)));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    root: at('root.pem'),
    behave: (how) => {
      behaviour = how;
    },
    close: async () => {
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
