import type { FairnessMitigation } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import {
  type ClassFairness,
  chancesByGroup,
  type FairnessOptions,
  type FeatureColumn,
  type FeatureTable,
  fairnessOf,
  fitGroupThresholds,
  type GroupThresholds,
  kFolds,
  reweigh,
  type Target,
  takeRows,
  takeTarget,
  thresholdCriteria,
} from '@stroma/learn';

type ClassTarget = Extract<Target, { kind: 'class' }>;
const folds = 5;

type Options = Required<Pick<FairnessOptions, 'seed' | 'smallest' | 'cuts'>> &
  Pick<FairnessOptions, 'positive' | 'threshold'>;

interface Rows {
  target: ClassTarget;
  /** Probabilities, rows x classes, by row. */
  outputs: Float64Array;
  columns: readonly FeatureColumn[];
}

/** Of more groups times classes so many weights are told, those of most rows first. */
const mostWeights = 200;
/** Calibration is of probabilities, which thresholds leave as they are. */
const changed = new Set(['demographic_parity', 'equal_opportunity', 'equalized_odds', 'predictive_parity']);

/**
 * What could be done about what a report tells: thresholds by group for each criterion they can reach, and the weights
 * under which class and group would be independent. What thresholds bring is told of rows they were not found on: each
 * is decided by those of the other folds. Throws nothing where rows are too few; `not_told` says so.
 */
export function mitigationOf(
  all: Rows,
  labels: readonly string[],
  report: ClassFairness,
  options: Options,
): FairnessMitigation {
  const common = {
    columns: all.columns.map(({ name }) => name),
    folds,
    weights: weightsOf(all, labels, options),
  };
  try {
    const thresholds = thresholdCriteria.map((criterion) => {
      const rule = fit(all, criterion, options);
      // Where groups of numbers begin is said once, by all rows.
      const own = { ...options, cuts: rule.cuts, smallest: Math.ceil(options.smallest / 2) };
      const calls = new Float64Array(all.target.codes.length);
      for (const { train, test } of kFolds(
        calls.length,
        { by: 'stratified', codes: all.target.codes },
        folds,
        options.seed,
      )) {
        const others = part(all, test);
        const chances = chancesByGroup(
          fit(part(all, train), criterion, own),
          saidOf(others, rule),
          others.columns,
        );
        for (const [at, row] of test.entries()) calls[row] = chances[at] as number;
      }
      const after = fairnessOf(all.target, certain(calls, all, rule), all.columns, {
        ...options,
        threshold: 0.5,
      });
      return proposal(rule, report, after as ClassFairness);
    });
    return { ...common, thresholds, not_told: null };
  } catch (error) {
    if (!(error instanceof StromaError) || error.code !== 'INVALID_INPUT') throw error;
    return { ...common, thresholds: [], not_told: error.message };
  }
}

function fit(
  { target, outputs, columns }: Rows,
  criterion: GroupThresholds['criterion'],
  { threshold: otherwise = 0.5, ...rest }: Options,
): GroupThresholds {
  return fitGroupThresholds(target, outputs, columns, { criterion, otherwise, ...rest });
}

function part({ target, outputs, columns }: Rows, rows: Uint32Array): Rows {
  const { classes } = target;
  const table: FeatureTable = { rows: target.codes.length, columns: [...columns] };
  return {
    target: takeTarget(target, rows) as ClassTarget,
    outputs: Float64Array.from(
      { length: rows.length * classes },
      (_, at) => outputs[(rows[Math.floor(at / classes)] as number) * classes + (at % classes)] as number,
    ),
    columns: takeRows(table, rows).columns,
  };
}

const saidOf = ({ target: { classes, codes }, outputs }: Rows, { positive }: GroupThresholds): Float64Array =>
  Float64Array.from(codes, (_, row) => outputs[row * classes + positive] as number);

/** Calls as probabilities that are certain. */
function certain(
  calls: Float64Array,
  { target: { classes }, outputs }: Rows,
  { positive }: GroupThresholds,
): Float64Array {
  const other = positive === 0 ? 1 : 0;
  const made = new Float64Array(outputs.length);
  for (const [row, call] of calls.entries()) {
    made[row * classes + positive] = call;
    made[row * classes + other] = 1 - call;
  }
  return made;
}

function proposal(
  { criterion, rules, otherwise }: GroupThresholds,
  before: ClassFairness,
  after: ClassFairness,
): FairnessMitigation['thresholds'][number] {
  return {
    criterion,
    rules: rules.map(({ group, rows, thresholds }) => ({ group, rows, from: thresholds[0]?.from ?? null })),
    otherwise,
    accuracy: { before: before.overall.accuracy, after: after.overall.accuracy },
    changes: before.by.flatMap(({ columns, criteria }, at) =>
      criteria.flatMap(({ name, difference, verdict }) => {
        const now = after.by[at]?.criteria.find((own) => own.name === name);
        if (now === undefined || !changed.has(name)) return [];
        return [
          {
            columns: [...columns],
            criterion: name,
            before: { ...difference, verdict },
            after: { ...now.difference, verdict: now.verdict },
          },
        ];
      }),
    ),
  };
}

function weightsOf(
  { target, columns }: Rows,
  labels: readonly string[],
  { cuts }: Options,
): FairnessMitigation['weights'] {
  const cells = reweigh(target, columns, { cuts }).cells.filter(({ rows }) => rows > 0);
  const told = new Set(cells.toSorted((a, b) => b.rows - a.rows).slice(0, mostWeights));
  return cells
    .filter((cell) => told.has(cell))
    .map(({ group, code, rows, factor }) => ({ group, label: labels[code] ?? '', rows, factor }));
}
