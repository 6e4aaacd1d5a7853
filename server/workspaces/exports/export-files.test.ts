import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tileCsv } from './board-csv.ts';
import { boxOf, stripesOf } from './board-places.ts';
import { escaped, nested } from './board-svg.ts';
import { cellText } from './cell-text.ts';
import { filterWords } from './filter-words.ts';
import { fittedText, textWidth, wrappedText } from './text-width.ts';
import { zipFile } from './zip-file.ts';

/** Names and contents of an archive, by its directory at the end. */
function unzip(bytes: Uint8Array): Record<string, string> {
  const archive = Buffer.from(bytes);
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const files: Record<string, string> = {};
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, names] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)];
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + names);
    files[name] = inflateRawSync(archive.subarray(start, start + packed)).toString('utf8');
    at += 46 + names + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

const column = (name: string, type: 'text' | 'number' | 'integer') => ({
  name,
  type,
  unit: null,
  metric_id: null,
});

describe('an archive', () => {
  it('gives back what was put in', () => {
    const files = fc.uniqueArray(
      fc.record({ name: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), text: fc.string() }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    fc.assert(
      fc.property(files, (given) => {
        const wanted = given.map(({ name, text }) => ({
          name: name.toWellFormed(),
          text: text.toWellFormed(),
        }));
        const packed = zipFile(
          wanted.map(({ name, text }) => ({ name, content: Buffer.from(text) })),
          new Date('2026-11-21T10:00:00Z'),
        );
        expect(unzip(packed)).toEqual(Object.fromEntries(wanted.map(({ name, text }) => [name, text])));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a table as CSV', () => {
  it('holds no formula for a spreadsheet, and negative numbers stay numbers', () => {
    const csv = tileCsv({
      columns: [column('=cmd', 'text'), column('n', 'number')],
      rows: [
        ['=HYPERLINK("http://x")', -1.5],
        ['@sum', null],
        ['a "b", c', 2],
      ],
    });
    expect(csv).toBe(`'=cmd,n\r\n"'=HYPERLINK(""http://x"")",-1.5\r\n'@sum,\r\n"a ""b"", c",2\r\n`);
  });
});

describe('a picture of a board', () => {
  it('cannot be broken out of by what stands in it', () => {
    expect(escaped('<script>&"\u0000')).toBe('&lt;script&gt;&amp;&quot;');
  });

  it('keeps the names of its charts apart', () => {
    const chart = '<?xml version="1.0"?><svg><clipPath id="clip1"/><g clip-path="url(#clip1)"/></svg>';
    expect(nested(chart, 't3')).toBe('<svg><clipPath id="t3-clip1"/><g clip-path="url(#t3-clip1)"/></svg>');
  });

  it('is cut between tiles and never through one', () => {
    const place = fc.record({
      x: fc.nat(11),
      y: fc.nat(40),
      w: fc.integer({ min: 1, max: 12 }),
      h: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), (places) => {
        const stripes = stripesOf(places.map((each) => ({ box: boxOf(each, 1200) })));
        expect(stripes.flatMap(({ tiles }) => tiles)).toHaveLength(places.length);
        for (const [at, { top, height, tiles }] of stripes.entries()) {
          for (const { box } of tiles) {
            expect(box.y).toBeGreaterThanOrEqual(top);
            expect(box.y + box.height).toBeLessThanOrEqual(top + height + 1e-9);
          }
          const next = stripes[at + 1];
          if (next !== undefined) expect(next.top).toBeGreaterThanOrEqual(top + height - 1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('cuts and breaks text to its width', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 20, max: 400 }), (text, width) => {
        expect(textWidth(fittedText(text, width, 12), 12)).toBeLessThanOrEqual(width);
        for (const line of wrappedText(text, width, 12))
          expect(textWidth(line, 12)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 100 },
    );
  });
});

describe('words', () => {
  it('say what a filter holds', () => {
    const filter = { column: 'site', dataset_id: null };
    expect(filterWords({ ...filter, op: 'in', values: ['Berlin', null] })).toBe('site is Berlin, missing');
    expect(filterWords({ ...filter, op: 'between', values: [1, 2] })).toBe('site from 1 to 2');
  });

  it('write numbers of any size', () => {
    expect(cellText('9007199254740993', { type: 'integer' })).toBe('9007199254740993');
    expect(cellText(1234.5678, { type: 'number' })).toBe('1234.57');
    expect(cellText(null, { type: 'text' })).toBe('');
  });
});
