import { StromaError } from '@stroma/kernel';

/** Of each row, 0 or more; all 1 when left out. */
export type Weights = Float64Array | undefined;

export const weightAt = (weights: Weights, row: number): number =>
  weights === undefined ? 1 : (weights[row] as number);

export function checkLengths(rows: number, given: number, what: string): void {
  if (rows !== given || rows === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `As many ${what} as rows, at least one, were expected; ${given} were given for ${rows} rows.`,
      { rows, given },
    );
}

/** Class of the largest probability of each row, the first of equal ones. `probabilities` rows x classes, by row. */
export function likeliest(probabilities: Float64Array, classes: number): Int32Array {
  const codes = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < codes.length; row++) {
    let best = 0;
    for (let code = 1; code < classes; code++)
      if ((probabilities[row * classes + code] as number) > (probabilities[row * classes + best] as number))
        best = code;
    codes[row] = best;
  }
  return codes;
}

/** Weight of the rows of each true class (by row) that are called each class (by column): classes x classes. */
export function confusionMatrix(
  truth: Int32Array,
  called: Int32Array,
  classes: number,
  weights?: Weights,
): Float64Array {
  checkLengths(truth.length, called.length, 'calls');
  const cells = new Float64Array(classes * classes);
  for (let row = 0; row < truth.length; row++) {
    const cell = (truth[row] as number) * classes + (called[row] as number);
    cells[cell] = (cells[cell] as number) + weightAt(weights, row);
  }
  return cells;
}

interface Margins {
  hits: Float64Array;
  truths: Float64Array;
  calls: Float64Array;
  total: number;
}

function marginsOf(confusion: Float64Array): Margins {
  const classes = Math.sqrt(confusion.length);
  const [hits, truths, calls] = [0, 0, 0].map(() => new Float64Array(classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let total = 0;
  for (let truth = 0; truth < classes; truth++)
    for (let call = 0; call < classes; call++) {
      const weight = confusion[truth * classes + call] as number;
      truths[truth] = (truths[truth] as number) + weight;
      calls[call] = (calls[call] as number) + weight;
      total += weight;
      if (truth === call) hits[truth] = weight;
    }
  return { hits, truths, calls, total };
}

/** Share of the weight that is called rightly. */
export function accuracy(confusion: Float64Array): number {
  const { hits, total } = marginsOf(confusion);
  return sumOf(hits) / total;
}

/** Mean over the classes there are of the share of each that is found. */
export function balancedAccuracy(confusion: Float64Array): number {
  const { hits, truths } = marginsOf(confusion);
  let sum = 0;
  let classes = 0;
  for (let code = 0; code < hits.length; code++) {
    if ((truths[code] as number) === 0) continue;
    sum += (hits[code] as number) / (truths[code] as number);
    classes += 1;
  }
  return sum / classes;
}

/** Of one class: 2 hits / (truths + calls); 0 where it is neither there nor called. */
export function f1(confusion: Float64Array, code: number): number {
  const { hits, truths, calls } = marginsOf(confusion);
  const both = (truths[code] as number) + (calls[code] as number);
  return both > 0 ? (2 * (hits[code] as number)) / both : 0;
}

/** Mean F1 over the classes that are there or called. */
export function macroF1(confusion: Float64Array): number {
  const { hits, truths, calls } = marginsOf(confusion);
  const there = [...hits.keys()].filter((code) => (truths[code] as number) + (calls[code] as number) > 0);
  return there.reduce((sum, code) => sum + f1(confusion, code), 0) / there.length;
}

/** Matthews' correlation for any number of classes; 0 where one side is constant. Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006. */
export function matthews(confusion: Float64Array): number {
  const { hits, truths, calls, total } = marginsOf(confusion);
  const dot = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  const above = sumOf(hits) * total - dot(truths, calls);
  const below = Math.sqrt(total * total - dot(calls, calls)) * Math.sqrt(total * total - dot(truths, truths));
  return below > 0 ? above / below : 0;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
