import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoints, nameOf } from '../endpoints.suite.ts';
import { Caller, startServer } from '../world.suite.ts';
import { answerOf, errorOf, type Stage } from './stage.suite.ts';

export function describeConsumption(stage: Stage): void {
  describe('API4:2023 unrestricted resource consumption', () => {
    it('no list answers more than 200', async () => {
      const admin = await stage.world.as('super_admin');
      const paged = endpoints.filter(({ method, query }) => {
        if (method !== 'GET' || query === undefined) return false;
        const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as {
          properties?: object;
        };
        return 'cursor' in properties;
      });
      expect(paged.length).toBeGreaterThan(5);
      for (const endpoint of paged) {
        const told = await admin.send(endpoint, { params: { id: stage.ours }, query: { limit: 201 } });
        expect([nameOf(endpoint), told.status]).toEqual([nameOf(endpoint), 400]);
      }
    });

    it('a body, a depth, a query and its rows have their limits', async () => {
      const admin = await stage.world.as('admin');
      const large = await admin.call('POST', '/query/sql', {
        sql: 'x'.repeat(1_200_000),
        dataset_ids: [stage.ours],
      });
      expect(errorOf(large)).toBe('PAYLOAD_TOO_LARGE');
      const deep = await admin.ask('POST', '/query/sql', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {
        'content-type': 'application/json',
      });
      expect(errorOf(deep)).toBe('INVALID_INPUT');
      const endless = await admin.call('POST', '/query/sql', {
        sql: 'select count(*) from range(100000000) a, range(100000000) b',
        dataset_ids: [stage.ours],
      });
      expect(['QUERY_TIMEOUT', 'QUERY_OUT_OF_MEMORY', 'SQL_NOT_ALLOWED']).toContain(errorOf(endless));
      const many = answerOf(
        await admin.call('POST', '/query/sql', {
          sql: 'select * from range(100000) r',
          dataset_ids: [stage.ours],
        }),
      );
      expect(many.rows?.length ?? 0).toBeLessThanOrEqual(10_000);
    });

    it('whoever asks too often is told when to come back', { timeout: 60_000 }, async () => {
      const limited = await startServer({ STROMA_RATE_LIMIT_PER_MINUTE: '30' });
      try {
        const nobody = new Caller(limited.url, null);
        let told = await nobody.call('GET', '/auth/options');
        for (let count = 0; count < 40 && told.status === 200; count += 1)
          told = await nobody.call('GET', '/auth/options');
        expect([told.status, errorOf(told)]).toEqual([429, 'RATE_LIMITED']);
        expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(told.headers.has('ratelimit-limit')).toBe(true);
      } finally {
        await limited.close();
      }
    });
  });
}
