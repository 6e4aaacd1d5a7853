import { seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import type { CategoryColumn } from '../table/feature-table.ts';
import type { FairnessReport } from './fairness.ts';

type Classes = Extract<Target, { kind: 'class' }>;
export const classesOf = (codes: number[]): Classes => ({
  kind: 'class',
  codes: Int32Array.from(codes),
  classes: 2,
});
export const category = (name: string, codes: number[], levels: string[]): CategoryColumn => ({
  kind: 'category',
  name,
  codes: Int32Array.from(codes),
  levels,
});
export const twoOf = (second: readonly number[]) =>
  Float64Array.from(second.flatMap((own) => [1 - own, own]));
export const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);
export const criterion = ({ by }: { by: FairnessReport['by'] }, name: string) => {
  const found = by[0]?.criteria.find((own) => own.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** Groups of their own base rates and scores, drawn. */
export function drawn(seed: number, rows: number, groups = 2) {
  const random = seededRandom(seed);
  const codes = Array.from({ length: rows }, () => random.whole(groups));
  const truth = codes.map((code) => (random.next() < 0.3 + (0.3 * code) / groups ? 1 : 0));
  const said = truth.map((own, row) => {
    const centre = own * (1.6 - 0.5 * (codes[row] as number)) + 0.4 * (codes[row] as number);
    return 1 / (1 + Math.exp(-(centre - 1 + random.normal())));
  });
  const names = Array.from({ length: groups }, (_, code) => `group ${code}`);
  return {
    column: category('group', codes, names),
    target: classesOf(truth),
    said,
    probabilities: twoOf(said),
  };
}
