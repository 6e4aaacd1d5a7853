import type {
  api,
  ModelEvaluation,
  ModelExplanation,
  Predictions as PredictionsDocument,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { AskedFor, Trials } from '../challengers/trials.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { PredictionReviews } from '../governance/prediction-reviews.service.ts';
import type { Asked } from './model-answers.ts';
import type { PredictionLogs } from './prediction-log.ts';
import type { ServedModels, ServedVersion } from './served-models.ts';

type PredictBody = z.output<typeof api.predictions.predict.body>;
type ExplainBody = z.output<typeof api.predictions.explain.body>;

export interface ServingThreads {
  /** Single predictions, which nothing long may stand before. */
  quick: Threads;
  /** Explanations of whole models, and files. */
  slow: Threads;
}

/** Whether a version is named by its number, which nothing else may answer for. */
export const isNumber = (version: string | undefined): boolean => /^v?\d{1,7}$/.test(version ?? '');

const mostExplained = 20;
const keptExplanations = 100;

/** Predictions and explanations for somebody. */
export class Predictions {
  readonly #parts: ModelParts;
  readonly #served: ServedModels;
  readonly #threads: ServingThreads;
  readonly #log: PredictionLogs;
  readonly #trials: Trials;
  readonly #reviews: Pick<PredictionReviews, 'hold'>;
  readonly #globals = new Map<string, Promise<ModelExplanation>>();

  constructor(
    parts: ModelParts,
    served: ServedModels,
    threads: ServingThreads,
    log: PredictionLogs,
    trials: Trials,
    reviews: Pick<PredictionReviews, 'hold'>,
  ) {
    this.#log = log;
    this.#trials = trials;
    this.#reviews = reviews;
    this.#parts = parts;
    this.#served = served;
    this.#threads = threads;
  }

  async predict(
    ctx: Context,
    { model_id, version, rows, explain, what_if, assignment_key }: PredictBody,
  ): Promise<PredictionsDocument> {
    if (explain && rows.length > mostExplained)
      fail(
        'INVALID_INPUT',
        `At most ${mostExplained} rows are explained at once; ${rows.length} were given.`,
        {
          field: 'rows',
          limit: mostExplained,
        },
      );
    const found = await this.#served.find(ctx, model_id, version, 'predict');
    if (what_if) return this.#whatIf(ctx, found, rows, explain);
    return this.of(ctx, found, rows, explain, { pinned: isNumber(version), key: assignment_key });
  }

  async of(
    ctx: Context,
    found: ServedVersion,
    rows: PredictBody['rows'],
    explain: boolean,
    asked: AskedFor,
  ): Promise<PredictionsDocument> {
    const { answering, trial } = await this.#trials.of(ctx, found, asked);
    const began = performance.now();
    const told = await this.#ask(ctx, answering, rows, explain);
    const latencyMs = performance.now() - began;
    const predictions = this.#log.keep(ctx, answering, rows, told.predictions, {
      all: trial !== null,
      latencyMs,
    });
    if (trial !== null) this.#trials.keep(ctx, trial, rows, predictions);
    return {
      ...headOf(answering, told),
      ...(await this.#reviews.hold(ctx, answering, rows, predictions)),
    };
  }

  /** Decides nothing, so nothing of it is kept, tried or reviewed. */
  async #whatIf(
    ctx: Context,
    found: ServedVersion,
    rows: PredictBody['rows'],
    explain: boolean,
  ): Promise<PredictionsDocument> {
    const told = await this.#ask(ctx, found, rows, explain);
    return { ...headOf(found, told), requires_review: false, what_if: true, predictions: told.predictions };
  }

  #ask(ctx: Context, found: ServedVersion, rows: PredictBody['rows'], explain: boolean) {
    return this.#served.ask(this.#threads.quick, ctx, found, { kind: 'predict', rows, explain });
  }

  async metrics(ctx: Context, modelId: string, version: string | undefined): Promise<ModelEvaluation> {
    return this.#served.evaluation(ctx, await this.#served.find(ctx, modelId, version, 'tell'));
  }

  async explain(ctx: Context, modelId: string, body: ExplainBody): Promise<ModelExplanation> {
    const use = body.kind === 'row' ? 'predict' : 'tell';
    const found = await this.#served.find(ctx, modelId, body.version, use);
    const asked = askedOf(body);
    if (asked.kind !== 'global') return this.#explained(ctx, found, asked);
    const key = `${found.version.id} ${asked.method ?? ''} ${asked.label ?? ''}`;
    const known = this.#globals.get(key);
    if (known !== undefined) return known;
    // Others may wait for it too when who asked first has left.
    const explaining = this.#explained({ signal: new AbortController().signal }, found, asked);
    this.#globals.set(key, explaining);
    explaining.catch(() => this.#globals.delete(key));
    const [oldest] = this.#globals.keys();
    if (this.#globals.size > keptExplanations && oldest !== undefined) this.#globals.delete(oldest);
    return explaining;
  }

  async #explained(
    ctx: Pick<Context, 'signal'>,
    found: ServedVersion,
    asked: Asked,
  ): Promise<ModelExplanation> {
    return (await this.#served.ask(this.#threads.slow, ctx, found, { kind: 'explain', asked })).explanation;
  }

  /** What a download holds. On record, for it holds rows that were learned from. */
  async export(ctx: Context, modelId: string, wanted: string | undefined, format: 'stroma' | 'onnx') {
    const found = await this.#served.find(ctx, modelId, wanted, 'tell');
    const { version, model, trained } = found;
    const { platform, access } = this.#parts;
    const onnx =
      format === 'onnx'
        ? (await this.#served.ask(this.#threads.slow, ctx, found, { kind: 'onnx', model_id: model.id })).bytes
        : null;
    await access.audit.append(ctx, {
      action: 'model-version.exported',
      object: { kind: 'model_version', id: version.id },
      outcome: 'success',
      details: { name: model.name, number: version.number, format, model_sha256: trained.modelSha256 },
    });
    const name = `${model.name} ${version.number}`;
    if (onnx !== null) return { name: `${name}.onnx`, content: Buffer.from(onnx) };
    return { name: `${name}.stroma-model`, content: await platform.objects.get(trained.modelKey) };
  }
}

const headOf = (
  { model, version }: ServedVersion,
  { labels, target }: { labels: string[]; target: string },
) => ({
  model_id: model.id,
  model_name: model.name,
  version_id: version.id,
  number: version.number,
  target,
  problem_type:
    labels.length === 0
      ? ('regression' as const)
      : labels.length === 2
        ? ('binary' as const)
        : ('multiclass' as const),
  labels,
});

function askedOf(body: ExplainBody): Asked {
  const label = body.label ?? null;
  switch (body.kind) {
    case 'global':
      return { kind: 'global', label, method: body.method ?? null };
    case 'row':
      return { kind: 'row', label, method: body.method ?? null, row: body.row };
    case 'dependence':
      return { kind: 'dependence', label, column: body.column };
    case 'counterfactual': {
      const { row, fixed, most, at_least = null, at_most = null } = body;
      return { kind: 'counterfactual', label, row, fixed, most, at_least, at_most };
    }
  }
}
