import type { FeatureColumn } from '@stroma/learn';

/** Of numbers what is said, of two classes the probability of the second, of more the likeliest. */
export function predictedColumns(labels: readonly string[], outputs: Float64Array): FeatureColumn[] {
  const width = Math.max(1, labels.length);
  if (width <= 2)
    return [
      {
        kind: 'number',
        name: width === 1 ? 'prediction' : `probability of ${labels[1]}`,
        values: outputs.filter((_, at) => at % width === width - 1),
      },
    ];
  const codes = Int32Array.from({ length: outputs.length / width }, (_, row) => {
    const own = outputs.subarray(row * width, (row + 1) * width);
    return own.indexOf(Math.max(...own));
  });
  return [{ kind: 'category', name: 'prediction', codes, levels: labels }];
}
