import { readFileSync } from 'node:fs';
import { sharedData } from '../../../scripts/shared-data.ts';

export interface Sleepstudy {
  content: string;
  /** Mean reaction of each day, computed here from the file. */
  meanByDay: Map<number, number>;
}

/** The sleep deprivation study where the data pool is; otherwise a table of the same shape with known means. */
export function sleepstudy(): Sleepstudy {
  const path = sharedData('stats/lme4_sleepstudy.csv');
  const content = path === null ? madeUp() : readFileSync(path, 'utf8');
  const [head = '', ...lines] = content.trim().split(/\r?\n/);
  const names = head.split(',').map((name) => name.replaceAll('"', ''));
  const [reaction, days] = [names.indexOf('Reaction'), names.indexOf('Days')];
  const byDay = Map.groupBy(
    lines.map((line) => line.split(',').map((cell) => Number(cell.replaceAll('"', '')))),
    (row) => row[days] ?? Number.NaN,
  );
  const mean = (rows: number[][]) => rows.reduce((sum, row) => sum + (row[reaction] ?? 0), 0) / rows.length;
  return { content, meanByDay: new Map([...byDay].map(([day, rows]) => [day, mean(rows)])) };
}

function madeUp(): string {
  const subjects = Array.from({ length: 18 }, (_, index) => 308 + index);
  const lines = subjects.flatMap((subject, at) =>
    Array.from({ length: 10 }, (_, day) => `${(250 + day * 10.5 + at * 1.25).toFixed(4)},${day},${subject}`),
  );
  return ['Reaction,Days,Subject', ...lines, ''].join('\n');
}
