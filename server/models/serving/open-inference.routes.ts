import {
  type ErrorCode,
  errorCatalogue,
  type Inference,
  type InferenceMetadata,
  type InferenceRequest,
  openInferenceApi,
  type PredictionRow,
  type Predictions as PredictionsDocument,
  type SignatureColumn,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { answerError, InputError } from '../../platform/http/error-answers.ts';
import { route } from '../../platform/http/register-route.ts';
import { engine } from '../training/engine.ts';
import { isNumber, type Predictions } from './predictions.service.ts';
import type { ServedModels, ServedVersion } from './served-models.ts';

interface Spoken {
  served: ServedModels;
  predictions: Predictions;
}

/** What clients of the Open Inference Protocol ask, with its errors: see `docs/serving.md`. */
export function openInferenceRoutes(app: FastifyInstance, { served, predictions }: Spoken): void {
  const find = (ctx: Context, { name, version }: { name: string; version?: string }) =>
    /^mdl_[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)
      ? served.find(ctx, name, version, 'predict')
      : served.named(ctx, name, version, 'predict');
  const metadata = async (ctx: Context, named: { name: string; version?: string }) => {
    const found = await find(ctx, named);
    const { signature, labels, holdout } = await served.evaluation(ctx, found);
    return metadataOf(found, signature, labels, holdout?.coverage != null);
  };
  const isReady = async (ctx: Context, named: { name: string; version?: string }) => {
    const { model } = await find(ctx, named);
    return { name: model.name, ready: true };
  };
  const infer = async (
    ctx: Context,
    named: { name: string; version?: string },
    request: InferenceRequest,
  ): Promise<Inference> => {
    const found = await find(ctx, named);
    const told = await predictions.of(ctx, found, rowsOf(request), false, {
      pinned: isNumber(named.version),
      key: undefined,
    });
    return inferenceOf(told, request);
  };
  app.register((spoken, _, registered) => {
    spoken.setErrorHandler(answerInferenceError);
    const of = openInferenceApi;
    const [name = 'stroma', version = ''] = engine.split(' ');
    route(spoken, of.server, async () => ({ name, version, extensions: [] }));
    route(spoken, of.live, async () => ({ live: true }));
    route(spoken, of.ready, async () => ({ ready: true }));
    route(spoken, of.model, ({ ctx, params }) => metadata(ctx, params));
    route(spoken, of.modelReady, ({ ctx, params }) => isReady(ctx, params));
    route(spoken, of.infer, ({ ctx, params, body }) => infer(ctx, params, body));
    route(spoken, of.version, ({ ctx, params }) => metadata(ctx, params));
    route(spoken, of.versionReady, ({ ctx, params }) => isReady(ctx, params));
    route(spoken, of.inferVersion, ({ ctx, params, body }) => infer(ctx, params, body));
    registered();
  });
}

function metadataOf(
  { model, version }: ServedVersion,
  signature: readonly SignatureColumn[],
  labels: readonly string[],
  hasInterval: boolean,
): InferenceMetadata {
  const column = (name: string, datatype: string) => ({ name, datatype, shape: [-1] });
  return {
    name: model.name,
    versions: [String(version.number)],
    platform: 'stroma',
    inputs: signature.map(({ name, kind }) => column(name, kind === 'number' ? 'FP64' : 'BYTES')),
    outputs:
      labels.length > 0
        ? [
            column('prediction', 'BYTES'),
            { name: 'probabilities', datatype: 'FP64', shape: [-1, labels.length] },
          ]
        : [
            column('prediction', 'FP64'),
            ...(hasInterval ? [column('low', 'FP64'), column('high', 'FP64')] : []),
          ],
  };
}

/** Columns side by side as rows. Throws INVALID_INPUT where they are of different lengths. */
function rowsOf({ inputs }: InferenceRequest): PredictionRow[] {
  const rows = inputs[0]?.shape[0] ?? 0;
  if (rows === 0) fail('INVALID_INPUT', 'Expected at least one row; the first input has none.');
  const columns = inputs.map(({ name, shape, data }) => {
    const [length, width = 1] = shape;
    if (length !== rows || width !== 1 || data.length !== rows)
      fail(
        'INVALID_INPUT',
        `Expected the input "${name}" to be of shape [${rows}] or [${rows}, 1] with as many values; given [${shape.join(', ')}] and ${data.length}.`,
        { input: name },
      );
    return [name, data.map((each) => (Array.isArray(each) ? (each[0] ?? null) : each))] as const;
  });
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(([name, data]) => [name, data[row] ?? null])),
  );
}

function inferenceOf(
  { model_name, number, labels, predictions }: PredictionsDocument,
  { id, outputs: wanted }: InferenceRequest,
): Inference {
  const rows = predictions.length;
  const column = (name: string, datatype: string, data: (string | number | null)[]) => ({
    name,
    datatype,
    shape: [rows],
    data,
  });
  const said = predictions.map(({ prediction }) => prediction);
  const outputs: Inference['outputs'] =
    labels.length > 0
      ? [
          column('prediction', 'BYTES', said),
          {
            name: 'probabilities',
            datatype: 'FP64',
            shape: [rows, labels.length],
            data: predictions.flatMap(({ probabilities }) =>
              labels.map((label) => probabilities?.[label] ?? null),
            ),
          },
        ]
      : [
          column('prediction', 'FP64', said),
          ...(predictions.some(({ low }) => low !== null)
            ? [
                column(
                  'low',
                  'FP64',
                  predictions.map(({ low }) => low),
                ),
                column(
                  'high',
                  'FP64',
                  predictions.map(({ high }) => high),
                ),
              ]
            : []),
        ];
  const names = wanted?.map(({ name }) => name);
  const unknown = names?.find((name) => !outputs.some((output) => output.name === name));
  if (unknown !== undefined)
    fail(
      'INVALID_INPUT',
      `Expected outputs among ${outputs.map(({ name }) => name).join(', ')}; given "${unknown}".`,
    );
  return {
    model_name,
    model_version: String(number),
    ...(id !== undefined && { id }),
    outputs: names === undefined ? outputs : outputs.filter(({ name }) => names.includes(name)),
  };
}

/** Every failure in the form of the protocol: `error`, in words. What is a fault is logged as everywhere. */
function answerInferenceError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = tell(error);
  if (told === null) {
    reply.serializer(JSON.stringify);
    return answerError(error, request, reply);
  }
  if (told.status === 401) void reply.header('www-authenticate', 'Bearer realm="stroma"');
  const wait = error instanceof StromaError ? error.details.retry_after_seconds : undefined;
  if (typeof wait === 'number') void reply.header('retry-after', String(Math.ceil(wait)));
  return reply
    .code(told.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ error: told.message });
}

function tell(error: unknown): { status: number; message: string } | null {
  if (error instanceof InputError) return { status: 400, message: error.told.message };
  if (error instanceof StromaError && Object.hasOwn(errorCatalogue, error.code)) {
    const { status } = errorCatalogue[error.code as ErrorCode];
    return status >= 500 && status !== 503 ? null : { status, message: error.message };
  }
  const { statusCode, message = '' } = error as Partial<FastifyError>;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? { status: statusCode, message }
    : null;
}
