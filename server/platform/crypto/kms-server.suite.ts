import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface KmsServer {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  broken: boolean;
  calls: string[];
  stop(): Promise<void>;
}

interface KmsInput {
  KeyId: string;
  Plaintext: string;
  CiphertextBlob: string;
  EncryptionContext: object;
  SourceEncryptionContext: object;
  DestinationKeyId: string;
  DestinationEncryptionContext: object;
}

const arn = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;

/** AWS KMS as its JSON 1.1 protocol gives it, with two symmetric keys "one" and "two"; signatures are checked. */
export async function startKms(): Promise<KmsServer> {
  const keys = new Map(['one', 'two'].map((id) => [arn(id), [randomBytes(32)]]));
  const state: KmsServer = {
    endpoint: '',
    accessKey: 'AKIDEXAMPLE',
    secretKey: randomBytes(20).toString('hex'),
    broken: false,
    calls: [],
    stop: async () => {},
  };
  const find = (id: string) => {
    const name = id.startsWith('arn:') ? id : arn(id);
    const materials = keys.get(name);
    if (materials === undefined) throw new Problem('NotFoundException', 400);
    return { name, materials };
  };

  function encrypt(keyId: string, plain: Buffer, context: object): string {
    const { name, materials } = find(keyId);
    const head = Buffer.from(JSON.stringify({ name, material: materials.length - 1 }));
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', materials.at(-1) as Buffer, iv);
    cipher.setAAD(Buffer.from(JSON.stringify(context)));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return Buffer.concat([Buffer.from([head.length]), head, iv, sealed]).toString('base64');
  }

  function decrypt(blob: string, context: object): { name: string; plain: Buffer } {
    const bytes = Buffer.from(blob, 'base64');
    const start = 1 + (bytes[0] ?? 0);
    try {
      const { name, material } = JSON.parse(bytes.subarray(1, start).toString());
      const decipher = createDecipheriv(
        'aes-256-gcm',
        find(name).materials[material] as Buffer,
        bytes.subarray(start, start + 12),
      );
      decipher.setAAD(Buffer.from(JSON.stringify(context)));
      decipher.setAuthTag(bytes.subarray(-16));
      const plain = Buffer.concat([decipher.update(bytes.subarray(start + 12, -16)), decipher.final()]);
      return { name, plain };
    } catch {
      throw new Problem('InvalidCiphertextException', 400);
    }
  }

  const operations: Record<string, (input: KmsInput) => object> = {
    DescribeKey({ KeyId }) {
      const { name, materials } = find(KeyId);
      const material = createHash('sha256')
        .update(materials.at(-1) as Buffer)
        .digest('hex');
      return {
        KeyMetadata: { KeyId: name.split('/')[1], Arn: name, Enabled: true, CurrentKeyMaterialId: material },
      };
    },
    Encrypt: ({ KeyId, Plaintext, EncryptionContext }) => ({
      KeyId: find(KeyId).name,
      CiphertextBlob: encrypt(KeyId, Buffer.from(Plaintext, 'base64'), EncryptionContext),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }),
    Decrypt({ CiphertextBlob, EncryptionContext }) {
      const { name, plain } = decrypt(CiphertextBlob, EncryptionContext);
      return { KeyId: name, Plaintext: plain.toString('base64') };
    },
    ReEncrypt({ CiphertextBlob, SourceEncryptionContext, DestinationKeyId, DestinationEncryptionContext }) {
      const { plain } = decrypt(CiphertextBlob, SourceEncryptionContext);
      const { name } = find(DestinationKeyId);
      return { KeyId: name, CiphertextBlob: encrypt(name, plain, DestinationEncryptionContext) };
    },
    RotateKeyOnDemand({ KeyId }) {
      const { name, materials } = find(KeyId);
      materials.push(randomBytes(32));
      return { KeyId: name };
    },
  };

  function answer(headers: IncomingHttpHeaders, body: string): [number, object] {
    const operation = String(headers['x-amz-target']).replace('TrentService.', '');
    state.calls.push(operation);
    if (state.broken) return [500, { __type: 'KMSInternalException' }];
    if (!isSigned(headers, body, state)) return [400, { __type: 'UnrecognizedClientException' }];
    try {
      const work = operations[operation];
      return work === undefined
        ? [400, { __type: 'UnknownOperationException' }]
        : [200, work(JSON.parse(body))];
    } catch (error) {
      if (error instanceof Problem) return [error.status, { __type: error.message }];
      throw error;
    }
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const [status, content] = answer(request.headers, body);
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(content));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  state.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return state;
}

class Problem extends Error {
  readonly status: number;
  constructor(name: string, status: number) {
    super(name);
    this.status = status;
  }
}

/** AWS Signature Version 4 of a POST to "/". */
function isSigned(headers: IncomingHttpHeaders, body: string, { accessKey, secretKey }: KmsServer): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, id, day, region, signed, signature] = pattern.exec(headers.authorization ?? '') ?? [];
  if (id !== accessKey || day === undefined || region === undefined || signed === undefined) return false;
  const hash = (content: string) => createHash('sha256').update(content).digest('hex');
  const mac = (key: string | Buffer, content: string) => createHmac('sha256', key).update(content).digest();
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', lines.join(''), signed, hash(body)].join('\n');
  const scope = `${day}/${region}/kms/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [day, region, 'kms', 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${secretKey}`);
  return mac(key, toSign).toString('hex') === signature;
}
