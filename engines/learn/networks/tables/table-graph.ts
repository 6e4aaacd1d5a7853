import {
  add,
  cast,
  clamp,
  constant,
  divide,
  equal,
  gather,
  maximum,
  minimum,
  multiply,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from '@stroma/tensor';
import {
  type CodeInput,
  farthest,
  type NumberInput,
  softest,
  type TableInputs,
} from '../../dense/table-inputs.ts';

/**
 * What `tableData` does, as part of a graph: from `x` [batch, columns of the matrix], NaN for missing, to what the
 * network is given.
 */
export function tableTensors({ numbers, codes }: TableInputs, x: Tensor): Record<string, Tensor> {
  const given: Record<string, Tensor> = {};
  if (numbers.length > 0) {
    const raw = columnsOf(x, numbers);
    // What is missing is the one value that does not equal itself.
    const known = equal(raw, raw);
    // What single precision holds as infinite would, times 0, be none.
    given.numbers = where(known, scaled(numbers, clamp(where(known, raw, 0), -1e37, 1e37)), 0);
    const indicated = numbers.flatMap(({ indicator }, at) => (indicator ? [at] : []));
    if (indicated.length > 0)
      given.missing = gather(where(known, constant(0), constant(1)), places(indicated), 1);
  }
  if (codes.length > 0) given.codes = placesOf(codes, columnsOf(x, codes));
  return given;
}

const places = (all: readonly number[]): Tensor => constant([...all], [all.length], 'i32');
const columnsOf = (x: Tensor, inputs: readonly { column: number }[]): Tensor =>
  gather(x, places(inputs.map(({ column }) => column)), 1);

function scaled(numbers: readonly NumberInput[], x: Tensor): Tensor {
  const row = (of: (input: NumberInput) => number) => constant(numbers.map(of), [numbers.length]);
  if (numbers.every(({ scale }) => scale.kind === 'robust')) {
    const centre = row(({ scale }) => (scale.kind === 'robust' ? scale.centre : 0));
    const inverse = row(({ scale }) => (scale.kind === 'robust' && scale.scale > 0 ? 1 / scale.scale : 0));
    const own = clamp(multiply(subtract(x, centre), inverse), -farthest, farthest);
    return divide(own, sqrt(add(square(multiply(own, 1 / softest)), 1)));
  }
  const knotsOf = ({ scale }: NumberInput) =>
    scale.kind === 'quantiles' ? scale.knots : new Float64Array(0);
  const scoresOf = ({ scale }: NumberInput) =>
    scale.kind === 'quantiles' ? scale.scores : new Float64Array(0);
  const pieces = Math.max(1, ...numbers.map((each) => knotsOf(each).length - 1));
  const each = (of: (input: NumberInput, piece: number) => number) =>
    constant(
      numbers.flatMap((input) => Array.from({ length: pieces }, (_, piece) => of(input, piece))),
      [numbers.length, pieces],
    );
  const rise = (values: Float64Array, piece: number) =>
    piece + 1 < values.length ? (values[piece + 1] as number) - (values[piece] as number) : 0;
  const from = each((input, piece) => knotsOf(input)[piece] ?? 0);
  const steepness = each((input, piece) => 1 / (rise(knotsOf(input), piece) || 1));
  // Each piece of the line adds the share of its rise that lies below x.
  const shares = clamp(multiply(subtract(unsqueeze(x, 2), from), steepness), 0, 1);
  const climbed = sum(
    multiply(
      shares,
      each((input, piece) => rise(scoresOf(input), piece)),
    ),
    [2],
  );
  return add(
    climbed,
    row((input) => scoresOf(input)[0] ?? 0),
  );
}

/** Each column has a stretch of one table: one place below its codes and one above them stand for the unknown. */
function placesOf(codes: readonly CodeInput[], raw: Tensor): Tensor {
  const table = codes.flatMap(({ places: own, unknown }) => [unknown, ...own, unknown]);
  let from = 1;
  const begins = codes.map(({ places: own }) => {
    from += own.length + 2;
    return from - own.length - 2;
  });
  const most = constant(
    codes.map(({ places: own }) => own.length),
    [codes.length],
  );
  const within = minimum(maximum(where(equal(raw, raw), raw, -1), -1), most);
  return gather(places(table), add(cast(within, 'i32'), places(begins)));
}
