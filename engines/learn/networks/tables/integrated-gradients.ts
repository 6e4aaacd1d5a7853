import { StromaError } from '@stroma/kernel';
import { type TableInputs, tableData } from '../../dense/table-inputs.ts';
import type { Matrix } from '../../estimator.ts';
import { checkSameColumns } from '../../trees/checks.ts';
import { outputsOf } from '../head.ts';
import { LineIntegral, type PointShape, sizeOfPoint } from './line-integral.ts';
import { architectureOfSaved, type SavedTableNetwork } from './table-network.ts';

export interface IntegratedGradientsOptions {
  /** The class whose probability is explained; of each row the likeliest when left out. */
  output?: number;
  /** One row to be compared with. Left out: the middle of numbers, none missing, the mix of the categories of training. */
  baseline?: Matrix;
  /** Most the attributions of a row may miss what they add up to, as a share of 1 or of the target's deviation. */
  tolerance?: number;
  signal?: AbortSignal;
}

export interface IntegratedGradients {
  /** Rows x columns of the matrix, by row, in the unit of the prediction. */
  attributions: Float64Array;
  /** Of each row: its prediction, that of the baseline, and which output both are. */
  values: Float64Array;
  bases: Float64Array;
  outputs: Int32Array;
  /** value - base - Σ attributions: what the integral missed. */
  gaps: Float64Array;
}

/**
 * What each column adds to a row's prediction beside that of a baseline, by the gradient along the straight line
 * between both (Sundararajan 2017, arXiv:1703.01365), in double: a class's probability, a number, or a log hazard.
 * They add up to the difference within the tolerance (completeness): the integral looks closer where it misses most. The
 * line runs where all is an amount: scaled numbers, indicators of missing ones, and
 * embeddings, whose shares are those of their column. Throws INVALID_INPUT for other columns or an unknown class.
 */
export async function integratedGradients(
  saved: SavedTableNetwork,
  matrix: Matrix,
  { output, baseline, tolerance = 1e-3, signal }: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  checkSameColumns(saved, matrix);
  const { head, inputs } = saved;
  const count = outputsOf(head);
  if (output !== undefined && !(Number.isInteger(output) && output >= 0 && output < count))
    throw refuse(`One of the outputs 0 to ${count - 1} was expected; ${output} was given.`);
  if (baseline !== undefined) {
    checkSameColumns(saved, baseline);
    if (baseline.rows !== 1) throw refuse(`A baseline of one row was expected; ${baseline.rows} were given.`);
  }
  const point = pointOf(saved, count);
  const base = baseline === undefined ? usual(saved, point) : at(saved, point, baseline, 0);
  const enough = tolerance * (head.kind === 'number' ? head.scale : 1);
  const { rows } = matrix;
  const found: IntegratedGradients = {
    attributions: new Float64Array(rows * matrix.columns.length),
    values: new Float64Array(rows),
    bases: new Float64Array(rows),
    outputs: new Int32Array(rows),
    gaps: new Float64Array(rows),
  };
  await using line = await LineIntegral.open(architectureOfSaved(saved), head, saved.weights, point);
  const usually = await line.predictions(base);
  for (let row = 0; row < rows; row++) {
    signal?.throwIfAborted();
    const here = at(saved, point, matrix, row);
    const predicted = await line.predictions(here);
    const chosen = output ?? predicted.indexOf(Math.max(...predicted));
    const ends = { from: usually[chosen] as number, to: predicted[chosen] as number };
    const slopes = await line.slopes({ base, here, chosen, ends, enough });
    share(found.attributions.subarray(row * matrix.columns.length), inputs, point, slopes, base, here);
    found.values[row] = ends.to;
    found.bases[row] = ends.from;
    found.outputs[row] = chosen;
    found.gaps[row] = ends.to - ends.from - reached(slopes, base, here);
  }
  return found;
}

function pointOf({ inputs, weights }: SavedTableNetwork, outputs: number): PointShape {
  const [numbers, codes] = [inputs.numbers.length, inputs.codes.length];
  const missing = inputs.numbers.filter(({ indicator }) => indicator).length;
  const width = codes === 0 ? 0 : (weights['embedding.unknown']?.length ?? 0) / codes;
  return { numbers, missing, codes, width, outputs };
}

/** The embedding at a place. */
function embeddingAt(
  { weights }: SavedTableNetwork,
  { codes, width }: PointShape,
  place: number,
): Float32Array {
  const [name, own] = place < codes ? ['unknown', place] : ['seen', place - codes];
  return (weights[`embedding.${name}`] ?? new Float32Array(0)).subarray(own * width, (own + 1) * width);
}

function at(saved: SavedTableNetwork, point: PointShape, matrix: Matrix, row: number): Float64Array {
  const columns = matrix.columns.map((values) => values.subarray(row, row + 1));
  const { numbers = [], missing = [], codes = [] } = tableData(saved.inputs, { ...matrix, rows: 1, columns });
  const embedded = Array.from(codes, (place) => [...embeddingAt(saved, point, place)]).flat();
  return Float64Array.from([...numbers, ...missing, ...embedded]);
}

function usual(saved: SavedTableNetwork, point: PointShape): Float64Array {
  const base = new Float64Array(sizeOfPoint(point));
  saved.inputs.codes.forEach(({ places, unknown }, column) => {
    const from = point.numbers + point.missing + column * point.width;
    for (const place of new Set([unknown, ...places]))
      embeddingAt(saved, point, place).forEach((value, unit) => {
        base[from + unit] = (base[from + unit] as number) + value * (saved.inputs.shares[place] as number);
      });
  });
  return base;
}

const reached = (slopes: Float64Array, base: Float64Array, here: Float64Array): number =>
  slopes.reduce(
    (sumOf, slope, place) => sumOf + slope * ((here[place] as number) - (base[place] as number)),
    0,
  );

/** Adds each part's share to its column of the matrix. */
function share(
  row: Float64Array,
  { numbers, codes }: TableInputs,
  point: PointShape,
  slopes: Float64Array,
  base: Float64Array,
  here: Float64Array,
): void {
  const columns = [
    ...numbers.map(({ column }) => column),
    ...numbers.filter(({ indicator }) => indicator).map(({ column }) => column),
    ...codes.flatMap(({ column }) => new Array<number>(point.width).fill(column)),
  ];
  columns.forEach((column, place) => {
    const own = (slopes[place] as number) * ((here[place] as number) - (base[place] as number));
    row[column] = (row[column] as number) + own;
  });
}

const refuse = (message: string) => new StromaError('INVALID_INPUT', message);
