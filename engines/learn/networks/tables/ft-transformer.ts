import {
  add,
  broadcastTo,
  concat,
  constant,
  dropout,
  initial,
  layerNorm,
  matmul,
  multiply,
  relu,
  reshape,
  slice,
  softmax,
  split,
  type Tensor,
  transpose,
  unsqueeze,
} from '@stroma/tensor';
import type { ForwardRun } from '../architecture.ts';
import { learned } from '../parts/learned.ts';
import {
  layer,
  type RowParts,
  type TableArchitecture,
  type TableShape,
  tableArchitecture,
} from './table-architecture.ts';

export interface FtTransformerSettings {
  blocks: number;
  /** Numbers that stand for one column; a multiple of `heads`. */
  width: number;
  heads: number;
  /** Units of the feed-forward part, as a multiple of the width. */
  inner: number;
  attentionDropout: number;
  dropout: number;
  residualDropout: number;
}

export const ftDefaults: FtTransformerSettings = {
  blocks: 2,
  width: 32,
  heads: 4,
  inner: 4 / 3,
  attentionDropout: 0.2,
  dropout: 0.1,
  residualDropout: 0,
};

/**
 * Each column becomes a token, and a Transformer with norms before its parts and ReGLU attends among them; what it
 * makes of a token of its own is the answer (Gorishniy 2021, arXiv:2106.11959). Time and memory of a step grow with
 * the square of the columns.
 */
export function ftTransformer(shape: TableShape, settings: FtTransformerSettings): TableArchitecture {
  const { width, blocks } = settings;
  return tableArchitecture(shape, width, (parts, run) => {
    const dropped = (x: Tensor, rate: number, site: string) => (run.training ? dropout(x, rate, site) : x);
    let x = tokens(parts, shape, width, run);
    for (let at = 0; at < blocks; at++) {
      const name = `block${at}`;
      // What comes from the tokenizer is attended to as it is.
      const seen = at === 0 ? x : norm(`${name}.norm1`, x, run);
      // Of the last block only the answer is asked for.
      const asking = at === blocks - 1 ? slice(seen, 1, 0, 1) : seen;
      const own = at === blocks - 1 ? slice(x, 1, 0, 1) : x;
      const attended = attention(name, asking, seen, settings, dropped, run);
      x = add(own, dropped(attended, settings.residualDropout, `${name}.attended`));
      const fed = feedForward(name, norm(`${name}.norm2`, x, run), settings, dropped, run);
      x = add(x, dropped(fed, settings.residualDropout, `${name}.fed`));
    }
    const answer = reshape(x, [-1, width]);
    return layer('head', relu(norm('norm', answer, run)), shape.outputs, run);
  });
}

/** [batch, 1 + columns, width], the answer's first. */
function tokens(
  { numbers, missing, embedded }: RowParts,
  shape: TableShape,
  width: number,
  run: ForwardRun,
): Tensor {
  const batch = (numbers ?? embedded)?.shape[0] ?? 1;
  const begin = initial.linear(width);
  const all = [broadcastTo(learned('token.answer', [1, 1, width], begin, run), [batch, 1, width])];
  if (numbers !== undefined) {
    const own = (name: string) => learned(`token.number.${name}`, [shape.numbers, width], begin, run);
    let token = add(multiply(unsqueeze(numbers, 2), own('slope')), own('shift'));
    if (missing !== undefined) {
      const signs = learned('token.missing', [shape.indicated.length, width], begin, run);
      token = add(token, placedAmong(shape, multiply(unsqueeze(missing, 2), signs)));
    }
    all.push(token);
  }
  if (embedded !== undefined)
    all.push(add(embedded, learned('token.code.shift', [shape.codes, width], begin, run)));
  return concat(all, 1);
}

/** [batch, columns with an indicator, width] among all columns of numbers, zeros elsewhere. */
function placedAmong({ numbers, indicated }: TableShape, x: Tensor): Tensor {
  if (indicated.length === numbers) return x;
  const places = new Float64Array(numbers * indicated.length);
  indicated.forEach((column, at) => {
    places[column * indicated.length + at] = 1;
  });
  return matmul(constant(places, [1, numbers, indicated.length]), x);
}

type Dropped = (x: Tensor, rate: number, site: string) => Tensor;

function attention(
  name: string,
  asking: Tensor,
  seen: Tensor,
  { width, heads, attentionDropout }: FtTransformerSettings,
  dropped: Dropped,
  run: ForwardRun,
): Tensor {
  const parted = (x: Tensor) =>
    transpose(reshape(x, [x.shape[0] ?? 1, x.shape[1] ?? 1, heads, -1]), [0, 2, 1, 3]);
  const query = parted(layer(`${name}.query`, asking, width, run));
  const [key, value] = split(layer(`${name}.seen`, seen, 2 * width, run), 2, [width, width]).map(parted) as [
    Tensor,
    Tensor,
  ];
  const scores = matmul(multiply(query, 1 / Math.sqrt(width / heads)), transpose(key));
  const shares = dropped(softmax(scores), attentionDropout, `${name}.shares`);
  const joined = transpose(matmul(shares, value), [0, 2, 1, 3]);
  return layer(
    `${name}.out`,
    reshape(joined, [asking.shape[0] ?? 1, asking.shape[1] ?? 1, width]),
    width,
    run,
  );
}

/** ReGLU (Shazeer 2020, arXiv:2002.05202), then back to the width. */
function feedForward(
  name: string,
  x: Tensor,
  { width, inner, dropout: rate }: FtTransformerSettings,
  dropped: Dropped,
  run: ForwardRun,
): Tensor {
  const units = Math.round(width * inner);
  const [value, gate] = split(layer(`${name}.fed1`, x, 2 * units, run), 2, [units, units]) as [
    Tensor,
    Tensor,
  ];
  return layer(`${name}.fed2`, dropped(multiply(value, relu(gate)), rate, `${name}.fed`), width, run);
}

function norm(name: string, x: Tensor, run: ForwardRun): Tensor {
  const width = x.shape.at(-1) ?? 1;
  return layerNorm(
    x,
    learned(`${name}.scale`, [width], initial.ones, run),
    learned(`${name}.shift`, [width], initial.zeros, run),
  );
}
