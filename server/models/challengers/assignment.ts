import { createHash } from 'node:crypto';
import type { ChallengeArm } from '@stroma/contracts';

export interface Assigned {
  arm: ChallengeArm;
  /** Of the key: equal keys have equal units, and no key can be read from one. */
  unit: string;
}

/** The same key has the same arm as long as the challenge goes; of many keys `share` have the challenger. */
export function assign(salt: string, key: string, share: number): Assigned {
  const hash = createHash('sha256').update(`${salt}\0${key}`).digest();
  const at = hash.readUIntBE(0, 6) / 2 ** 48;
  return { arm: at < share ? 'challenger' : 'champion', unit: hash.subarray(6, 22).toString('hex') };
}
