import { readFileSync } from 'node:fs';
import { type FeatureColumn, type FeatureTable, withoutColumns } from './feature-table.ts';
import { categoriesOf } from './lake-columns.ts';

/** A clean CSV file of the shared data as columns: numbers where each known value is one, else categories. */
export function tableOfCsv(path: string, drop: readonly string[] = []): FeatureTable {
  const [header = [], ...records] = readFileSync(path, 'utf8').trim().split(/\r?\n/).map(fieldsOf);
  const columns = header.map((name, at): FeatureColumn => {
    const texts = records.map((record) => {
      const field = record[at] ?? '';
      return field === '' || field === 'NA' ? null : field;
    });
    return texts.every((text) => text === null || Number.isFinite(Number(text)))
      ? {
          kind: 'number',
          name,
          values: Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text))),
        }
      : categoriesOf(name, texts);
  });
  return withoutColumns({ rows: records.length, columns }, drop);
}

const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .map(([, field = '']) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
    .slice(
      0,
      line
        .split('"')
        .filter((_, part) => part % 2 === 0)
        .join('')
        .split(',').length,
    );
