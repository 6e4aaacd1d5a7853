import { describe, expect, it } from 'vitest';
import { hashPassword, makePassword, verifyPassword } from './passwords.ts';

describe('passwords', () => {
  it('verifies the password it hashed and no other', async () => {
    const hash = await hashPassword('correct horse battery staple');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword({ hash, password: 'correct horse battery staple' })).toBe(true);
    expect(await verifyPassword({ hash, password: 'correct horse battery stapl' })).toBe(false);
  });

  it('takes two spellings of the same letters as one', async () => {
    const hash = await hashPassword('cafe\u0301 au lait bitte');
    expect(await verifyPassword({ hash, password: 'caf\u00e9 au lait bitte' })).toBe(true);
  });

  it('salts: the same password never gives the same hash', async () => {
    expect(await hashPassword('the same password')).not.toBe(await hashPassword('the same password'));
  });

  it('verifies the reference hash of the argon2 command (2 passes, 64 MiB, 1 lane)', async () => {
    // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e; phc-winner-argon2 test vectors.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword({ hash, password: 'password' })).toBe(true);
  });

  it('refuses what is no hash', async () => {
    expect(await verifyPassword({ hash: 'plain text', password: 'plain text' })).toBe(false);
  });

  it('makes one-time passwords long enough to be accepted, each different', () => {
    const made = new Set(Array.from({ length: 200 }, makePassword));
    expect(made.size).toBe(200);
    for (const password of made) expect(password).toMatch(/^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){3}$/);
  });
});
