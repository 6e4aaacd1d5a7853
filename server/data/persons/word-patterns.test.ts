import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternsOf, replaceWords } from './text-scan.ts';
import { withoutGaps } from './word-patterns.ts';

const quotes = (text: string, identifier: string) =>
  patternsOf([identifier]).some((pattern) => pattern.test(text));

describe('an identifier within a text', () => {
  it.each([
    ['Patient Ada  LOVELACE, seen', 'Ada Lovelace', true],
    ['report_of ada_lovelace.csv', 'Ada Lovelace', true],
    ['Ada Lovelace-Byron', 'Ada Lovelace', false],
    ['Adalovelace', 'Ada Lovelace', false],
    ['mail ada@x.org.', 'ada@x.org', true],
    ['ada@x.org.uk', 'ada@x.org', false],
    ['not.ada@x.org', 'ada@x.org', false],
    ['MRN 4711.', '4711', true],
    ['MRN 4711.5', '4711', false],
    ['P-1-7', 'P-1', false],
    ['seen by MÜLLER', 'Müller', true],
    ['{"a":"50% (x+y)"}', '50% (x+y)', true],
  ])('%s: %s is %s', (text, identifier, found) => {
    expect(quotes(text, identifier)).toBe(found);
  });

  it('is found wherever it stands between spaces, and gone once its words are taken out', () => {
    const identifier = fc
      .string({ unit: 'grapheme', minLength: 2, maxLength: 30 })
      .map((text) => text.normalize('NFC').trim())
      .filter(
        (text) => text.length > 1 && /^[\p{L}\p{N}].*[\p{L}\p{N}]$/u.test(text) && !text.includes('erased'),
      );
    const around = fc.constantFrom('', 'seen ', 'a b ');
    fc.assert(
      fc.property(identifier, around, fc.integer({ min: 1, max: 3 }), (each, before, times) => {
        const text = `${before}${Array(times).fill(each).join(' ')} end`;
        expect(quotes(text, each)).toBe(true);
        expect(quotes(replaceWords(text, [each]), each)).toBe(false);
      }),
    );
  });

  it('leaves every other word of a text as it is', () => {
    expect(replaceWords('Ada Lovelace, Ada Lovelace; Ada Lovelace-Byron', ['Ada Lovelace'])).toBe(
      '[erased], [erased]; Ada Lovelace-Byron',
    );
  });
});

describe('two cells that mean the same', () => {
  it('come to the same without case and white space', () => {
    expect(withoutGaps(' MRN 47 11\u00a0')).toBe(withoutGaps('mrn4711'));
    expect(withoutGaps('e\u0301va')).toBe(withoutGaps('\u00c9VA'));
  });
});
