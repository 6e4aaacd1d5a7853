import { seededRandom } from '@stroma/kernel';
import { type ClassFairness, type FeatureColumn, fairnessOf } from '@stroma/learn';
import { describe, expect, it } from 'vitest';
import { mitigationOf } from './fairness-mitigation.ts';

const labels = ['ill', 'well'];
const options = { seed: 3, smallest: 30, cuts: {} };

/** Of one group everybody is said to be well by a fifth more than of the other. */
function drawn(rows: number, shift = 0.2) {
  const random = seededRandom(11);
  const group = Int32Array.from({ length: rows }, () => (random.next() < 0.5 ? 0 : 1));
  const codes = Int32Array.from(group, () => (random.next() < 0.5 ? 0 : 1));
  const outputs = new Float64Array(2 * rows);
  for (const [row, code] of codes.entries()) {
    const said = 0.25 + 0.3 * code + shift * (group[row] as number) + 0.2 * random.next() - 0.1;
    outputs.set([1 - said, said], 2 * row);
  }
  const site: FeatureColumn = { name: 'site', kind: 'category', codes: group, levels: ['north', 'south'] };
  return { target: { kind: 'class' as const, codes, classes: 2 }, outputs, columns: [site] };
}

const reportOf = (all: ReturnType<typeof drawn>) =>
  fairnessOf(all.target, all.outputs, all.columns, options) as ClassFairness;

describe('what could be done about an unfair model', () => {
  it('is told of rows the thresholds were not found on, where it helps', () => {
    const all = drawn(1000);
    const unfair = reportOf(all);
    const { thresholds, not_told } = mitigationOf(all, labels, unfair, options);
    expect([not_told, unfair.by[0]?.verdict]).toEqual([null, 'beyond']);
    for (const { criterion, rules, changes, accuracy } of thresholds) {
      const own = changes.find((each) => each.criterion === criterion);
      expect(own?.before.verdict).toBe('beyond');
      expect(own?.after.value).toBeLessThan(0.4 * (own?.before.value ?? 0));
      const [low, high] = ['north', 'south'].map(
        (site) => rules.find(({ group }) => group.site === site)?.from,
      );
      expect(high).toBeGreaterThan(low as number);
      expect(accuracy.after?.value).toBeGreaterThan((accuracy.before?.value ?? 1) - 0.05);
    }
  });

  it('gives weights under which class and group are independent', () => {
    const all = drawn(400);
    const { weights } = mitigationOf(all, labels, reportOf(all), options);
    const weighed = (site: string, label: string) =>
      weights
        .filter(({ group, label: own }) => group.site === site && own === label)
        .reduce((sum, { rows, factor }) => sum + rows * factor, 0);
    expect(weighed('north', 'ill') * weighed('south', 'well')).toBeCloseTo(
      weighed('north', 'well') * weighed('south', 'ill'),
      6,
    );
  });

  it('says why there are no thresholds where rows are too few', () => {
    const all = drawn(40);
    const { thresholds, not_told, weights } = mitigationOf(all, labels, reportOf(all), options);
    expect(thresholds).toEqual([]);
    expect(not_told).toContain('30 rows');
    expect(weights).toHaveLength(4);
  });
});
