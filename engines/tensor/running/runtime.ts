import { StromaError } from '@stroma/kernel';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Precision, Typed } from '../onnx/model.ts';

export interface Feed {
  data: Typed;
  shape: readonly number[];
}

/** A graph loaded into ONNX Runtime. `run` holds the thread it is called in until it is done. */
export interface Session extends AsyncDisposable {
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Typed>>;
  close(): Promise<void>;
}

/**
 * Opens the bytes of an ONNX model on one thread. Throws MODEL_INVALID, with ONNX Runtime's words, when it
 * does not load.
 */
export async function openSession(model: Uint8Array, precision: Precision): Promise<Session> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await load(InferenceSession, model, precision);
  const close = () => session.release();
  return {
    async run(feeds) {
      const given: Record<string, OrtTensor> = {};
      for (const [name, { data, shape }] of Object.entries(feeds))
        given[name] = tensorOf(Tensor, data, shape);
      const results = await session.run(given);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, value.data as Typed]));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function load(
  Sessions: typeof InferenceSession,
  model: Uint8Array,
  precision: Precision,
): Promise<InferenceSession> {
  try {
    return await Sessions.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Planned memory is kept beside that of the first run: twice as much, and no faster.
      enableMemPattern: false,
      // Fused products hold their factor as a float, whatever they multiply.
      graphOptimizationLevel: precision === 'f32' ? 'all' : 'basic',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StromaError('MODEL_INVALID', `ONNX Runtime cannot load the model: ${why}`, {}, { cause });
  }
}

function tensorOf(Tensors: typeof OrtTensor, data: Typed, shape: readonly number[]): OrtTensor {
  if (data instanceof Float32Array) return new Tensors('float32', data, shape);
  if (data instanceof Float64Array) return new Tensors('float64', data, shape);
  if (data instanceof Int32Array) return new Tensors('int32', data, shape);
  if (data instanceof BigInt64Array) return new Tensors('int64', data, shape);
  if (data instanceof Uint32Array) return new Tensors('uint32', data, shape);
  return new Tensors('bool', data, shape);
}
