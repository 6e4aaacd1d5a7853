import type { ModelEvaluation } from '@stroma/contracts';
import {
  averagePrecision,
  calibrationBins,
  calibrationError,
  confusionMatrix,
  type HeldOutRows,
  type Holdout,
  likeliest,
  type MetricName,
  metrics,
  type Problem,
  permutationImportance,
  precisionRecallCurve,
  rocAuc,
  rocCurve,
  sampleRows,
  takeRows,
  takeTarget,
  viewAutoml,
  wilsonInterval,
} from '@stroma/learn';
import type { AskedModel } from './kept/asked-model.ts';

/** What a training of any kind has found out. */
export interface LearningResult {
  problem: Problem;
  metric: MetricName;
  held_out: Omit<HeldOutRows, 'model'> | null;
  holdout: Holdout | null;
  leaderboard: readonly (Omit<ModelEvaluation['leaderboard'][number], 'metric'> & { metric: MetricName })[];
  learning_curve: readonly ModelEvaluation['learning_curve'][number][];
  stopped: ModelEvaluation['stopped'];
  decisions: ModelEvaluation['decisions'];
  leaks: ModelEvaluation['leaks'];
  failed: ModelEvaluation['failed'];
  fits: number;
  seconds: number;
  memory_bytes: number;
}

type Curves = Pick<ModelEvaluation, 'confusion' | 'roc' | 'precision_recall' | 'calibration' | 'residuals'>;

const mostCurvePoints = 200;
const mostCurves = 20;
const mostResiduals = 1000;
const residualBins = 24;
const importanceRepeats = 5;

/** What is told of a training, but for where it is registered. */
export type LearnedPart = Omit<
  ModelEvaluation,
  | 'model_id'
  | 'model_name'
  | 'version_id'
  | 'number'
  | 'kind'
  | 'signature'
  | 'dataset'
  | 'parameters'
  | 'model_bytes'
  | 'model_sha256'
  | 'engine'
  | 'run_id'
  | 'provenance_id'
  | 'trained_at'
>;

/** `model` says which columns matter, of the rows held out: one that has not seen them. */
export async function learnedPart(
  result: LearningResult,
  model: AskedModel | null,
  {
    target,
    seed,
    mostPredictions,
    signal,
  }: { target: string; seed: number; mostPredictions: number; signal: AbortSignal },
): Promise<LearnedPart> {
  const { problem, held_out: rows } = result;
  return {
    learned_by: learnedBy(result),
    target,
    problem_type: problem.type,
    problem_reasons: problem.reasons,
    labels: problem.labels,
    metric: result.metric as ModelEvaluation['metric'],
    more_is_better: metrics[result.metric].more,
    holdout: result.holdout as ModelEvaluation['holdout'],
    ...curvesOf(rows, problem.labels),
    importance:
      rows === null || model === null
        ? []
        : await importanceOf(result, model, rows, seed, mostPredictions, signal),
    leaderboard: result.leaderboard as ModelEvaluation['leaderboard'],
    learning_curve: [...result.learning_curve],
    stopped: result.stopped,
    decisions: result.decisions,
    leaks: result.leaks,
    failed: result.failed,
    fits: result.fits,
    seconds: result.seconds,
    memory_bytes: result.memory_bytes,
  };
}

function learnedBy({ leaderboard }: LearningResult): string {
  const members = leaderboard.filter(({ model, weight }) => model !== 'ensemble' && (weight ?? 0) > 0);
  const [only] = members;
  if (members.length === 1 && only !== undefined) return only.family;
  return `${leaderboard[0]?.family ?? 'blend'} of ${members.length}: ${members.map(({ model }) => model).join(', ')}`;
}

