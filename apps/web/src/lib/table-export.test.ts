import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, compareCells, type Row } from './cell.ts';
import { fileStem, toCsv, toTabs } from './table-export.ts';

const columns: Column[] = [
  { name: 'a', type: 'text' },
  { name: 'b "quoted", yes', type: 'number' },
];

/** A small reader of RFC 4180, told apart from the writer: it walks characters. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quoted && character === '"' && text[at + 1] === '"') field += text[++at];
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      row.push(field);
      field = '';
    } else if (!quoted && character === '\n') {
      rows.push([...row, field.replace(/\r$/, '')]);
      row = [];
      field = '';
    } else field += character;
  }
  return rows;
}

describe('CSV', () => {
  it('comes back as it was, whatever the cells hold', () => {
    const cell = fc.string().filter((text) => !text.includes('\r'));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.double({ noNaN: true, noDefaultInfinity: true }))), (rows) => {
        const read = readCsv(toCsv(columns, rows as Row[]));
        expect(read[0]).toEqual(['a', 'b "quoted", yes']);
        expect(read.slice(1)).toEqual(rows.map(([text, number]) => [text, String(number)]));
      }),
    );
  });

  it('tells a missing value from an empty text', () => {
    expect(toCsv(columns, [[null, 1]])).toContain('\r\n,1\r\n');
    expect(toCsv(columns, [['', 1]])).toContain('\r\n"",1\r\n');
  });
});

describe('tab-separated text', () => {
  it('keeps one line a row', () => {
    expect(toTabs(columns, [['two\nlines\tand a tab', null]])).toBe(
      'a\tb "quoted", yes\ntwo lines and a tab\t',
    );
  });
});

describe('sorting', () => {
  it('puts missing values last in both directions and numbers by size', () => {
    const values = [10, null, 9, -1];
    expect(values.toSorted((a, b) => compareCells(a, b, false))).toEqual([-1, 9, 10, null]);
    expect(values.toSorted((a, b) => compareCells(a, b, true))).toEqual([10, 9, -1, null]);
  });
});

describe('file names', () => {
  it('hold only letters, digits and dashes', () => {
    expect(fileStem('Average Größe / day: "x"?')).toBe('average-größe-day-x');
    expect(fileStem('???')).toBe('stroma');
  });
});
