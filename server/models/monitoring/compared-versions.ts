import { readFileSync } from 'node:fs';
import type { LearningMetric, SignatureColumn } from '@stroma/contracts';
import { asTrained, type FeatureTable, fewestDriftRows } from '@stroma/learn';
import type { TaskContext } from '../../platform/threads/serve-task.ts';
import type { AskedModel } from '../training/kept/asked-model.ts';
import { openKept, readKept } from '../training/kept/kept-model.ts';
import { readLearningTable, type TableTask } from '../training/learning-table.ts';
import {
  type LoggedRows,
  type LoggedTexts,
  labelledRows,
  outputsOfRows,
  readLogged,
  targetOfRows,
} from './observed-rows.ts';
import { type Comparison, comparedScores, rowKeys } from './retraining-comparison.ts';

interface ComparedVersion {
  model: string;
  signature: readonly SignatureColumn[];
  /** What it learned from, and what the models it is made of did. */
  learned: TableTask[];
}

export interface CompareTask {
  before: ComparedVersion;
  after: ComparedVersion;
  /** Whose outcome is known. */
  logged: LoggedTexts;
  metric: LearningMetric;
  seed: number;
}

/** Null where fewer than 20 rows are left that neither learned from, or they are all of one class. */
export type ComparedOnOutcomes = Omit<Comparison, 'basis' | 'metric'> | null;

/** A table of more rows is not looked through for rows that are known again. */
const mostLearned = 500_000;

/** Two versions on logged rows that neither learned from. */
export async function compareTask(task: CompareTask, ctx: TaskContext): Promise<ComparedOnOutcomes> {
  const { logged, metric, seed } = task;
  if (logged.said.length < fewestDriftRows) return null;
  const [before, after] = [await readSeen(task.before, logged), await readSeen(task.after, logged)];
  ctx.progress(0.3, 'leaving out what was learned from');
  const learned = await Promise.all([
    learnedFrom(before, task.before, ctx.signal),
    learnedFrom(after, task.after, ctx.signal),
  ]);
  const [own, others] = learned;
  if (own === null || others === null) return null;
  const all = Uint32Array.from({ length: logged.said.length }, (_, row) => row);
  const known = labelledRows(after.rows.labels, labelledRows(before.rows.labels, all));
  const rows = known.filter((row) => !own.has(row) && !others.has(row));
  const target = targetOfRows(before.rows.labels, rows);
  if (rows.length < fewestDriftRows || (target.kind === 'class' && new Set(target.codes).size < 2))
    return null;
  ctx.progress(0.7, 'comparing');
  const of = ({ rows: { outputs } }: Seen) => outputsOfRows(outputs, rows, all.length);
  // Classes of the two may stand in another order, or be others.
  if (!sameClasses(before.model, after.model)) return null;
  return {
    rows: rows.length,
    left_out: known.length - rows.length,
    ...comparedScores(metric, target, { before: of(before), after: of(after) }, seed),
  };
}

interface Seen {
  model: AskedModel;
  rows: LoggedRows;
}

async function readSeen({ model: path, signature }: ComparedVersion, logged: LoggedTexts): Promise<Seen> {
  const model = await openKept(readKept(readFileSync(path)));
  try {
    return { model, rows: await readLogged(model, signature, logged) };
  } finally {
    await model.close?.();
  }
}

const sameClasses = (a: AskedModel, b: AskedModel): boolean =>
  a.saved.problem.labels.join('\n') === b.saved.problem.labels.join('\n');

/** Places of the logged rows that hold the same as a row it learned from; null of a table too large to look through. */
async function learnedFrom(
  seen: Seen,
  { learned }: ComparedVersion,
  signal: AbortSignal,
): Promise<Set<number> | null> {
  const places = new Set<number>();
  for (const task of learned) {
    const { table } = await readLearningTable(task, signal);
    if (table.rows > mostLearned) return null;
    for (const place of knownAgain(seen, table)) places.add(place);
  }
  return places;
}

/** By the columns of the version that the table has: what a part of it learned from may have fewer. */
function knownAgain({ model: { saved }, rows }: Seen, table: FeatureTable): number[] {
  const has = new Set(table.columns.map(({ name }) => name));
  const shared = new Set(saved.schema.flatMap(({ name }) => (has.has(name) ? [name] : [])));
  if (shared.size === 0) return [];
  const keysOf = ({ rows, columns }: FeatureTable) =>
    rowKeys({ rows, columns: columns.filter(({ name }) => shared.has(name)) });
  const known = new Set(keysOf(asTrained(table, saved.schema)));
  return keysOf(rows.table).flatMap((key, row) => (known.has(key) ? [row] : []));
}
