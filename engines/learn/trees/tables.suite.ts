import { readFileSync } from 'node:fs';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Matrix, Target } from '../estimator.ts';

/** A table of the data pool, texts as categories; null where the pool is absent. */
export function readTable(file: string, target: string): { matrix: Matrix; target: Target } | null {
  const path = sharedData(`tables/${file}`);
  if (path === null) return null;
  const [head = [], ...rows] = readFileSync(path, 'utf8').trim().split('\n').map(cells);
  const columnsOf = head.map((name, at) => ({ name, texts: rows.map((row) => row[at] ?? '') }));
  const columns = columnsOf.map(({ name, texts }) => {
    const isNumber = texts.every((text) => text === '' || text === 'NA' || !Number.isNaN(Number(text)));
    const known = [...new Set(texts)].filter((text) => text !== '').sort();
    const values = Float64Array.from(texts, (text) => {
      if (isNumber) return text === '' || text === 'NA' ? Number.NaN : Number(text);
      return text === '' ? Number.NaN : known.indexOf(text);
    });
    return { name, values, categories: isNumber ? 0 : known.length };
  });
  const goal = columns.find(({ name }) => name === target);
  if (goal === undefined) throw new Error(`${file} has no column ${target}.`);
  const given = columns.filter((column) => column !== goal);
  const distinct = new Set(goal.values).size;
  return {
    matrix: {
      rows: rows.length,
      names: given.map(({ name }) => name),
      columns: given.map(({ values }) => values),
      categories: given.map(({ categories }) => categories),
    },
    target:
      goal.categories > 0 || distinct <= 12
        ? { kind: 'class', codes: Int32Array.from(goal.values), classes: distinct }
        : { kind: 'number', values: goal.values },
  };
}

function cells(line: string): string[] {
  return [...line.trim().matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

export function rowsOf(matrix: Matrix, rows: readonly number[]): Matrix {
  const columns = matrix.columns.map((values) => Float64Array.from(rows, (row) => values[row] as number));
  return { ...matrix, rows: rows.length, columns };
}

export function targetsOf(target: Target, rows: readonly number[]): Target {
  if (target.kind === 'class')
    return { ...target, codes: Int32Array.from(rows, (row) => target.codes[row] as number) };
  if (target.kind === 'number')
    return { ...target, values: Float64Array.from(rows, (row) => target.values[row] as number) };
  throw new Error('Only classes and numbers are cut.');
}

/** Area under the ROC curve; equal scores count half. */
export function areaUnderCurve(scores: Float64Array, codes: ArrayLike<number>): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let ranks = 0;
  let positives = 0;
  for (let begin = 0; begin < order.length; ) {
    let end = begin;
    while (end < order.length && scores[order[end] as number] === scores[order[begin] as number]) end++;
    for (let at = begin; at < end; at++)
      if (codes[order[at] as number] === 1) {
        ranks += (begin + end + 1) / 2;
        positives++;
      }
    begin = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

export function numbers(length: number, of: (row: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, row) => of(row));
}

export function table(
  columns: Record<string, Float64Array>,
  categories: Record<string, number> = {},
): Matrix {
  const names = Object.keys(columns);
  return {
    rows: Object.values(columns)[0]?.length ?? 0,
    names,
    columns: Object.values(columns),
    categories: names.map((name) => categories[name] ?? 0),
  };
}
