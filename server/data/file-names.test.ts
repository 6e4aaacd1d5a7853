import { fileStem, freeTableName, tableNameOf } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment, cleanFileName } from './file-names.ts';

describe('names of files', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\data.csv', 'data.csv'],
    ['a\u0000b\r\n.csv', 'ab.csv'],
    ['invoice\u202Egpj.csv', 'invoicegpj.csv'],
    ['..', 'file'],
    ['', 'file'],
    ['Übersicht März.csv', 'Übersicht März.csv'],
  ])('%j becomes %j', (given, expected) => {
    expect(cleanFileName(given)).toBe(expected);
  });

  it('never hold a path, a control character or more than 200 characters, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
        const name = cleanFileName(given);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(name).not.toMatch(/[/\\\p{Cc}]/u);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each([
    ['iris.csv', 'iris'],
    ['iris.csv.gz', 'iris'],
    ['lme4_sleepstudy.csv', 'lme4_sleepstudy'],
    ['.csv', '.csv'],
    ['v1.2 final.parquet', 'v1.2 final'],
  ])('the stem of %j is %j', (given, expected) => {
    expect(fileStem(given)).toBe(expected);
  });
});

describe('names of tables', () => {
  it.each([
    ["Côte d'Azur (2).csv", 'cote_d_azur_2'],
    ['2024 sales.xlsx', 't_2024_sales'],
    ['select.csv', 't_select'],
    ['dataset.csv', 't_dataset'],
    ['患者.csv', 'table_1'],
    ['GeneExpression.tsv', 'gene_expression'],
  ])('%j becomes %j', (given, expected) => {
    expect(tableNameOf(given)).toBe(expected);
  });

  it('never need quotes, whatever the file is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
        expect(tableNameOf(cleanFileName(given))).toMatch(/^[a-z][a-z0-9_]{0,62}$/);
      }),
    );
  });

  it('are told apart by a number', () => {
    expect(freeTableName('iris', new Set())).toBe('iris');
    expect(freeTableName('iris', new Set(['iris', 'iris_2']))).toBe('iris_3');
  });
});

describe('the name in Content-Disposition', () => {
  it('cannot leave its quotes or its header, and says the name in full', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (given) => {
        const value = attachment(given);
        expect(value).toMatch(
          /^attachment; filename="[^"\\]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/,
        );
        const encoded = value.split("UTF-8''")[1] ?? '';
        expect(decodeURIComponent(encoded)).toBe(given.toWellFormed());
      }),
    );
  });
});
