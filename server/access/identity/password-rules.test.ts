import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../platform/config/config.ts';
import { isListed, passwordRules } from './password-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-passwords-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const check = (password: string, settings: Record<string, string> = {}, own: string[] = []) =>
  passwordRules(configSchema.parse(settings)).check(password, own, 'new_password');
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

describe('a new password', () => {
  it.each([
    ['too short', 'x7#kQ2!mZ'],
    ['the most common one, made longer', 'Password12345'],
    ['a row of keys', 'qwertyuiop123'],
    ['what everybody loves', 'iloveyou1234'],
    ['one letter', 'aaaaaaaaaaaaaaaa'],
    ['digits in a row', '123456789012345'],
    ['a common one with letters turned to signs', 'p@ssw0rd!2024'],
  ])('is refused when it is %s', async (_what, password) => {
    await expect(check(password)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'new_password', reason: expect.any(String) },
    });
  });

  it('may not be made of the person’s own name or address', async () => {
    const own = ['marguerite.oosterhout@lab.example', 'Marguerite Oosterhout'];
    await expect(check('marguerite.oosterhout', {}, own)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(check('marguerite.oosterhout')).resolves.toBeUndefined();
  });

  it.each([
    'correct horse battery staple',
    'twelve horses on a hill',
    'tiefe Wälder im Nebel',
    'хорошая длинная фраза',
  ])('is taken when it is a few words: %s', async (password) => {
    await expect(check(password)).resolves.toBeUndefined();
  });

  it('is judged by the settings', async () => {
    const phrase = 'twelve horses on a hill';
    await expect(check(phrase, { STROMA_PASSWORD_MIN_LENGTH: '30' })).rejects.toThrow(/at least 30/);
    const weak = { STROMA_PASSWORD_MIN_STRENGTH: '0', STROMA_PASSWORD_MIN_LENGTH: '8' };
    await expect(check('password', weak)).resolves.toBeUndefined();
  });
});

describe('the file of leaked passwords', () => {
  const path = join(folder, 'leaked.txt');

  it('finds exactly what is in it, whatever its size and with counts or without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 60 }),
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (listed, other, counted) => {
          const lines = listed
            .map((each, index) => `${sha1(each)}${counted ? `:${index * 7919}` : ''}`)
            .sort();
          writeFileSync(path, lines.length === 0 ? '' : `${lines.join('\n')}\n`);
          for (const each of listed) expect(await isListed(path, each)).toBe(true);
          expect(await isListed(path, other)).toBe(listed.includes(other));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a strong password that is known', async () => {
    writeFileSync(path, `${sha1('twelve horses on a hill')}:3\n`);
    const settings = { STROMA_PASSWORD_BREACH_FILE: path };
    await expect(check('twelve horses on a hill', settings)).rejects.toThrow(/leak/);
    await expect(check('thirteen horses on a hill', settings)).resolves.toBeUndefined();
  });

  it('is missed loudly', async () => {
    const settings = { STROMA_PASSWORD_BREACH_FILE: join(folder, 'nowhere.txt') };
    await expect(check('twelve horses on a hill', settings)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
