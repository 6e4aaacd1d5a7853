import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';
import type { Config } from '../../platform/config/config.ts';
import { fail } from '../../platform/failure.ts';

export interface PasswordRules {
  readonly minLength: number;
  /** `own` are words an attacker would try first for this person. Throws INVALID_INPUT with the reason. */
  check(password: string, own: readonly string[], field: string): Promise<void>;
}

/** Guessing is estimated on the first characters: the rest only adds to it. */
const looksAt = 72;

/**
 * NIST SP 800-63B section 5.1.1.2: a fewest length, nothing that is commonly used, expected or known to be leaked,
 * and no rules on kinds of characters. How easily a password is guessed is estimated offline by zxcvbn, with its
 * lists of common passwords, names and words (all MIT).
 */
export function passwordRules(config: Config): PasswordRules {
  const minLength = config.STROMA_PASSWORD_MIN_LENGTH;
  const minStrength = config.STROMA_PASSWORD_MIN_STRENGTH;
  const breachFile = config.STROMA_PASSWORD_BREACH_FILE;
  let estimator: ZxcvbnFactory | null = null;
  return {
    minLength,
    async check(password, own, field) {
      const refuse = (reason: string) =>
        fail('INVALID_INPUT', `The new password is refused: ${reason}`, { field, reason });
      const length = [...password.normalize('NFKC')].length;
      if (length < minLength) refuse(`expected at least ${minLength} characters, given ${length}.`);
      if (minStrength > 0 && isMadeOf(password, own))
        refuse('it is made of your name or address, which is what is tried first.');
      estimator ??= new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs });
      const words = ['stroma', ...own.flatMap((each) => [each, ...each.split(/[^\p{L}\p{N}]+/u)])];
      const { score } = estimator.check(
        password.slice(0, looksAt),
        words.filter((word) => word.length > 2),
      );
      if (score < minStrength)
        refuse(
          'it is common or easily guessed. Four or more unrelated words are both strong and easy to keep in mind.',
        );
      if (breachFile !== undefined && (await isListed(breachFile, password)))
        refuse('it is known from a leak of passwords. Choose one that is used nowhere else.');
    },
  };
}

const fewestOfOnesOwn = 8;

/** Little is left of it once the words everybody knows of the person are taken out. */
function isMadeOf(password: string, own: readonly string[]): boolean {
  const plain = (text: string) => text.normalize('NFKC').toLowerCase();
  const words = own
    .flatMap((each) => [plain(each), ...plain(each).split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word.length > 3)
    .sort((a, b) => b.length - a.length);
  const left = words.reduce((text, word) => text.replaceAll(word, ''), plain(password));
  return left !== plain(password) && [...left.replace(/[^\p{L}\p{N}]/gu, '')].length < fewestOfOnesOwn;
}

/** Binary search for a SHA-1 in a sorted file of lines `HASH` or `HASH:count`: a few dozen reads whatever its size. */
export async function isListed(path: string, password: string): Promise<boolean> {
  const wanted = createHash('sha1').update(password).digest('hex').toUpperCase();
  const file = await open(path, 'r').catch((error: unknown) =>
    fail(
      'CONFIG_INVALID',
      'The file of leaked passwords cannot be read. Check STROMA_PASSWORD_BREACH_FILE.',
      {},
      error,
    ),
  );
  try {
    const buffer = Buffer.alloc(256);
    let low = 0;
    let high = (await file.stat()).size;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const from = Math.max(0, middle - 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      const text = buffer.toString('latin1', 0, bytesRead);
      const start = from === 0 && middle === 0 ? 0 : text.indexOf('\n') + 1;
      const line = start === 0 && middle !== 0 ? '' : text.slice(start, start + 40).toUpperCase();
      if (line === wanted) return true;
      if (line.length < 40 || line > wanted) high = middle;
      else low = from + start + 40;
    }
    return false;
  } finally {
    await file.close();
  }
}
