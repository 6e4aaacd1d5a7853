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
  reweigh,
  sampleRows,
  type Target,
  takeRows,
  takeTarget,
  thresholdCriteria,
} from '@stroma/learn';

type ClassTarget = Extract<Target, { kind: 'class' }>;
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
 * What could be done about what a fairness report tells: thresholds by group for each criterion they can reach, found on
 * one half of the rows and tried on the other, and the weights under which class and group would be independent.
 */
export function mitigationOf(all: Rows, labels: readonly string[], options: Options): FairnessMitigation {
  const { target, columns } = all;
  const count = target.codes.length;
  const fitted = sampleRows(count, Math.floor(count / 2), options.seed);
  const inFitted = new Set(fitted);
  const tried = Uint32Array.from({ length: count }, (_, row) => row).filter((row) => !inFitted.has(row));
  const common = {
    columns: columns.map(({ name }) => name),
    fitted_rows: fitted.length,
    tried_rows: tried.length,
  };
  const weights = weightsOf(all, labels, options);
  try {
    const [found, others] = [part(all, fitted), part(all, tried)];
    const before = reportOf(others, others.outputs, options);
    const thresholds = thresholdCriteria.map((criterion) => {
      const { threshold: otherwise = 0.5, ...rest } = options;
      const rule = fitGroupThresholds(found.target, found.outputs, found.columns, {
        criterion,
        otherwise,
        ...rest,
      });
      return proposal(rule, before, reportOf(others, calledBy(rule, others), { ...options, threshold: 0.5 }));
    });
    return { ...common, thresholds, not_told: null, weights };
  } catch (error) {
    if (!(error instanceof StromaError) || error.code !== 'INVALID_INPUT') throw error;
    return { ...common, thresholds: [], not_told: error.message, weights };
  }
}

const reportOf = ({ target, columns }: Rows, outputs: Float64Array, options: Options): ClassFairness =>
  fairnessOf(target, outputs, columns, options) as ClassFairness;

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

/** As probabilities that are certain: what a threshold of a half calls. */
function calledBy(
  rule: GroupThresholds,
  { target: { classes, codes }, outputs, columns }: Rows,
): Float64Array {
  const said = Float64Array.from(codes, (_, row) => outputs[row * classes + rule.positive] as number);
  const called = chancesByGroup(rule, said, columns);
  const other = rule.positive === 0 ? 1 : 0;
  const certain = new Float64Array(outputs.length);
  for (const [row, chance] of called.entries()) {
    certain[row * classes + rule.positive] = chance;
    certain[row * classes + other] = 1 - chance;
  }
  return certain;
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
  return reweigh(target, columns, { cuts })
    .cells.filter(({ rows }) => rows > 0)
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, mostWeights)
    .map(({ group, code, rows, factor }) => ({ group, label: labels[code] ?? '', rows, factor }));
}
