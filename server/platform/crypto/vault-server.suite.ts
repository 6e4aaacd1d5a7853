import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface VaultServer {
  address: string;
  token: string;
  /** Answers every call with this status until it is null again. */
  broken: number | null;
  calls: string[];
  stop(): Promise<void>;
}

/** Vault's transit engine as its API documentation gives it: one aes256-gcm96 key "stroma" at the mount "transit". */
export async function startVault(): Promise<VaultServer> {
  const versions = [randomBytes(32)];
  const token = `hvs.${randomBytes(12).toString('hex')}`;
  const state: VaultServer = { address: '', token, broken: null, calls: [], stop: async () => {} };

  const encrypt = (plaintext: string): string => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', versions.at(-1) as Buffer, iv);
    const sealed = Buffer.concat([
      iv,
      cipher.update(plaintext, 'base64'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `vault:v${versions.length}:${sealed.toString('base64')}`;
  };
  const decrypt = (ciphertext: string): string => {
    const [, number, text] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
    const key = versions[Number(number) - 1];
    if (key === undefined || text === undefined) throw new Error('invalid ciphertext: no prefix');
    const sealed = Buffer.from(text, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('base64');
    } catch {
      throw new Error('cipher: message authentication failed');
    }
  };

  async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    state.calls.push(`${request.method} ${request.url}`);
    if (state.broken !== null) return [state.broken, { errors: ['Vault is sealed'] }];
    if (request.headers['x-vault-token'] !== token) return [403, { errors: ['permission denied'] }];
    const body = request.method === 'POST' ? ((await json(request)) as Record<string, never>) : {};
    const call = `${request.method} ${request.url}`;
    if (call === 'GET /v1/transit/keys/stroma')
      return [200, { data: { name: 'stroma', type: 'aes256-gcm96', latest_version: versions.length } }];
    if (call === 'POST /v1/transit/keys/stroma/rotate') {
      versions.push(randomBytes(32));
      return [204, null];
    }
    const {
      plaintext,
      ciphertext,
      batch_input: batch,
    } = body as {
      plaintext?: string;
      ciphertext?: string;
      batch_input?: { ciphertext: string }[];
    };
    try {
      if (call === 'POST /v1/transit/encrypt/stroma' && plaintext !== undefined)
        return [200, { data: { ciphertext: encrypt(plaintext), key_version: versions.length } }];
      if (call === 'POST /v1/transit/decrypt/stroma' && ciphertext !== undefined)
        return [200, { data: { plaintext: decrypt(ciphertext) } }];
      if (call === 'POST /v1/transit/rewrap/stroma' && batch !== undefined)
        return [
          200,
          {
            data: { batch_results: batch.map((each) => ({ ciphertext: encrypt(decrypt(each.ciphertext)) })) },
          },
        ];
    } catch (error) {
      return [400, { errors: [(error as Error).message] }];
    }
    return [404, { errors: [] }];
  }

  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === null ? undefined : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  state.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return state;
}
