import { StromaError } from '@stroma/kernel';
import { inOrder } from '../graph/order.ts';
import { fits, refuse } from '../graph/shape.ts';
import type { Attribute, Tensor } from '../graph/tensor.ts';
import { elementCode, type OnnxGraph, type OnnxNode, type Precision } from './model.ts';

export interface EmitOptions {
  precision: Precision;
  name?: string;
  /** What stands for an input, parameter or state of this name; those left out are inputs of the graph. */
  bind?: ReadonlyMap<string, Tensor>;
}

type Leaf = Extract<Tensor['node'], { kind: 'input' | 'parameter' | 'state' }>;

const isLeaf = (node: Tensor['node']): node is Leaf =>
  node.kind === 'input' || node.kind === 'parameter' || node.kind === 'state';

/**
 * The graph that computes `outputs`, by name. Throws when two inputs of one name differ, or nothing has a
 * kernel.
 */
export function emit(outputs: Readonly<Record<string, Tensor>>, options: EmitOptions): OnnxGraph {
  const { precision, bind = new Map<string, Tensor>() } = options;
  const inDouble = new Map<Tensor, Tensor>();
  const standsFor = (tensor: Tensor): Tensor | null => {
    const { node } = tensor;
    if (node.kind === 'alias') return node.value;
    if (isLeaf(node)) return bound(tensor, node.name, bind);
    if (node.kind !== 'operation' || node.inDouble === null || precision === 'f32') return null;
    const known = inDouble.get(tensor) ?? node.inDouble();
    inDouble.set(tensor, known);
    return known;
  };
  const order = inOrder(Object.values(outputs), (tensor) => {
    const other = standsFor(tensor);
    if (other !== null) return [other];
    return tensor.node.kind === 'operation' ? tensor.node.inputs : [];
  });
  const names = new Map<Tensor, string>();
  const constants = new Map<string, OnnxGraph['constants'][number]>();
  const inputs = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  const nameOf = (tensor: Tensor): string => names.get(tensor) as string;
  for (const tensor of order) {
    const { node } = tensor;
    const other = standsFor(tensor);
    if (other !== null) {
      if (!fits(other.shape, tensor.shape)) refuse('stand-in', [other.shape, tensor.shape], 'equal shapes');
      names.set(tensor, nameOf(other));
    } else if (node.kind === 'constant') {
      names.set(tensor, constantName(tensor, constants));
    } else if (node.kind === 'outer') names.set(tensor, node.name);
    else if (isLeaf(node)) {
      sameLeaf(inputs.get(node.name), tensor, node.name);
      inputs.set(node.name, tensor);
      names.set(tensor, node.name);
    } else if (node.kind === 'operation') {
      const name = `t${names.size}`;
      names.set(tensor, name);
      nodes.push({
        op: node.op,
        inputs: node.inputs.map(nameOf),
        outputs: [name],
        attributes: written(node.attributes, precision),
        result: { shape: tensor.shape, type: tensor.type },
      });
    }
  }
  for (const [name, tensor] of Object.entries(outputs))
    nodes.push({ op: 'Identity', inputs: [nameOf(tensor)], outputs: [name], attributes: {} });
  return {
    name: options.name ?? 'graph',
    nodes,
    constants: [...constants.values()],
    inputs: [...inputs].map(([name, { type, shape }]) => ({ name, type, shape })),
    outputs: Object.entries(outputs).map(([name, { type, shape }]) => ({ name, type, shape })),
  };
}

function bound(tensor: Tensor, name: string, bind: ReadonlyMap<string, Tensor>): Tensor | null {
  const other = bind.get(name);
  return other === undefined || other === tensor ? null : other;
}

/** All tensors that take part, for whoever wants to know what a graph needs. */
export function leavesOf(outputs: readonly Tensor[]): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>();
  const inputsOf = ({ node }: Tensor) =>
    node.kind === 'alias' ? [node.value] : node.kind === 'operation' ? node.inputs : [];
  for (const tensor of inOrder(outputs, inputsOf)) {
    if (!isLeaf(tensor.node)) continue;
    sameLeaf(leaves.get(tensor.node.name), tensor, tensor.node.name);
    leaves.set(tensor.node.name, tensor);
  }
  return leaves;
}

function sameLeaf(known: Tensor | undefined, tensor: Tensor, name: string): void {
  if (
    known === undefined ||
    (fits(known.shape, tensor.shape) && known.node.kind === tensor.node.kind && known.type === tensor.type)
  )
    return;
  throw new StromaError(
    'TENSOR_SHAPE',
    `"${name}" stands for two things: a ${known.node.kind} of shape [${known.shape.join(', ')}] and a ${tensor.node.kind} of shape [${tensor.shape.join(', ')}]. Give one of them another name.`,
  );
}

function constantName(tensor: Tensor, constants: Map<string, OnnxGraph['constants'][number]>): string {
  const { shape, type, node } = tensor;
  const values = node.kind === 'constant' ? node.values : [];
  const key =
    values.length <= 16 ? `${type} ${shape.join(',')} ${values.join(',')}` : `constant ${constants.size}`;
  const known = constants.get(key);
  if (known !== undefined) return known.name;
  const name = `c${constants.size}`;
  constants.set(key, { name, type, shape, values });
  return name;
}

/** The target of a Cast is kept by name until it is known how `real` is written. */
function written(
  attributes: Readonly<Record<string, Attribute>>,
  precision: Precision,
): Record<string, Attribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) =>
      name === 'to' && 'text' in value
        ? [name, { int: elementCode(value.text as Tensor['type'], precision) }]
        : [name, value],
    ),
  );
}
