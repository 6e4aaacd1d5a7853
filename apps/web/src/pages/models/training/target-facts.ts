import { classMetrics, type LearningMetric, numberMetrics, type ProblemKind } from '@stroma/contracts';
import type { ColumnProfile } from '../../dataset/profile/histogram.tsx';

const fewestRows = 20;
const mostClasses = 1000;
const mostWholeClasses = 10;
const rowsOfWholeClass = 5;

export type Unfit = 'kind' | 'time' | 'missing' | 'few' | 'constant' | 'identifier';

/** What a column asks for as a target, and what else it may be taken for; or why it cannot be one. */
export type TargetFacts = { problems: readonly [ProblemKind, ...ProblemKind[]] } | { unfit: Unfit };

/** Told by the profile, as training will tell it from the values; training has the last word. */
export function targetFacts({ type, nulls, distinct }: ColumnProfile, rows: number): TargetFacts {
  const known = rows - nulls;
  if (type === 'time' || type === 'interval' || type === 'binary' || type === 'nested')
    return { unfit: 'kind' };
  if (type === 'date' || type === 'timestamp') return { unfit: 'time' };
  if (known === 0) return { unfit: 'missing' };
  if (known < fewestRows) return { unfit: 'few' };
  if (distinct < 2) return { unfit: 'constant' };
  const asClasses: ProblemKind = distinct === 2 ? 'binary' : 'multiclass';
  const repeats = distinct <= mostClasses && distinct <= known / 2;
  if (type === 'text' || type === 'boolean')
    return repeats ? { problems: [asClasses] } : { unfit: 'identifier' };
  if (!repeats) return { problems: ['regression'] };
  const looksLikeClasses =
    distinct === 2 ||
    (type === 'integer' && distinct <= mostWholeClasses && known >= rowsOfWholeClass * distinct);
  return { problems: looksLikeClasses ? [asClasses, 'regression'] : ['regression', asClasses] };
}

export const usualMetric: Readonly<Record<ProblemKind, LearningMetric>> = {
  binary: 'roc_auc',
  multiclass: 'accuracy',
  regression: 'rmse',
};

export const metricsFor = (problem: ProblemKind): readonly LearningMetric[] =>
  problem === 'regression' ? numberMetrics : classMetrics;
