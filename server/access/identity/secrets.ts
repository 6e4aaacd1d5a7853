import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Platform } from '../../platform/platform.ts';

/** 256 random bits, for tokens that are looked up by their hash. */
export const makeToken = (prefix = ''): string => prefix + randomBytes(32).toString('base64url');

/** Of what has enough entropy of its own: tokens and recovery codes, never passwords. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export const makeDigits = (): string => String(randomInt(1_000_000)).padStart(6, '0');

/** Letters and digits that are not mistaken for each other; 32 of them, so a byte's last five bits choose one. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789x';

/** 16 letters: about 79 bits. */
export const makeRecoveryCode = (): string =>
  Array.from(randomBytes(16), (byte) => letters[byte & 31])
    .join('')
    .replace(/.{4}(?=.)/g, '$&-');

/** As a person may type it. */
export const readRecoveryCode = (typed: string): string => typed.toLowerCase().replace(/[^a-z0-9]/g, '');

export interface Sealing {
  seal(plain: string, purpose: SealedPurpose, id: string): Promise<string>;
  open(sealed: string, purpose: SealedPurpose, id: string): Promise<string>;
}

type SealedPurpose = 'second-factor' | 'access-token-key';

/** Secrets at rest, each under the id of its row. */
export const sealingOf = ({ keys }: Platform): Sealing => ({
  seal: (plain, purpose, id) => keys.encryptText(plain, purpose, id),
  open: (sealed, purpose, id) => keys.decryptText(sealed, purpose, id),
});
