import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../server/platform/config/config.ts';

const read = (path: string) => readFileSync(resolve(import.meta.dirname, '..', path), 'utf8');
const compose = read('deploy/compose.yaml');
const settings = new Set(Object.keys(configSchema.shape));

describe('what is written about running Stroma', () => {
  it.each(['deploy/compose.yaml', 'deploy/example.env', 'deploy/Dockerfile', 'docs/operations.md'])(
    'names only settings that exist in %s',
    (path) => {
      const named = new Set(
        read(path).match(/\b(?:STROMA_[A-Z0-9_]+|DATABASE_URL|REDIS_URL)(?![A-Z0-9_*])/g),
      );
      const ownOfCompose = /^STROMA_(BIND|PORT|TEST_)/;
      expect([...named].filter((key) => !settings.has(key) && !ownOfCompose.test(key))).toEqual([]);
      expect(named.size).toBeGreaterThan(0);
    },
  );

  it('pins every image to a release', () => {
    const images = [
      ...compose.matchAll(/^\s+image: (\S+)$/gm),
      ...read('deploy/Dockerfile').matchAll(/^FROM (\S+)/gm),
    ];
    expect(images.length).toBeGreaterThanOrEqual(5);
    for (const [, image] of images) expect(image).toMatch(/:(RELEASE\.\d{4}|\d+\.\d+)/);
  });

  it('has no password of its own', () => {
    const given = [...compose.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)(?::?([-?])([^}]*))?\}/g)];
    expect(given.length).toBeGreaterThanOrEqual(5);
    for (const [text, , operator, fallback] of given)
      expect(operator === '?' || (operator === '-' && fallback === ''), text).toBe(true);
    for (const line of read('deploy/example.env')
      .split('\n')
      .filter((each) => /PASSWORD|SECRET|KEY/.test(each)))
      expect(line.startsWith('# ') || line.endsWith('=')).toBe(true);
  });

  it('listens on this machine alone unless it is told otherwise', () => {
    for (const [, port] of compose.matchAll(/^\s+- "?'?([^"'\n]+:\d+)"?'?$/gm))
      if (!port?.includes('://')) expect(port).toMatch(/^(127\.0\.0\.1|\$\{STROMA_BIND:-127\.0\.0\.1\}):/);
  });
});
