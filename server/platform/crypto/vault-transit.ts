import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { fail } from '../failure.ts';
import type { KeyProvider, WrappedKey } from './key-provider.ts';
import { broken } from './sealed-field.ts';

export interface VaultSettings {
  /** `https://vault.example.org:8200` */
  address: string;
  token: string | undefined;
  /** Read again for every call: an agent renews it there. */
  tokenFile: string | undefined;
  namespace: string | undefined;
  mount: string;
  key: string;
  timeoutMs?: number;
  attempts?: number;
}

const wrappedAnswer = z.object({ ciphertext: z.string() });
const encryptAnswer = z.object({ data: wrappedAnswer });
const decryptAnswer = z.object({ data: z.object({ plaintext: z.base64() }) });
const keyAnswer = z.object({ data: z.object({ latest_version: z.int() }) });
const rewrapAnswer = z.object({
  data: z.object({
    batch_results: z.array(z.object({ ciphertext: z.string().optional(), error: z.string().optional() })),
  }),
});

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, messages: string[]) {
    super(messages.join('; ').slice(0, 300));
    this.status = status;
  }
}

/**
 * HashiCorp Vault's transit engine (API: /v1/<mount>/{encrypt,decrypt,rewrap,keys}), also OpenBao's: the
 * key-encryption key never leaves it, and rewrapping happens inside it. The token needs `update` on encrypt, decrypt,
 * rewrap and keys/<key>/rotate, and `read` on keys/<key>.
 */
export function openVaultTransit(settings: VaultSettings): KeyProvider {
  const { mount, key, timeoutMs = 5_000, attempts = 3 } = settings;
  const base = `${settings.address.replace(/\/$/, '')}/v1/${mount}`;
  const path = encodeURIComponent(key);
  let present: string | null = null;

  async function token(): Promise<string> {
    if (settings.token !== undefined) return settings.token;
    if (settings.tokenFile !== undefined) return (await readFile(settings.tokenFile, 'utf8')).trim();
    return fail('CONFIG_INVALID', 'Expected STROMA_VAULT_TOKEN or STROMA_VAULT_TOKEN_FILE.');
  }

  async function once(method: 'GET' | 'POST', place: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${base}/${place}`, {
      method,
      headers: {
        'x-vault-token': await token(),
        'x-vault-request': 'true',
        ...(settings.namespace === undefined ? {} : { 'x-vault-namespace': settings.namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Refusal(answer.status, errorsOf(text));
    return text === '' ? {} : JSON.parse(text);
  }

  async function call<T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
    place: string,
    body?: object,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return schema.parse(await once(method, place, body));
      } catch (error) {
        const passing = !(error instanceof Refusal) || error.status === 429 || error.status >= 500;
        if (!passing || attempt >= attempts) return refuse(error);
        await new Promise((next) => setTimeout(next, 50 * 4 ** attempt));
      }
    }
  }

  const version = (ciphertext: string): string => {
    const [, found] = /^vault:(v\d+):/.exec(ciphertext) ?? [];
    return `${mount}/${key}:${found ?? fail('KEYS_UNAVAILABLE', 'Vault answered with no ciphertext of its own.')}`;
  };
  const wrappedOf = (ciphertext: string): WrappedKey => ({
    keyId: version(ciphertext),
    wrapped: Buffer.from(ciphertext),
  });
  const textOf = ({ wrapped }: WrappedKey) => Buffer.from(wrapped).toString();

  return {
    kind: 'vault',

    async currentKeyId() {
      if (present === null) {
        const { data } = await call(keyAnswer, 'GET', `keys/${path}`);
        present = `${mount}/${key}:v${data.latest_version}`;
      }
      return present;
    },

    async wrap(secret) {
      const plaintext = Buffer.from(secret).toString('base64');
      const { data } = await call(encryptAnswer, 'POST', `encrypt/${path}`, { plaintext });
      return wrappedOf(data.ciphertext);
    },

    async unwrap(wrapped) {
      const { data } = await call(decryptAnswer, 'POST', `decrypt/${path}`, { ciphertext: textOf(wrapped) });
      return Buffer.from(data.plaintext, 'base64');
    },

    async rewrap(keys) {
      if (keys.length === 0) return [];
      const batch_input = keys.map((each) => ({ ciphertext: textOf(each) }));
      const { data } = await call(rewrapAnswer, 'POST', `rewrap/${path}`, { batch_input });
      if (data.batch_results.length !== keys.length)
        fail('KEYS_UNAVAILABLE', `Vault rewrapped ${data.batch_results.length} of ${keys.length} keys.`);
      return data.batch_results.map(({ ciphertext, error }) =>
        ciphertext === undefined
          ? refuse(new Refusal(400, [error ?? 'no ciphertext']))
          : wrappedOf(ciphertext),
      );
    },

    async rotate() {
      await call(z.unknown(), 'POST', `keys/${path}/rotate`, {});
      present = null;
      return await this.currentKeyId();
    },

    async refresh() {
      present = null;
    },

    close: async () => {},
  };
}

/** What Vault says goes to the log as the cause, not into the message. */
function refuse(error: unknown): never {
  if (error instanceof Refusal && error.status === 400 && /cipher|authentication failed/i.test(error.message))
    return broken(error);
  const status = error instanceof Refusal ? error.status : null;
  const advice =
    status === 403
      ? 'It refuses the token: check STROMA_VAULT_TOKEN and its policy.'
      : status === 404
        ? 'It does not know the key: check STROMA_VAULT_MOUNT and STROMA_VAULT_KEY, or make the key ("vault write -f transit/keys/stroma").'
        : 'Check that it runs and is unsealed, and STROMA_VAULT_ADDR.';
  return fail(
    'KEYS_UNAVAILABLE',
    `Vault did not do what it was asked for${status === null ? '' : ` (status ${status})`}. ${advice}`,
    status === null ? {} : { status },
    error,
  );
}

function errorsOf(text: string): string[] {
  try {
    return z.object({ errors: z.array(z.string()) }).parse(JSON.parse(text)).errors;
  } catch {
    return [];
  }
}
