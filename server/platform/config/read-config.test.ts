import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema, secretKeys } from './config.ts';
import { describeConfig, settingsInForce } from './describe-config.ts';
import { readConfig } from './read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-config-'));
const absent = join(folder, 'absent.yaml');

function yaml(text: string): string {
  const path = join(folder, `${Math.abs(hash(text))}.yaml`);
  writeFileSync(path, text);
  return path;
}
const hash = (text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);

describe('configuration', () => {
  it('starts with nothing set', () => {
    const { config, sources } = readConfig({}, absent);
    expect(config).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', STROMA_DEMO: true, STROMA_ROLE: 'all' });
    expect(new Set(Object.values(sources))).toEqual(new Set(['default']));
  });

  it('lets the environment win over the file, and the file over the default', () => {
    const path = yaml('PORT: 4000\nSTROMA_DEMO: false\nHOST: 0.0.0.0\n');
    const { config, sources } = readConfig({ PORT: '5000' }, path);
    expect(config).toMatchObject({ PORT: 5000, STROMA_DEMO: false, HOST: '0.0.0.0' });
    expect(sources).toMatchObject({ PORT: 'environment', HOST: 'file', STROMA_ROLE: 'default' });
  });

  it('says key, expectation and given value of a wrong one', () => {
    expect(() => readConfig({ PORT: '70000' }, absent)).toThrow(/PORT.*at most 65535.*"70000"/);
    expect(() => readConfig({ PORT: 'http' }, absent)).toThrow(/PORT.*a number.*"http"/);
    expect(() => readConfig({ STROMA_ROLE: 'boss' }, absent)).toThrow(/one of all, api, worker.*"boss"/);
    expect(() => readConfig({}, yaml('STROMA_SQL_MEMORY_MB: lots\n'))).toThrow(/in the file.*"lots"/);
  });

  it('names every wrong value at once', () => {
    expect(() => readConfig({ PORT: '-1', STROMA_ROLE: 'x' }, absent)).toThrow(/PORT.*\n.*STROMA_ROLE/);
  });

  it('suggests the nearest key for one that does not exist', () => {
    expect(() => readConfig({ STROMA_ROL: 'all' }, absent)).toThrow(/STROMA_ROL .*STROMA_ROLE\?/);
    expect(() => readConfig({}, yaml('PROT: 1\n'))).toThrow(/PROT .*PORT\?/);
    expect(() => readConfig({ HOME: '/root', STROMA_URL: 'http://x' }, absent)).not.toThrow();
  });

  it('treats an empty variable as absent', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' }, absent).config.PORT).toBe(3000);
  });

  it('refuses a file that is not YAML or not settings', () => {
    expect(() => readConfig({}, yaml('PORT: [1'))).toThrow(/not valid YAML/);
    expect(() => readConfig({}, yaml('- PORT'))).toThrow(/PORT: 3000/);
    expect(readConfig({}, yaml('# nothing\n')).config.PORT).toBe(3000);
  });

  it('never shows a secret, wrong or right', () => {
    const secret = 'hunter2hunter2';
    expect(() => readConfig({ DATABASE_URL: secret }, absent)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
    const loaded = readConfig({ STROMA_LLM_KEY: secret }, absent);
    const shown = settingsInForce(loaded);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown.find(({ key }) => key === 'STROMA_LLM_KEY')).toMatchObject({
      value: 'set',
      source: 'environment',
    });
  });

  it('describes every key', () => {
    const described = describeConfig();
    expect(described.map(({ key }) => key)).toEqual(Object.keys(configSchema.shape));
    expect(described.filter(({ meaning }) => meaning.length < 10)).toEqual([]);
    expect(
      described
        .filter(({ secret }) => secret)
        .map(({ key }) => key)
        .sort(),
    ).toEqual([...secretKeys].sort());
  });

  it('takes every port there is and no other number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (port) => {
        const read = () => readConfig({ PORT: String(port) }, absent).config.PORT;
        if (port >= 0 && port <= 65535) expect(read()).toBe(port);
        else expect(read).toThrow(/PORT/);
      }),
    );
  });
});
