import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AutomlPrediction, FeatureTable, Problem } from '@stroma/learn';
import type { RunningCommand } from '../commands.ts';
import { isFile } from '../source-files.ts';

export const isOnnxFile = (word: string): boolean => /\.onnx$/i.test(word) && isFile(word);

/** Predicts with an ONNX file, of ours or of another program. Throws as `importOnnx`. */
export async function predictOnnx(
  path: string,
  table: FeatureTable,
  { invocation, signal }: RunningCommand,
): Promise<{
  model_id: string;
  problem: Pick<Problem, 'type' | 'labels'>;
  target: string;
  predicted: AutomlPrediction;
}> {
  const { importOnnx } = await import('@stroma/learn/onnx');
  const bytes = readFileSync(path);
  const listed = (option: string) => invocation.text(option)?.split(',');
  const [columns, classes] = [listed('columns'), listed('classes')];
  await using model = await importOnnx(bytes, { ...(columns && { columns }), ...(classes && { classes }) });
  const { metadata } = model;
  const labels = [...model.classes];
  return {
    model_id:
      metadata['stroma.model_id'] ?? `onnx_${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`,
    problem: {
      type: labels.length === 0 ? 'regression' : labels.length === 2 ? 'binary' : 'multiclass',
      labels,
    },
    target: metadata['stroma.target'] ?? 'prediction',
    predicted: { ...(await model.predict(table, { signal })), unseen: [] },
  };
}
