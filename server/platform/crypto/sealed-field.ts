import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fail } from '../failure.ts';

const format = 1;
const ivBytes = 12;
const tagBytes = 16;
const idBytes = 16;
const headerBytes = 1 + idBytes + ivBytes;

/** `version, data key id, nonce, ciphertext, tag`; purpose and context are authenticated with it (NIST SP 800-38D). */
export function sealField(
  key: Uint8Array,
  keyId: string,
  plain: Uint8Array,
  purpose: string,
  context: string,
): Uint8Array {
  const header = Buffer.alloc(headerBytes);
  header[0] = format;
  header.write(keyId.replaceAll('-', ''), 1, idBytes, 'hex');
  randomBytes(ivBytes).copy(header, 1 + idBytes);
  const cipher = createCipheriv('aes-256-gcm', key, header.subarray(1 + idBytes));
  cipher.setAAD(boundTo(header, purpose, context));
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Id of the data key that sealed it. Throws SEAL_BROKEN. */
export function fieldKeyId(sealed: Uint8Array): string {
  if (sealed[0] !== format || sealed.byteLength < headerBytes + tagBytes) return broken();
  return uuidOf(sealed.subarray(1, 1 + idBytes));
}

export function openField(key: Uint8Array, sealed: Uint8Array, purpose: string, context: string): Uint8Array {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const header = bytes.subarray(0, headerBytes);
  const end = bytes.byteLength - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(1 + idBytes));
  decipher.setAAD(boundTo(header, purpose, context));
  decipher.setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headerBytes, end)), decipher.final()]);
  } catch (error) {
    return broken(error);
  }
}

/** Each part with its length before it, so that no two pairs read alike. */
function boundTo(header: Buffer, purpose: string, context: string): Buffer {
  const parts = [purpose, context].flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  });
  return Buffer.concat([Buffer.from('stroma field'), header, ...parts]);
}

export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function broken(cause?: unknown): never {
  return fail(
    'SEAL_BROKEN',
    'Expected what was sealed for this purpose and place; what is there was altered, cut short, or sealed for another. Restore it from a backup.',
    {},
    cause,
  );
}
