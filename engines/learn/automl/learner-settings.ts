import { nearestName, StromaError } from '@stroma/kernel';
import type { FamilyName } from './learners.ts';

/** One setting of a learner: a number within bounds, or one of some words. */
export type KnownSetting =
  | { name: string; kind: 'number' | 'whole'; low: number; high: number }
  | { name: string; kind: 'choice'; choices: readonly string[] };

const number = (name: string, low: number, high: number): KnownSetting => ({
  ...{ name, kind: 'number', low, high },
});
const whole = (name: string, low: number, high: number): KnownSetting => ({
  ...{ name, kind: 'whole', low, high },
});
const choice = (name: string, ...choices: string[]): KnownSetting => ({ name, kind: 'choice', choices });

const ofForests = [whole('trees', 1, 10_000), whole('min_rows', 1, 1e6), number('column_share', 0.001, 1)];
const ofNetworks = [
  number('rate', 1e-8, 1),
  number('dropout', 0, 0.95),
  number('weight_decay', 0, 10),
  whole('bags', 1, 20),
];

/** By learner. */
export const knownSettings = {
  baseline: [],
  linear: [number('l2', 0, 1e9)],
  elastic_net: [number('l1_ratio', 0.001, 1)],
  naive_bayes: [],
  neighbours: [whole('neighbours', 1, 30_000)],
  svm: [number('cost', 1e-6, 1e6), number('gamma_share', 1e-6, 1e6)],
  gaussian_process: [choice('kernel', 'matern52', 'matern32', 'rbf'), choice('lengths', 'shared', 'each')],
  random_forest: ofForests,
  extra_trees: ofForests,
  boosted_trees: [
    whole('rounds', 1, 10_000),
    number('rate', 1e-5, 1),
    whole('leaves', 2, 4096),
    whole('min_rows', 1, 1e6),
    number('l2', 0, 1e9),
    number('column_share', 0.001, 1),
    number('row_share', 0.01, 1),
  ],
  mlp: [whole('width', 1, 4096), whole('layers', 1, 32), ...ofNetworks],
  tabular_resnet: [whole('width', 1, 4096), whole('blocks', 1, 32), ...ofNetworks],
} as const satisfies Readonly<Record<FamilyName, readonly KnownSetting[]>>;

/**
 * Throws INVALID_INPUT for a setting that the learner does not know, with those it knows and the nearest name, and for
 * a value of another kind or beyond the bounds. What is left out has its usual value.
 */
export function checkLearnerSettings(
  learner: FamilyName,
  settings: Readonly<Record<string, number | string>>,
): void {
  const known: readonly KnownSetting[] = knownSettings[learner];
  const names = known.map(({ name }) => name);
  for (const [name, value] of Object.entries(settings)) {
    const setting = known.find((own) => own.name === name);
    const details = { field: `settings.${name}`, learner, setting: name, known };
    if (setting === undefined) {
      const nearest = nearestName(name, names);
      const meant = nearest === null ? '' : ` Did you mean "${nearest}"?`;
      throw new StromaError(
        'INVALID_INPUT',
        `"${learner}" has no setting "${name}".${meant} ${known.length === 0 ? 'It has none; leave `settings` empty.' : `It has ${known.map(described).join('; ')}.`}`,
        { ...details, nearest },
      );
    }
    if (!fits(setting, value))
      throw new StromaError(
        'INVALID_INPUT',
        `The setting ${described(setting)}, was expected of "${learner}"; ${typeof value === 'string' ? `"${value}"` : value} was given.`,
        details,
      );
  }
}

const fits = (setting: KnownSetting, value: number | string): boolean =>
  setting.kind === 'choice'
    ? setting.choices.some((own) => own === value)
    : typeof value === 'number' &&
      value >= setting.low &&
      value <= setting.high &&
      (setting.kind === 'number' || Number.isInteger(value));

const described = (setting: KnownSetting): string =>
  setting.kind === 'choice'
    ? `"${setting.name}", one of ${setting.choices.join(', ')}`
    : `"${setting.name}", a ${setting.kind === 'whole' ? 'whole number' : 'number'} from ${setting.low} to ${setting.high}`;
