import { describe, expect, it } from 'vitest';
import { german } from './de/index.ts';
import { english } from './en/index.ts';
import { laterEnglish } from './en/later.ts';

const all = { ...english, ...laterEnglish };
const namespaces = Object.keys(all) as (keyof typeof all)[];
const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

describe.each(namespaces)('the texts of %s', (namespace) => {
  const original = Object.entries(all[namespace]);
  const translated = german[namespace] as Record<string, string>;

  it('are all there in German', () => {
    expect(Object.keys(translated)).toEqual(original.map(([key]) => key));
  });

  it('keep their placeholders', () => {
    for (const [key, text] of original)
      expect(placeholders(translated[key] ?? ''), key).toEqual(placeholders(text));
  });

  it('are never empty', () => {
    for (const text of [...original.map(([, each]) => each), ...Object.values(translated)])
      expect(text.trim()).not.toBe('');
  });
});
