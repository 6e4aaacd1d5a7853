import type { FamilyName, Settings } from './learners.ts';
import { isNetwork } from './network-families.ts';

export interface Configuration {
  /** Of the portfolio by name, of the refinement by number. */
  id: string;
  family: FamilyName;
  settings: Settings;
}

interface Entry extends Configuration {
  for: 'class' | 'number' | 'both';
  why: string;
}

/**
 * Tried in this order: simple and sure ones first, then what most often adds to them. bench/automl.ts shows on public
 * tables what comes of it.
 */
const portfolio: readonly Entry[] = [
  {
    id: 'baseline',
    family: 'baseline',
    settings: {},
    for: 'both',
    why: 'What every other must be better than; costs nothing.',
  },
  {
    id: 'linear',
    family: 'linear',
    settings: { l2: 1 },
    for: 'both',
    why: 'The simplest model that learns. Few rows and clear trends need no more.',
  },
  {
    id: 'boosted_trees',
    family: 'boosted_trees',
    settings: { rounds: 150, rate: 0.06, leaves: 12, min_rows: 8 },
    for: 'both',
    why: 'Best single guess for tables of mixed columns and missing values.',
  },
  {
    id: 'random_forest',
    family: 'random_forest',
    settings: { trees: 200 },
    for: 'both',
    why: 'Rarely the best and never bad, whatever the scale of columns.',
  },
  {
    id: 'svm',
    family: 'svm',
    settings: { cost: 3, gamma_share: 0.7 },
    for: 'class',
    why: 'Smooth borders in many columns of one kind: signals, images, shapes.',
  },
  {
    id: 'extra_trees',
    family: 'extra_trees',
    settings: { trees: 200, column_share: 0.3 },
    for: 'both',
    why: 'Noisy columns: random cuts average better than sought ones.',
  },
  {
    id: 'mlp',
    family: 'mlp',
    settings: { width: 128, rate: 0.002, dropout: 0.2, weight_decay: 0.01 },
    for: 'both',
    why: 'Smooth answers of many columns together, which trees cut into steps.',
  },
  {
    id: 'gaussian_process',
    family: 'gaussian_process',
    settings: { kernel: 'matern52', lengths: 'shared' },
    for: 'number',
    why: 'Smooth amounts of few rows.',
  },
  {
    id: 'linear_strict',
    family: 'linear',
    settings: { l2: 30 },
    for: 'both',
    why: 'Many columns for few rows.',
  },
  {
    id: 'random_forest_third',
    family: 'random_forest',
    settings: { trees: 200, column_share: 0.4, min_rows: 2 },
    for: 'both',
    why: 'Few of the columns matter: each cut must see enough of them.',
  },
  {
    id: 'boosted_stumps',
    family: 'boosted_trees',
    settings: { rounds: 300, rate: 0.05, leaves: 4, min_rows: 5, column_share: 0.5, l2: 1 },
    for: 'both',
    why: 'Columns that add up with few interactions; hard to overfit.',
  },
  {
    id: 'elastic_net',
    family: 'elastic_net',
    settings: { l1_ratio: 0.9 },
    for: 'number',
    why: 'Linear, of which only some columns matter.',
  },
  {
    id: 'gaussian_process_each',
    family: 'gaussian_process',
    settings: { kernel: 'matern52', lengths: 'each' },
    for: 'number',
    why: 'As above where columns matter unequally.',
  },
  {
    id: 'naive_bayes',
    family: 'naive_bayes',
    settings: {},
    for: 'class',
    why: 'Very few rows of a class.',
  },
  {
    id: 'neighbours',
    family: 'neighbours',
    settings: { neighbours: 9 },
    for: 'both',
    why: 'Local structure; errs differently from all others, which a blend needs.',
  },
  {
    id: 'tabular_resnet',
    family: 'tabular_resnet',
    settings: { width: 96, rate: 0.001, dropout: 0.2, weight_decay: 0.01 },
    for: 'both',
    why: 'As the network before, deeper.',
  },
  {
    id: 'boosted_large',
    family: 'boosted_trees',
    settings: { rounds: 300, rate: 0.05, leaves: 31, min_rows: 15, column_share: 0.6 },
    for: 'both',
    why: 'Thousands of rows with interactions.',
  },
  {
    id: 'svm_wide',
    family: 'svm',
    settings: { cost: 10, gamma_share: 0.15 },
    for: 'class',
    why: 'Nearly straight borders, of which a linear model misses the bend.',
  },
  {
    id: 'linear_loose',
    family: 'linear',
    settings: { l2: 0.03 },
    for: 'class',
    why: 'Classes far apart.',
  },
];

/** For a kind of target, in order: the first is always fitted, the second is the simplest model that learns. */
export const configurationsFor = (kind: 'class' | 'number', networks = false): Configuration[] =>
  portfolio
    .filter((entry) => (entry.for === 'both' || entry.for === kind) && (networks || !isNetwork(entry.family)))
    .map(({ id, family, settings }) => ({ id, family, settings }));
