import { apiPrefix } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import type { Stage } from './stage.suite.ts';

export function describeConfiguration(stage: Stage): void {
  describe('API8:2023 security misconfiguration', () => {
    it('every sort of answer carries its headers and names no software', async () => {
      const admin = await stage.world.as('admin');
      for (const path of ['/auth/session', '/data/datasets', '/no/such/address', '/streams/all']) {
        const { headers } = await admin.call('GET', path);
        expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
        expect([path, headers.get('content-security-policy')]).toEqual([
          path,
          expect.stringContaining("frame-ancestors 'none'"),
        ]);
        expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
      }
      const page = await fetch(stage.world.url);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    });

    it('no page of another origin may read an answer, whatever it sends', async () => {
      for (const origin of [
        'https://evil.example',
        'null',
        stage.world.url.replace('localhost', 'localhost.evil.example'),
      ])
        for (const method of ['GET', 'OPTIONS', 'POST']) {
          const answer = await fetch(`${stage.world.url}${apiPrefix}/auth/options`, {
            method,
            headers: {
              origin,
              'access-control-request-method': 'GET',
              'access-control-request-headers': 'authorization',
            },
          });
          expect(answer.headers.get('access-control-allow-origin')).toBeNull();
          expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
          await answer.text();
        }
    });

    it('a change by cookie must come from the page itself', async () => {
      const { token } = await stage.world.as('viewer');
      const ask = (headers: Record<string, string>) =>
        fetch(`${stage.world.url}${apiPrefix}/auth/profile`, {
          method: 'PATCH',
          headers: { cookie: `stroma_session=${token}`, 'content-type': 'application/json', ...headers },
          body: '{"name":"Other"}',
        }).then(({ status }) => status);
      expect(await ask({ origin: 'https://evil.example' })).toBe(403);
      expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(403);
      expect(await ask({})).toBe(403);
    });

    it('methods nobody needs are not taken, and what is not there is not explained', async () => {
      for (const method of ['OPTIONS', 'PUT', 'DELETE']) {
        const answer = await fetch(`${stage.world.url}${apiPrefix}/auth/session`, { method });
        expect([method, answer.status]).toEqual([method, 405]);
        await answer.text();
      }
      for (const path of [
        '/.env',
        '/server.json',
        '/..%2f..%2fetc%2fpasswd',
        '/data/keys/provenance.pem',
        '/package.json',
      ]) {
        const answer = await fetch(`${stage.world.url}${path}`);
        expect(await answer.text()).not.toMatch(/root:|PRIVATE KEY|"dependencies"|"pid"|STROMA_/);
      }
    });
  });
}
