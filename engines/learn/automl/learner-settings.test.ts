import { describe, expect, it } from 'vitest';
import { checkLearnerSettings, knownSettings } from './learner-settings.ts';
import { families, familyNames } from './learners.ts';
import { configurationsFor } from './portfolio.ts';

describe('settings of learners', () => {
  it('are known wherever the search itself sets them, within the bounds', () => {
    expect(Object.keys(knownSettings).sort()).toEqual([...familyNames].sort());
    for (const kind of ['class', 'number'] as const)
      for (const { family, settings } of configurationsFor(kind, true))
        expect(() => checkLearnerSettings(family, settings)).not.toThrow();
    for (const family of familyNames)
      for (const { name, low, high } of families[family].space)
        for (const value of [low, high])
          expect(() => checkLearnerSettings(family, { [name]: value })).not.toThrow();
  });

  it.each([
    ['random_forest', { tres: 5 }, /no setting "tres"\. Did you mean "trees"\? .*"min_rows", a whole number/],
    ['random_forest', { trees: 'many' }, /"trees", a whole number from 1 to 10000, .*"many" was given/],
    ['random_forest', { trees: 2.5 }, /2\.5 was given/],
    ['boosted_trees', { rate: -1 }, /"rate", a number from/],
    ['gaussian_process', { kernel: 'cubic' }, /one of matern52, matern32, rbf/],
    ['linear', { toString: 1 }, /no setting "toString"/],
    ['baseline', { trees: 1 }, /It has none/],
  ] as const)('%s refuses %o', (learner, settings, message) => {
    expect(() => checkLearnerSettings(learner, settings as Record<string, number | string>)).toThrow(message);
  });
});
