import { readFileSync } from 'node:fs';
import { StromaError } from '@stroma/kernel';
import {
  type Combination,
  columnNamed,
  fitStack,
  foldsOf,
  greedyBlend,
  holdOut,
  objectiveOf,
  type Problem,
  scoreOf,
  type Target,
  takeRows,
  takeTarget,
  targetOf,
} from '@stroma/learn';
import { combined, openEnsemble, openMembers } from '../kept/ensemble-model.ts';
import { openKept, readKept } from '../kept/kept-model.ts';
import type { SavedEnsemble } from '../kept/saved-models.ts';
import { readLearningTable } from '../learning-table.ts';
import type { LearnedModel } from './automl-learning.ts';
import { factsOf, learnedModel, metricFor, takeColumns } from './found-model.ts';
import type { OwnRun, OwnTask, OwnWork, UnseenRows } from './own-task.ts';

type Work = Extract<OwnWork, { kind: 'ensemble' }>;

/** With fewer nothing can be fitted and judged. */
const fewestRows = 20;
const folds = 5;

/**
 * One model of several that predict the same. Weights and stacks are fitted to rows no member has learned from, and
 * judged by folds of them that had no part in it; means and votes are judged by all of them.
 */
export async function makeEnsemble(task: OwnTask, work: Work, run: OwnRun): Promise<LearnedModel> {
  const began = performance.now();
  const { table, leftOut } = await readLearningTable(task.table, new AbortController().signal);
  const members = work.members.map(({ file, name }) => memberOf(readKept(readFileSync(file)), name));
  const problem = sameProblem(members, work, task.target);
  const { target, rows } = targetOf(columnNamed(table, task.target), problem);
  const features = takeColumns(table, [
    ...new Set(members.flatMap(({ schema }) => schema.map(({ name }) => name))),
  ]);
  const known = takeRows(features, rows);
  const unseen = rowsFor(target, work.unseen);
  const metric = metricFor(target, task.metric);
  const open = await openMembers(members, problem.labels, openKept);
  try {
    run.progress(0.3, 'predicting');
    const own = takeTarget(target, unseen);
    const part = takeRows(known, unseen);
    const predictions = unseen.length === 0 ? [] : await open.outputs(part);
    const fit = fitter(work, task, metric);
    if (fit !== null && unseen.length < fewestRows)
      throw new StromaError(
        'UNPROCESSABLE',
        `At least ${fewestRows} rows that no member has learned from were expected, to fit to; there are ${unseen.length}. Give other rows, or weights of your own.`,
        { rows: unseen.length },
      );
    run.progress(0.6, 'combining');
    const combination = fit === null ? fixed(work) : fit(predictions, own);
    const width = Math.max(1, problem.labels.length);
    const outputs =
      unseen.length === 0
        ? null
        : fit === null
          ? combined(combination, predictions, width)
          : outOfFold(fit, predictions, own, width, task.seed);
    const alone = predictions.map((each) => scoreOf(metric, own, each));
    const saved: SavedEnsemble = {
      ...factsOf({ problem }, task.target, features, known),
      kind: 'ensemble',
      version: 1,
      interval: null,
      members,
      combination,
    };
    const model = await openEnsemble(saved, openKept);
    const weights = weightsOf(combination, members.length);
    try {
      return await learnedModel(
        task,
        {
          saved,
          model,
          metric,
          features,
          rows: table.rows,
          test: outputs === null ? null : { table: part, target: own, outputs },
          learnedFrom: own,
          told: {
            leaderboard: work.members.map(({ name }, at) => ({
              model: name,
              family: members[at]?.kind ?? '',
              metric,
              score: alone[at] ?? Number.NaN,
              ci: null,
              settings: {},
              seconds: 0,
              weight: weights?.[at] ?? 1 / members.length,
            })),
            stopped: { reason: 'fitted', message: wordOf(combination) },
            decisions: [
              {
                decision: 'rows_no_member_learned_from',
                columns: [],
                message:
                  outputs === null
                    ? 'The members have learned from all rows of this dataset, so nobody knows here how good they are together.'
                    : `${unseen.length} rows that no member has learned from say how good it is${fit === null ? '.' : ', each by weights that were found in other ones.'}`,
              },
            ],
            failed: [],
            fits: fit === null ? 0 : 1,
            memory_bytes: 0,
          },
          more: {
            learned_by: `${combination.kind} of ${members.length}: ${work.members.map(({ name }) => name).join(', ')}`,
            ...(alone.length === 0 && { leaderboard: [] }),
            members: work.members.map(({ model_id, model_name, number }, at) => ({
              model_id,
              model_name,
              number,
              weight: weights?.[at] ?? null,
              score: alone[at] ?? null,
            })),
          },
        },
        leftOut,
        began,
      );
    } finally {
      await model.close();
    }
  } finally {
    await open.close();
  }
}

