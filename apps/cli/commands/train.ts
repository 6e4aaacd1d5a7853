import { availableParallelism } from 'node:os';
import { learningMetrics, type ModelEvaluation, type NetworkKind, networkKinds } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type {
  AutomlOptions,
  AutomlSplit,
  FamilyName,
  FeatureTable,
  MetricName,
  Preset,
  ProblemType,
} from '@stroma/learn';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { findServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { readLearningTable } from '../local/learning-table.ts';
import { keepModel } from '../local/model-files.ts';
import { nearestWord } from '../nearest-word.ts';
import { trainThere } from '../remote/remote-models.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { isFile, refuseMissingFile } from '../source-files.ts';
import { trainingView } from '../views/learning-view.ts';

const longestSeconds = 1800;

/** What `stroma train --json` prints. */
export type TrainingDocument = ReturnType<typeof documentOf> & { version?: number; server?: string };

export const train: CommandRun = async (running) => {
  const { invocation, output, signal, env } = running;
  const began = performance.now();
  const [word = ''] = invocation.words;
  const target = invocation.text('target');
  if (target === null)
    throw new UsageError('Expected --target with the column to predict.', invocation.command.name);
  const seconds = invocation.number('time', { whole: false, least: 0.1 }) ?? 60;
  if (seconds > longestSeconds)
    throw new UsageError(
      `Expected --time of at most ${longestSeconds} seconds, given ${seconds}.`,
      invocation.command.name,
    );
  const { familyNames, presets, problemTypes, automl, TreeThreads } = await import('@stroma/learn');
  const metric = oneOf<MetricName>(running, 'metric', learningMetrics);
  const problem = oneOf<ProblemType>(running, 'problem', problemTypes);
  const preset = oneOf<Preset>(running, 'preset', presets);
  const kind = oneOf<FamilyName | NetworkKind>(running, 'kind', [
    ...new Set([...familyNames, ...networkKinds]),
  ]);
  if (kind !== null && preset !== null)
    throw new UsageError(
      'Expected --kind or --preset: with a kind nothing is searched.',
      invocation.command.name,
    );
  const seed = invocation.number('seed') ?? 1;
  const split = splitOf(running);
  const megabytes = invocation.number('memory', { whole: false, least: 0.001 });
  if (!isFile(word)) {
    const server = await findServer(running);
    if (server === null) return refuseMissingFile(word, true);
    if (invocation.text('out') !== null)
      throw new UsageError('Expected no --out: the server keeps the model.', invocation.command.name);
    if (megabytes !== null)
      throw new UsageError(
        'Expected no --memory: the server has a limit of its own, STROMA_TRAINING_MEMORY_MB.',
        invocation.command.name,
      );
    const wish = { target, time_limit_s: seconds, seed, metric, problem, preset, kind, split };
    const trained = await trainThere(server, word, wish, running);
    const document = {
      ...documentOf(trained, { model_id: trained.model_id, model_file: null }),
      version: trained.number,
      server: server.url,
    };
    await output.result(document, () => trainingView(document, output));
    return exitStatus.ok;
  }
  const own = await onlyOf(running, kind);
  const { table, leftOut } = await withScratchFolder((folder) => readLearningTable(word, folder, running));
  checkTarget(table, target, leftOut);
  const threads = new TreeThreads(Math.min(8, availableParallelism()));
  try {
    const result = await automl({
      table,
      target,
      time_limit_seconds: seconds,
      seed,
      clock: clockFrom(Math.max(began, performance.now() - (seconds / 2) * 1000)),
      threads,
      signal,
      onProgress: ({ fraction, phase, fits }) => output.progress(fraction, `${fits} fits, ${phase}`),
      ...(metric && { metric }),
      ...(problem && { problem }),
      ...(preset && { preset }),
      ...(split && { split }),
      ...(megabytes !== null && { memory_limit_bytes: megabytes * 2 ** 20 }),
      ...own,
    });
    for (const { name, reason } of leftOut)
      result.decisions.unshift({
        decision: 'column_left_out',
        columns: [name],
        message: `"${name}": ${reason}`,
      });
    const { model_id, path } = keepModel(result.model, invocation.text('out'), env);
    const { problem: found, model, ...told } = result;
    const document = documentOf(
      { ...told, target: model.target, problem_type: found.type, problem_reasons: found.reasons },
      { model_id, model_file: path },
    );
    await output.result(document, () => trainingView(document, output));
    return exitStatus.ok;
  } finally {
    threads.close();
  }
};

/** A clock whose first look is at `first`: the time that reading the file took counts, up to half of what there is. */
function clockFrom(first: number): () => number {
  let isRead = false;
  return () => {
    if (isRead) return performance.now();
    isRead = true;
    return first;
  };
}

/** What of AutoML learns alone; all, networks too, where nothing is asked for. Networks of sequences and images need a server, which arranges their columns. */
async function onlyOf(
  { invocation }: RunningCommand,
  kind: FamilyName | NetworkKind | null,
): Promise<Pick<AutomlOptions, 'only' | 'learners'>> {
  if (kind === null) return { learners: (await import('@stroma/learn/networks')).networkLearners };
  const { familyNames, networkFamilyNames } = await import('@stroma/learn');
  const family = familyNames.find((each) => each === kind);
  if (family === undefined)
    throw new UsageError(
      `Expected --kind to be one of ${familyNames.join(', ')} for a file; ${kind} is trained on a dataset of a server.`,
      invocation.command.name,
    );
  const only = { family, settings: {} };
  if (!networkFamilyNames.some((each) => each === family)) return { only };
  return { only, learners: (await import('@stroma/learn/networks')).networkLearners };
}

/** How rows are parted; null by chance. */
function splitOf({ invocation }: RunningCommand): AutomlSplit | null {
  const [group, site, latest] = [
    invocation.text('group'),
    invocation.text('site'),
    invocation.text('latest'),
  ];
  if ([group, site, latest].filter((each) => each !== null).length > 1)
    throw new UsageError('Expected one of --group, --site and --latest.', invocation.command.name);
  if (group !== null) return { by: 'grouped', column: group };
  if (latest !== null) return { by: 'time', column: latest };
  if (site === null) return null;
  const cut = site.indexOf('=');
  if (cut < 1)
    throw new UsageError(
      `Expected --site as column=value, as in --site clinic=Berlin; given "${site}".`,
      invocation.command.name,
    );
  return { by: 'site', column: site.slice(0, cut), site: site.slice(cut + 1) };
}

function oneOf<Word extends string>(
  { invocation }: RunningCommand,
  option: string,
  known: readonly Word[],
): Word | null {
  const given = invocation.text(option);
  if (given === null) return null;
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  const near = nearestWord(given, known);
  throw new UsageError(
    `Expected --${option} to be one of ${known.join(', ')}; given "${given}".${near === null ? '' : ` Did you mean "${near}"?`}`,
    invocation.command.name,
  );
}

function checkTarget(
  table: FeatureTable,
  target: string,
  leftOut: readonly { name: string; reason: string }[],
): void {
  const names = table.columns.map(({ name }) => name);
  if (names.includes(target)) return;
  const out = leftOut.find(({ name }) => name === target);
  if (out !== undefined)
    throw new StromaError('INVALID_INPUT', `"${target}" cannot be predicted. ${out.reason}`, { target });
  const near = nearestWord(target, names);
  const some = names.slice(0, 12).map((name) => `"${name}"`);
  throw new StromaError(
    'INVALID_INPUT',
    `The table has no column "${target}". ${near === null ? `It has ${some.join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.` : `Did you mean "${near}"?`}`,
    near === null ? { column: target } : { column: target, nearest: near },
  );
}

type Told = Pick<
  ModelEvaluation,
  'target' | 'problem_type' | 'problem_reasons' | 'stopped' | 'failed' | 'fits' | 'memory_bytes' | 'seconds'
> & {
  metric: string;
  leaderboard: readonly {
    model: string;
    metric: string;
    score: number;
    ci: readonly [number, number] | null;
    weight: number | null;
  }[];
  holdout: {
    rows: number;
    scores: readonly { metric: string; score: number; ci: readonly [number, number] | null }[];
    baseline: number;
    coverage: number | null;
  } | null;
  learning_curve: readonly { rows: number; score: number }[];
  decisions: readonly { decision: string; message: string }[];
  leaks: readonly { message: string }[];
};

function documentOf(told: Told, kept: { model_id: string; model_file: string | null }) {
  return {
    ...kept,
    problem_type: told.problem_type,
    problem_reasons: told.problem_reasons,
    target: told.target,
    metric: told.metric,
    // One fold alone tells no interval.
    leaderboard: told.leaderboard.map((entry) => ({
      ...entry,
      ci: entry.ci?.every(Number.isFinite) ? entry.ci : null,
    })),
    holdout: told.holdout,
    learning_curve: told.learning_curve,
    stopped: told.stopped,
    decisions: told.decisions,
    leaks: told.leaks,
    failed: told.failed,
    fits: told.fits,
    memory_bytes: told.memory_bytes,
    seconds: told.seconds,
  };
}
