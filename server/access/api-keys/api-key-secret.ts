import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Without those that are mistaken for each other. */
const readable = 'abcdefghjkmnpqrstuvwxyz23456789';

const form = /^([a-z]+_[a-z0-9]{8})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export interface MadeSecret {
  /** Shown once. */
  secret: string;
  /** Its readable beginning, kept and shown in lists. */
  prefix: string;
  hash: string;
}

/**
 * `sk_` and eight readable characters name the secret, 43 letters (256 random bits) are it, and six more are the
 * CRC-32 of what stands before them: a scanner finds one in a file, and a mistyped one is refused without a look-up.
 * With that much chance in it, a plain SHA-256 cannot be searched back.
 */
export function makeSecret(kind: 'sk' | 'scim'): MadeSecret {
  const prefix = `${kind}_${pick(readable, 8)}`;
  const body = `${prefix}_${pick(letters, 43)}`;
  const secret = body + checksum(body);
  return { secret, prefix, hash: hashOf(secret) };
}

/** The hash to look for; null for what cannot be a secret of this kind. */
export function readSecret(kind: 'sk' | 'scim', text: string): string | null {
  const parts = form.exec(text);
  if (parts === null || !text.startsWith(`${kind}_`)) return null;
  return checksum(text.slice(0, -6)) === parts[3] ? hashOf(text) : null;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const pick = (alphabet: string, count: number): string =>
  Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let at = 0; at < 6; at += 1) {
    digits = letters[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
