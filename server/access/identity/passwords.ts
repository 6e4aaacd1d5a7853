import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, 2 passes, 1 lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Argon2id in the PHC string format. https://github.com/P-H-C/phc-string-format */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { ...cost, message: password.normalize('NFKC'), nonce });
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(nonce)}$${encode(tag)}`;
}

/** Reads the cost from the hash, so hashes made at another cost still verify. False for a hash it cannot read. */
export async function verifyPassword(input: { hash: string; password: string }): Promise<boolean> {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(input.hash);
  if (!found) return false;
  const [, memory, passes, parallelism, nonce, tag] = found as unknown as string[];
  const expected = Buffer.from(tag ?? '', 'base64');
  const given = await derive('argon2id', {
    message: input.password.normalize('NFKC'),
    nonce: Buffer.from(nonce ?? '', 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(expected, given);
}

/** 20 characters without those that are mistaken for each other: about 98 bits. */
export function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const letters = Array.from({ length: 20 }, () => alphabet[pick(alphabet.length)]);
  return letters.join('').replace(/.{5}(?=.)/g, '$&-');
}

function pick(bound: number): number {
  for (;;) {
    const [byte] = randomBytes(1);
    if (byte !== undefined && byte < 256 - (256 % bound)) return byte % bound;
  }
}