function memberOf(saved: ReturnType<typeof readKept>, name: string): SavedEnsemble['members'][number] {
  if (saved.kind === 'ensemble')
    throw new StromaError('UNPROCESSABLE', `"${name}" is an ensemble itself. Give its members instead.`, {
      field: 'members',
    });
  return saved;
}

/** Throws UNPROCESSABLE where members predict something else than the others. */
function sameProblem(
  members: SavedEnsemble['members'],
  { members: named, method }: Work,
  target: string,
): Problem {
  const [first] = members;
  if (first === undefined) throw new Error('an ensemble has members');
  members.forEach(({ problem, target: own }, at) => {
    const same =
      own === target &&
      problem.labels.length === first.problem.labels.length &&
      problem.labels.every((label) => first.problem.labels.includes(label));
    if (!same)
      throw new StromaError(
        'UNPROCESSABLE',
        `Members that predict the same were expected: "${named[0]?.name}" predicts ${shown(first)}, "${named[at]?.name}" predicts ${shown({ problem, target: own })}.`,
        { field: 'members' },
      );
  });
  if (method === 'vote' && first.problem.labels.length === 0)
    throw new StromaError(
      'UNPROCESSABLE',
      'Members vote for classes; these predict numbers. Take their average.',
      {
        field: 'method',
      },
    );
  return { ...first.problem, reasons: ['The members predict it so.'] };
}

const shown = ({ problem, target }: { problem: Problem; target: string }): string =>
  `"${target}" (${problem.labels.length === 0 ? 'numbers' : problem.labels.slice(0, 8).join(', ')})`;

/** Places among the rows that know the target. */
function rowsFor(target: Target, unseen: UnseenRows): Uint32Array {
  const count =
    target.kind === 'class' ? target.codes.length : target.kind === 'number' ? target.values.length : 0;
  if (unseen.which === 'none') return new Uint32Array();
  if (unseen.which === 'all') return Uint32Array.from({ length: count }, (_, row) => row);
  const plan =
    target.kind === 'class' ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  return holdOut(count, plan, { share: 0.2, seed: unseen.seed }).test;
}

type Fit = (predictions: readonly Float64Array[], target: Target) => Combination;

/** Null where nothing is to be fitted. */
function fitter(
  { method, members }: Work,
  { seed }: OwnTask,
  metric: Parameters<typeof objectiveOf>[0],
): Fit | null {
  const all = members.map((_, at) => at);
  if (method === 'stack') return (predictions, target) => fitStack(predictions, all, target, seed);
  if (method === 'weighted' && members.every(({ weight }) => weight === null))
    return (predictions, target) => greedyBlend(predictions, target, objectiveOf(metric), members.length);
  return null;
}

function fixed({ method, members }: Work): SavedEnsemble['combination'] {
  const given = members.map(({ weight }) => (method === 'average' ? 1 : (weight ?? 1)));
  const total = given.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0))
    throw new StromaError('INVALID_INPUT', 'A weight above 0 of one member at least was expected.', {
      field: 'members',
    });
  const weights = given.map((weight) => weight / total);
  return method === 'vote'
    ? { kind: 'vote', weights }
    : { kind: 'blend', members: members.map((_, at) => at), weights };
}

/** What each row gets from a combination that was fitted to the other folds. */
function outOfFold(
  fit: Fit,
  predictions: readonly Float64Array[],
  target: Target,
  width: number,
  seed: number,
): Float64Array {
  const count = (predictions[0]?.length ?? 0) / width;
  const plan =
    target.kind === 'class' ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  const foldOf = foldsOf(count, plan, folds, seed);
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const result = new Float64Array(count * width);
  for (let fold = 0; fold < folds; fold++) {
    const test = all.filter((row) => foldOf[row] === fold);
    const train = all.filter((row) => foldOf[row] !== fold);
    const part = (rows: Uint32Array) => predictions.map((own) => rowsOf(own, width, rows));
    const own = combined(fit(part(train), takeTarget(target, train)), part(test), width);
    test.forEach((row, at) => {
      result.set(own.subarray(at * width, (at + 1) * width), row * width);
    });
  }
  return result;
}

function rowsOf(outputs: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(outputs.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}

/** Of each member; null where a model of its own weighs them. */
function weightsOf(combination: SavedEnsemble['combination'], members: number): number[] | null {
  if (combination.kind === 'stack') return null;
  if (combination.kind === 'vote') return [...combination.weights];
  const weights = new Array<number>(members).fill(0);
  combination.members.forEach((member, at) => {
    weights[member] = combination.weights[at] as number;
  });
  return weights;
}

const wordOf = ({ kind }: SavedEnsemble['combination']): string =>
  ({
    blend: 'The members are weighed.',
    stack: 'A linear model of the members answers.',
    vote: 'Each member has its voice.',
  })[kind];
