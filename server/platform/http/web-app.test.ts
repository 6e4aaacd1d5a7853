import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHttp } from './test-http.suite.ts';
import { registerWebApp } from './web-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-web-'));
let app: FastifyInstance;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Stroma</title>');
  writeFileSync(join(folder, 'assets', 'main-Ab12Cd34.js'), 'console.log(1)');
  writeFileSync(join(folder, 'assets', 'main-Ab12Cd34.js.gz'), gzipSync('console.log(1)'));
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, '..', 'stroma-outside.txt'), 'outside');
  app = await openTestHttp();
  await registerWebApp(app, folder);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
  rmSync(join(folder, '..', 'stroma-outside.txt'));
});

describe('the web app', () => {
  it.each(['/', '/data', '/data/ds_1/profile', '/index.html'])('answers %s with its page', async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<title>Stroma</title>');
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['x-frame-options']).toBe('DENY');
  });

  it('lets hashed files be kept for ever, and others be asked for again', async () => {
    const hashed = await app.inject({ url: '/assets/main-Ab12Cd34.js' });
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(hashed.headers['content-type']).toContain('javascript');
    const icon = await app.inject({ url: '/icon.svg' });
    expect(icon.headers['cache-control']).toBe('no-cache');
    const again = await app.inject({
      url: '/icon.svg',
      headers: { 'if-none-match': String(icon.headers.etag) },
    });
    expect(again.statusCode).toBe(304);
  });

  it('sends what was compressed before to who takes it', async () => {
    const answer = await app.inject({
      url: '/assets/main-Ab12Cd34.js',
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.rawPayload).toString()).toBe('console.log(1)');
  });

  it.each([
    '/assets/gone-00000000.js',
    '/../stroma-outside.txt',
    '/%2e%2e/stroma-outside.txt',
    '/..%2fstroma-outside.txt',
  ])('does not answer %s with a page or a file', async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('outside\n');
  });

  it('leaves the API to itself', async () => {
    const answer = await app.inject({ url: '/api/v1/nothing' });
    expect(answer.json().error.code).toBe('NOT_FOUND');
  });

  it('says what to do when it was not built', async () => {
    const bare = await openTestHttp();
    await registerWebApp(bare, join(folder, 'absent'));
    const answer = await bare.inject({ url: '/' });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
    await bare.close();
  });
});
