import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FromModel, ToModel } from './process-messages.ts';

/**
 * The process a model of others runs in: `node onnx.process.ts` with an IPC channel. It may be ended at any moment, which
 * a thread inside ONNX Runtime may not.
 */
let session: InferenceSession | null = null;

const answer = (message: FromModel): void => {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(1);
  });
};

async function take(message: ToModel): Promise<void> {
  if (message.kind === 'open') {
    session = await InferenceSession.create(message.bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    answer({ kind: 'opened' });
    return;
  }
  if (session === null) throw new Error('no model is open');
  const feeds = Object.fromEntries(
    Object.entries(message.feeds).map(([name, { type, shape, data }]) => [
      name,
      type === 'string'
        ? new Tensor('string', data as string[], shape)
        : new Tensor(type, data as never, shape),
    ]),
  );
  const results = await session.run(feeds, message.outputs);
  answer({
    kind: 'ran',
    outputs: Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, data as Float32Array | Float64Array]),
    ),
  });
}

process.on('message', (message: ToModel) => {
  take(message).catch((error: unknown) =>
    answer({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
  );
});
// The parent is gone.
process.on('disconnect', () => process.exit(0));
