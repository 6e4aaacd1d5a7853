/** How a network's outputs become predictions. Numbers are learned in their standard deviation about their mean. */
export type Head =
  | { kind: 'number'; centre: number; scale: number }
  /** Logits are divided by the temperature, 1 or more, before they become probabilities. */
  | { kind: 'class'; classes: number; temperature: number }
  | { kind: 'survival' };

export const outputsOf = (head: Head): number => (head.kind === 'class' ? head.classes : 1);

/** From what a network gives, rows x outputs, to what a Predictor gives. */
export function predictionsOf(head: Head, outputs: Float32Array | Float64Array): Float64Array {
  const predicted = Float64Array.from(outputs);
  if (head.kind === 'number') return predicted.map((value) => head.centre + head.scale * value);
  if (head.kind === 'survival') return predicted;
  const { classes, temperature } = head;
  for (let from = 0; from < predicted.length; from += classes) {
    const own = predicted.subarray(from, from + classes);
    const most = own.reduce((a, b) => Math.max(a, b));
    const raised = own.map((value) => Math.exp((value - most) / temperature));
    const sum = raised.reduce((a, b) => a + b);
    own.set(raised.map((value) => value / sum));
  }
  return predicted;
}
