import { concat, gather, initial, linear, reshape, type Tensor } from '@stroma/tensor';
import type { TableInputs } from '../../dense/table-inputs.ts';
import type { Architecture, ForwardRun, NetworkInput } from '../architecture.ts';
import { learned } from '../parts/learned.ts';

/** What a network of tables sees of a row, all of it amounts. Those of no column are left out. */
export interface RowParts {
  /** [batch, columns of numbers], scaled, 0 where missing. */
  numbers?: Tensor;
  /** [batch, columns with an indicator]: 1 where missing. */
  missing?: Tensor;
  /** [batch, columns of codes, width]. */
  embedded?: Tensor;
}

/** A network of tables in two parts, so that what lies between, where all is an amount, can be differentiated. */
export interface TableArchitecture extends Architecture {
  embed(inputs: Readonly<Record<string, Tensor>>, run?: ForwardRun): RowParts;
  body(parts: RowParts, run: ForwardRun): Tensor;
}

/** The sizes that shape a network of tables. */
export interface TableShape {
  numbers: number;
  /** Places among the columns of numbers of those with an indicator. */
  indicated: readonly number[];
  codes: number;
  /** Rows of the embeddings. */
  places: number;
  outputs: number;
}

export function shapeOf({ numbers, codes, places }: TableInputs, outputs: number): TableShape {
  const indicated = [...numbers.keys()].filter((at) => numbers[at]?.indicator);
  return { numbers: numbers.length, indicated, codes: codes.length, places, outputs };
}

export function tableArchitecture(
  shape: TableShape,
  width: number,
  body: (parts: RowParts, run: ForwardRun) => Tensor,
): TableArchitecture {
  const { numbers, indicated, codes, places, outputs } = shape;
  const all: NetworkInput[] = [
    { name: 'numbers', shape: [numbers], type: 'real' },
    { name: 'missing', shape: [indicated.length], type: 'real' },
    { name: 'codes', shape: [codes], type: 'i32' },
  ];
  const embed = (inputs: Readonly<Record<string, Tensor>>, run?: ForwardRun): RowParts => ({
    ...(inputs.numbers && { numbers: inputs.numbers }),
    ...(inputs.missing && { missing: inputs.missing }),
    ...(inputs.codes && { embedded: gather(embeddings(places, codes, width, run), inputs.codes) }),
  });
  return {
    rows: all.filter((each) => each.shape[0] !== 0),
    outputs,
    embed,
    body,
    forward: (inputs, run) => body(embed(inputs, run), run),
    decays: (name) => name.endsWith('.weight'),
  };
}

/** That of the unknown begins as nothing, and stays so where training has none. */
function embeddings(places: number, columns: number, width: number, run?: ForwardRun): Tensor {
  const unknown = learned('embedding.unknown', [columns, width], initial.zeros, run);
  if (places === columns) return unknown;
  return concat(
    [
      unknown,
      learned('embedding.seen', [places - columns, width], initial.normal(1 / Math.sqrt(width)), run),
    ],
    0,
  );
}

/** All that is seen of a row, side by side: [batch, features]. */
export function sideBySide({ numbers, missing, embedded }: RowParts): Tensor {
  const parts = [numbers, missing, embedded].filter((part) => part !== undefined);
  const flat = parts.map((part) => reshape(part, [part.shape[0] ?? 1, -1]));
  return flat.length === 1 ? (flat[0] as Tensor) : concat(flat, 1);
}

/** x W + b by its name, begun uniform within 1 / √inputs, or for a ReLU. */
export function layer(
  name: string,
  x: Tensor,
  outputs: number,
  run: ForwardRun,
  before: 'relu' | 'sum' = 'sum',
): Tensor {
  const inputs = x.shape.at(-1) ?? 1;
  const begin = before === 'relu' ? initial.kaiming(inputs) : initial.linear(inputs);
  return linear(
    x,
    learned(`${name}.weight`, [inputs, outputs], begin, run),
    learned(`${name}.bias`, [outputs], initial.zeros, run),
  );
}
