import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
} from '@aws-sdk/client-kms';
import { StromaError } from '@stroma/kernel';
import { fail } from '../failure.ts';
import type { KeyProvider, WrappedKey } from './key-provider.ts';
import { broken } from './sealed-field.ts';

export interface KmsSettings {
  /** Id, ARN or alias of a symmetric key. */
  key: string;
  region: string;
  /** Absent means AWS. */
  endpoint: string | undefined;
  /** Absent means the AWS default chain. */
  accessKey: string | undefined;
  secretKey: string | undefined;
  timeoutMs?: number;
  attempts?: number;
  /** Until a rotation that was ordered must be seen. */
  rotationWaitMs?: number;
}

const rewrapsAtOnce = 8;
/** Authenticated with every wrapped key: what another application wrapped under the same key does not unwrap here. */
const context = { application: 'stroma' };

/**
 * AWS KMS: the key-encryption key never leaves it, and rewrapping (ReEncrypt) happens inside it. The identity needs
 * kms:Encrypt, Decrypt, ReEncrypt*, DescribeKey and, to rotate, RotateKeyOnDemand. Changing STROMA_KMS_KEY to another
 * key is a rotation too: `rewrap` brings everything to it, while the earlier key is still allowed to decrypt.
 */
export function openAwsKms(settings: KmsSettings): KeyProvider {
  const { key, accessKey, secretKey, timeoutMs = 5_000, attempts = 3, rotationWaitMs = 60_000 } = settings;
  const client = new KMSClient({
    region: settings.region,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(accessKey !== undefined && secretKey !== undefined
      ? { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }
      : {}),
  });
  let present: string | null = null;

  /** The key and the material in it: a rotation changes the material alone. */
  async function describe(): Promise<string> {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: key }));
    return `${KeyMetadata?.Arn ?? key}#${KeyMetadata?.CurrentKeyMaterialId ?? ''}`;
  }

  const currentKeyId = async (): Promise<string> => {
    present ??= await reach(describe);
    return present;
  };

  const reencrypt = async ({ wrapped }: WrappedKey): Promise<WrappedKey> => {
    const { CiphertextBlob } = await client.send(
      new ReEncryptCommand({
        CiphertextBlob: wrapped,
        SourceEncryptionContext: context,
        DestinationKeyId: key,
        DestinationEncryptionContext: context,
      }),
    );
    return { keyId: await currentKeyId(), wrapped: given(CiphertextBlob) };
  };

  return {
    kind: 'kms',
    currentKeyId,

    async wrap(secret) {
      const keyId = await currentKeyId();
      const command = new EncryptCommand({ KeyId: key, Plaintext: secret, EncryptionContext: context });
      return { keyId, wrapped: given((await reach(() => client.send(command))).CiphertextBlob) };
    },

    async unwrap({ wrapped }) {
      // Without a key id: the ciphertext names its own, also one that was configured before.
      const command = new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: context });
      return given((await reach(() => client.send(command))).Plaintext);
    },

    async rewrap(keys) {
      const done: WrappedKey[] = [];
      for (let from = 0; from < keys.length; from += rewrapsAtOnce)
        done.push(...(await reach(() => Promise.all(keys.slice(from, from + rewrapsAtOnce).map(reencrypt)))));
      return done;
    },

    async rotate() {
      const before = await reach(describe);
      await reach(() => client.send(new RotateKeyOnDemandCommand({ KeyId: key })));
      for (
        let waitMs = 50, waited = 0;
        waited < rotationWaitMs;
        waited += waitMs, waitMs = Math.min(2_000, 2 * waitMs)
      ) {
        present = await reach(describe);
        if (present !== before) return present;
        await new Promise((next) => setTimeout(next, waitMs));
      }
      return fail(
        'KEYS_UNAVAILABLE',
        'AWS KMS took the order to rotate but does not show another key material yet. Run the rotation again later, or make a new key and set STROMA_KMS_KEY to it.',
      );
    },

    async refresh() {
      present = null;
    },

    async close() {
      client.destroy();
    },
  };
}

async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StromaError) throw error;
    const { name = 'Error' } = error as Error;
    if (name === 'InvalidCiphertextException' || name === 'IncorrectKeyException') return broken(error);
    const advice =
      name === 'AccessDeniedException' || name === 'UnrecognizedClientException'
        ? 'The identity may not use the key: check its credentials and the policy of the key.'
        : name === 'NotFoundException' || name === 'DisabledException' || name === 'KMSInvalidStateException'
          ? 'Check STROMA_KMS_KEY and STROMA_KMS_REGION, and that the key is enabled.'
          : 'Check the network, STROMA_KMS_REGION and STROMA_KMS_ENDPOINT.';
    return fail(
      'KEYS_UNAVAILABLE',
      `AWS KMS did not do what it was asked for (${name}). ${advice}`,
      { reason: name },
      error,
    );
  }
}

const given = (bytes: Uint8Array | undefined): Uint8Array =>
  bytes ?? fail('KEYS_UNAVAILABLE', 'AWS KMS answered without the bytes it was asked for.');
