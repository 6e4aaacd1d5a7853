import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textBlocks, wordsOf } from './markdown.ts';

const said = (markdown: string) =>
  textBlocks(markdown).map((block) => [block.kind, block.level ?? block.number ?? 0, wordsOf(block)]);

describe('the text of a tile', () => {
  it('is headings, points and paragraphs, whatever line follows which', () => {
    expect(said('# Title\nsome **bold** [link](http://x)\nmore\n\n- a\n2) b_c\r\nend')).toEqual([
      ['heading', 1, 'Title'],
      ['paragraph', 0, 'some bold link more'],
      ['point', 0, 'a'],
      ['point', 2, 'b_c'],
      ['paragraph', 0, 'end'],
    ]);
    expect(said('#nothing\n\n1.5 g of 3 * 4 * 5')).toEqual([
      ['paragraph', 0, '#nothing'],
      ['paragraph', 0, '1.5 g of 3 * 4 * 5'],
    ]);
  });

  it('links to the web and to this site alone', () => {
    const [block] = textBlocks(
      '[a](https://a.example) [b](/data) [c](javascript:alert(1)) [d](//evil.example)',
    );
    expect(block?.spans.filter(({ mark }) => mark === 'link')).toEqual([
      { text: 'a', mark: 'link', href: 'https://a.example' },
      { text: 'b', mark: 'link', href: '/data' },
    ]);
    expect(block?.spans.every(({ href = '' }) => !/^(javascript|\/\/)/.test(href))).toBe(true);
  });

  it('loses no word, and knows only marks in pairs', () => {
    const [block] = textBlocks('**yes** *so* _it_ `is` snake_case_name **no');
    expect(block?.spans.filter(({ mark }) => mark !== 'plain').map(({ text, mark }) => [mark, text])).toEqual(
      [
        ['strong', 'yes'],
        ['emphasis', 'so'],
        ['emphasis', 'it'],
        ['code', 'is'],
      ],
    );
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zäß]{1,12}$/), { minLength: 1, maxLength: 20 }),
        (words) => {
          const text = words.map(
            (word, at) => ['', '**', '`', '*'][at % 4] + word + ['', '**', '`', '*'][at % 4],
          );
          expect(textBlocks(text.join(' ')).map(wordsOf)).toEqual([words.join(' ')]);
        },
      ),
    );
  });
});
