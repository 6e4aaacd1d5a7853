import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { expectFitAnswer } from '../answers.suite.ts';
import { answerOf, type Stage } from './stage.suite.ts';

export function describeRequestForgery(stage: Stage): void {
  describe('API7:2023 server side request forgery', () => {
    it('no address that a person names leads into the network of the server', async () => {
      let asked = 0;
      const inside = createServer((_, answer) => {
        asked += 1;
        answer.end('{}');
      });
      inside.listen(0, '127.0.0.1');
      await once(inside, 'listening');
      const { port } = inside.address() as AddressInfo;
      const admin = await stage.world.as('admin');
      const hosts = [
        `127.0.0.1:${port}`,
        `localhost:${port}`,
        `[::1]:${port}`,
        `[::ffff:127.0.0.1]:${port}`,
        `2130706433:${port}`,
        `0.0.0.0:${port}`,
      ];
      for (const [index, host] of hosts.entries()) {
        const made = await admin.call('POST', '/admin/single-sign-on/connections', {
          kind: 'oidc',
          name: 'Inside',
          domains: [`inside-${index}.example.org`],
          oidc: { issuer: `http://${host}/`, client_id: 'x' },
        });
        expectFitAnswer(stage.world, made, host);
        if (made.status !== 201) continue;
        const told = await admin.call(
          'POST',
          `/admin/single-sign-on/connections/${answerOf(made).connection_id}/test`,
          {},
        );
        expectFitAnswer(stage.world, told, host);
        if (told.status === 200) expect(answerOf(told).ok).toBe(false);
        const started = await (await stage.world.as('nobody')).call(
          'GET',
          `/auth/single-sign-on/${answerOf(made).connection_id}/start`,
        );
        expectFitAnswer(stage.world, started, host);
      }
      inside.close();
      expect(asked).toBe(0);
    });
  });
}
