import type { Point } from '../experiments/runs.store.ts';
import type { LearnedPart } from './evaluation.ts';
import type { TrainInput } from './training.input.ts';

/** The target is a column's name, which not everybody who sees the run may know. */
export function paramsOf(input: TrainInput): Map<string, string> {
  const params = new Map([
    ['kind', input.kind],
    ['seed', String(input.seed)],
    ['time_limit_s', String(input.time_limit_s)],
  ]);
  if (input.kind === 'automl') params.set('preset', input.preset);
  if (input.problem_type !== null) params.set('problem_type', input.problem_type);
  if (input.metric !== null) params.set('metric', input.metric);
  if (input.split !== undefined) params.set('split', input.split.by);
  if (input.learner !== null) params.set('learner', input.learner);
  for (const [name, value] of Object.entries(input.settings)) params.set(name, String(value));
  for (const [name, value] of ownParams(input)) params.set(name, value);
  return params;
}

/** Names of columns stay out of them, as the target does. */
function ownParams({ own }: TrainInput): [string, string][] {
  if (own === undefined) return [];
  if (own.kind === 'network') {
    const { arrangement: _, ...options } = own.options;
    return Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
  }
  if (own.kind === 'ensemble')
    return [
      ['method', own.method],
      [
        'members',
        own.members
          .map(({ version_id }) => version_id)
          .join(', ')
          .slice(0, 5000),
      ],
    ];
  if (own.kind === 'transfer')
    return [
      ['base', 'version_id' in own.base ? own.base.version_id : own.base.name],
      ...Object.entries(own.tuning ?? { mode: 'frozen' }).flatMap(([name, value]): [string, string][] =>
        value === null ? [] : [[name, String(value)]],
      ),
    ];
  return [['file', own.file_id]];
}

/**
 * Scores of rows that no choice has seen, under their names: one number each, at step 0. Curves are over the rows it
 * learned from, and of networks over the steps of the training.
 */
export function pointsOf(learned: LearnedPart, now: Date): Point[] {
  const at = now.getTime();
  const point = (key: string, step: number, value: number): Point[] =>
    Number.isFinite(value) ? [{ key, step, at, value }] : [];
  const [chosen] = learned.leaderboard;
  return [
    ...learned.learning_curve.flatMap((each) => point(`learning_${learned.metric}`, each.rows, each.score)),
    ...(learned.training_curve ?? []).flatMap(({ step, epoch, loss, score }) => [
      ...point('training_loss', step, loss),
      ...point('epoch', step, epoch),
      ...(score === null ? [] : point(`stopping_${learned.training_metric ?? learned.metric}`, step, score)),
    ]),
    ...(chosen?.model === 'ensemble' ? point(`folds_${learned.metric}`, 0, chosen.score) : []),
    ...(learned.holdout?.scores ?? []).flatMap(({ metric, score }) => point(metric, 0, score)),
    ...(learned.holdout === null ? [] : point(`baseline_${learned.metric}`, 0, learned.holdout.baseline)),
  ];
}
