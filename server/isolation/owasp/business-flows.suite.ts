import { describe, expect, it } from 'vitest';
import { Caller, password, startServer } from '../world.suite.ts';
import type { Stage } from './stage.suite.ts';

export function describeBusinessFlows(stage: Stage): void {
  describe('API6:2023 unrestricted access to sensitive business flows', () => {
    it('guessing a password is slowed and then stopped', { timeout: 60_000 }, async () => {
      const strict = await startServer({ STROMA_LOGIN_LIMIT_PER_MINUTE: '5', STROMA_LOCKOUT_FAILURES: '5' });
      try {
        const nobody = new Caller(strict.url, null);
        const guess = () =>
          nobody.call('POST', '/auth/login', { email: 'admin@stroma.local', password: 'wrong' });
        const statuses: number[] = [];
        for (let count = 0; count < 8; count += 1) statuses.push((await guess()).status);
        expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 401]);
        expect(statuses.at(-1)).toBe(429);
        const right = await nobody.call('POST', '/auth/login', { email: 'admin@stroma.local', password });
        expect(right.status).toBe(429);
      } finally {
        await strict.close();
      }
    });

    it('nobody signs up where nobody was asked to, and a reset tells nothing', async () => {
      const nobody = await stage.world.as('nobody');
      const joining = await nobody.call('POST', '/auth/sign-up', {
        email: 'new@example.org',
        name: 'New',
        password: 'a sound pass phrase of mine',
      });
      expect(joining.status).toBe(403);
      const resets = await Promise.all(
        ['admin@stroma.local', 'unknown@example.org'].map((email) =>
          nobody.call('POST', '/auth/forgot-password', { email }),
        ),
      );
      expect(resets[0]?.status).toBe(resets[1]?.status);
      expect(resets[0]?.text).toBe(resets[1]?.text);
    });
  });
}