function curvesOf(held: LearningResult['held_out'], labels: readonly string[]): Curves {
  const none: Curves = { confusion: null, roc: [], precision_recall: [], calibration: [], residuals: null };
  if (held === null) return none;
  const { target, outputs, interval } = held;
  if (target.kind === 'number') return { ...none, residuals: residualsOf(target.values, outputs, interval) };
  if (target.kind !== 'class') return none;
  const { codes, classes } = target;
  const counts = confusionMatrix(codes, likeliest(outputs, classes), classes);
  const curves: Curves = {
    ...none,
    confusion: {
      labels: [...labels],
      counts: labels.map((_, truth) => [...counts.subarray(truth * classes, (truth + 1) * classes)]),
    },
  };
  for (let code = classes === 2 ? 1 : 0; code < Math.min(classes, mostCurves); code++) {
    const isPositive = Uint8Array.from(codes, (own) => (own === code ? 1 : 0));
    const positives = isPositive.reduce((sum, own) => sum + own, 0);
    if (positives === 0 || positives === codes.length) continue;
    const label = labels[code] ?? '';
    const scores = Float64Array.from(codes, (_, row) => outputs[row * classes + code] as number);
    const roc = rocCurve(isPositive, scores);
    curves.roc.push({
      label,
      score: rocAuc(isPositive, scores),
      points: thinned(roc.thresholds.length).map((at) => ({
        false_positive_rate: roc.falsePositiveRate[at] as number,
        true_positive_rate: roc.truePositiveRate[at] as number,
        threshold: finite(roc.thresholds[at]),
      })),
    });
    const found = precisionRecallCurve(isPositive, scores);
    curves.precision_recall.push({
      label,
      score: averagePrecision(isPositive, scores),
      points: thinned(found.thresholds.length).map((at) => ({
        recall: found.recall[at] as number,
        precision: found.precision[at] as number,
        threshold: found.thresholds[at] as number,
      })),
    });
    const bins = calibrationBins(isPositive, scores);
    curves.calibration.push({
      label,
      error: calibrationError(bins),
      bins: Array.from(bins.weight, (weight, bin) => {
        const observed = bins.observed[bin] as number;
        const { low, high } = wilsonInterval(observed, weight);
        return { predicted: bins.meanProbability[bin] as number, observed, low, high, rows: weight };
      }),
    });
  }
  return curves;
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Places along a curve, its ends among them. */
function thinned(points: number): number[] {
  const most = Math.min(points, mostCurvePoints);
  const places = Array.from({ length: most }, (_, at) =>
    most === 1 ? 0 : Math.round((at * (points - 1)) / (most - 1)),
  );
  return [...new Set(places)];
}

function residualsOf(
  actual: Float64Array,
  predicted: Float64Array,
  interval: HeldOutRows['interval'],
): ModelEvaluation['residuals'] {
  const residuals = actual.map((value, row) => value - (predicted[row] as number));
  const mean = residuals.reduce((sum, value) => sum + value / residuals.length, 0);
  const variance = residuals.reduce((sum, value) => sum + (value - mean) ** 2 / residuals.length, 0);
  const [least, most] = [Math.min(...residuals), Math.max(...residuals)];
  const width = (most - least) / residualBins;
  const histogram = Array.from({ length: width > 0 ? residualBins : 1 }, (_, bin) => ({
    from: least + bin * width,
    to: width > 0 ? least + (bin + 1) * width : most,
    count: 0,
  }));
  for (const value of residuals) {
    const bin = histogram[width > 0 ? Math.min(residualBins - 1, Math.floor((value - least) / width)) : 0];
    if (bin !== undefined) bin.count += 1;
  }
  const step = Math.max(1, Math.ceil(actual.length / mostResiduals));
  const points = [];
  for (let row = 0; row < actual.length; row += step)
    points.push({
      actual: actual[row] as number,
      predicted: predicted[row] as number,
      low: finite(interval?.low[row]),
      high: finite(interval?.high[row]),
    });
  return { points, mean, sd: Math.sqrt(variance), histogram };
}

/** On rows kept back, as many of them as may be predicted; nothing where those would be too few to tell. */
async function importanceOf(
  { metric }: LearningResult,
  model: AskedModel,
  held: NonNullable<LearningResult['held_out']>,
  seed: number,
  mostPredictions: number,
  signal: AbortSignal,
): Promise<ModelEvaluation['importance']> {
  const columns = held.table.columns.length;
  const most = Math.floor(mostPredictions / (columns * importanceRepeats + 1));
  if (most < 30) return [];
  const rows = sampleRows(held.table.rows, most, seed);
  const table = takeRows(held.table, rows);
  const target = takeTarget(held.target, rows);
  if (target.kind === 'class' && new Set(target.codes).size < 2) return [];
  const view = viewAutoml(model, [table]);
  const { importances } = await permutationImportance(view.predict, view.matrixOf(table), target, {
    seed,
    metric,
    repeats: importanceRepeats,
    signal,
  });
  return importances
    .map(({ name, importance, ci }) => ({ column: name, importance, low: ci[0], high: ci[1] }))
    .sort((a, b) => b.importance - a.importance);
}
