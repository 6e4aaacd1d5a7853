import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startFauxqs } from 'fauxqs';

export const credentials = { accessKeyId: 'STROMATESTKEY', secretAccessKey: 'stroma-test-secret' };

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** An S3 server on loopback, behind a gate that lets only rightly signed requests through. */
export async function startS3Server(buckets: string[]) {
  const store = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  for (const bucket of buckets) store.createBucket(bucket);
  const gate = createServer(async (incoming, answer) => {
    const body = await buffer(incoming);
    if (!isSigned(incoming, body)) {
      answer.writeHead(403, { 'content-type': 'application/xml' });
      answer.end(
        '<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match.</Message></Error>',
      );
      return;
    }
    const { method, url, headers } = incoming;
    const onward = send({ host: '127.0.0.1', port: store.port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    onward.end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => gate.once('listening', ready));
  return {
    endpoint: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    async close() {
      gate.closeAllConnections();
      await new Promise((closed) => gate.close(closed));
      await store.stop();
    },
  };
}

/** AWS Signature Version 4 in the Authorization header, with the hash of the body where it is signed. */
function isSigned({ method, url = '', headers }: IncomingMessage, body: Buffer): boolean {
  const shape =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d+)\/([^/]+)\/s3\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, key, scope, day, region, signedHeaders, signature] = shape.exec(headers.authorization ?? '') ?? [];
  if (key !== credentials.accessKeyId || !scope || !day || !region || !signedHeaders) return false;
  const bodyHash = String(headers['x-amz-content-sha256']);
  if (/^[0-9a-f]{64}$/.test(bodyHash) && bodyHash !== sha256(body)) return false;
  const [path = '', query = ''] = url.split('?');
  const parameters = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort();
  const lines = signedHeaders.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, parameters.join('&'), lines.join(''), signedHeaders, bodyHash].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signingKey = [region, 's3', 'aws4_request'].reduce<Buffer>(
    (parent, part) => hmac(parent, part),
    hmac(`AWS4${credentials.secretAccessKey}`, day),
  );
  return hmac(signingKey, text).toString('hex') === signature;
}
