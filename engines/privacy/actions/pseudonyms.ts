import { createHmac } from 'node:crypto';

/** Hexadecimal digits of a pseudonym: of a million values two share one with a chance of 3 in 100 million. */
const digits = 16;

/**
 * The same value has the same pseudonym under the same key; without the key neither can be found from the other.
 * HMAC-SHA-256 (RFC 2104, FIPS 198-1), its first 64 bits in hexadecimal. `key`: 32 bytes.
 */
export function pseudonym(key: Uint8Array, value: string): string {
  return createHmac('sha256', key).update('value\0').update(value).digest('hex').slice(0, digits);
}

/**
 * Days by which all dates of one person are moved: from 1 to `mostDays` in either direction, never 0, each as likely
 * to within 2^-32. The same for a person under the same key, so that the time between two dates of theirs is kept.
 */
export function dateOffset(key: Uint8Array, person: string, mostDays: number): number {
  const number = createHmac('sha256', key).update('shift\0').update(person).digest().readUIntBE(0, 6);
  const place = number % (2 * mostDays);
  return place < mostDays ? place + 1 : mostDays - 1 - place;
}
