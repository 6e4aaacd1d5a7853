import { add } from '../operations/arithmetic.ts';
import { gemm } from '../operations/products.ts';
import { filled, zeros } from '../operations/shaping.ts';
import { concat } from '../operations/slicing.ts';
import { differentiated, inOrder } from './order.ts';
import { fits, refuse } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * The gradients of a scalar with respect to each of `to`, as tensors that can be differentiated again; zeros where it
 * does not depend on one. Parameters, inputs and states of one name are one. Throws TENSOR_SHAPE when `of` is no scalar.
 */
export function gradients(of: Tensor, to: readonly Tensor[]): Tensor[] {
  if (of.shape.length !== 0 || of.type !== 'real') refuse('gradients', [of.shape], 'a real scalar');
  const wanted = new Map(to.map((tensor) => [leafName(tensor) ?? tensor, [] as Tensor[]]));
  const keyOf = (tensor: Tensor) => leafName(tensor) ?? tensor;
  const order = inOrder([of], differentiated);
  const needed = new Set<Tensor>();
  for (const tensor of order)
    if (wanted.has(keyOf(tensor)) || differentiated(tensor).some((each) => needed.has(each)))
      needed.add(tensor);
  const arrived = new Map<Tensor, Tensor[]>([[of, [filled([], 1)]]]);
  for (const tensor of order.reverse()) {
    const parts = arrived.get(tensor);
    if (parts === undefined || !needed.has(tensor)) continue;
    wanted.get(keyOf(tensor))?.push(...parts);
    arrived.delete(tensor);
    const { node } = tensor;
    if ((node.kind !== 'operation' && node.kind !== 'alias') || node.backward === null) continue;
    if (!node.inputs.some((each) => needed.has(each))) continue;
    const given = node.backward(total(parts), tensor);
    node.inputs.forEach((each, at) => {
      const gradient = given[at];
      if (!needed.has(each) || gradient === null || gradient === undefined) return;
      if (!fits(gradient.shape, each.shape))
        refuse('gradient', [gradient.shape, each.shape], 'the shape of the value');
      const others = arrived.get(each);
      if (others === undefined) arrived.set(each, [gradient]);
      else others.push(gradient);
    });
  }
  return to.map((tensor) => {
    const parts = wanted.get(keyOf(tensor)) ?? [];
    return parts.length === 0 ? zeros(tensor.shape) : total(parts);
  });
}

function leafName({ node }: Tensor): string | null {
  return node.kind === 'parameter' || node.kind === 'state' || node.kind === 'input'
    ? `${node.kind} ${node.name}`
    : null;
}

/**
 * Σ parts. Products Aᵢᵀ Bᵢ, which a weight used at every step of a sequence collects, become one product of the Aᵢ and
 * Bᵢ laid one under the other.
 */
function total(parts: readonly Tensor[]): Tensor {
  const products = parts.filter(isOuterProduct);
  const others = parts.filter((part) => !isOuterProduct(part));
  if (products.length > 2) {
    const sides = products.map(({ node }) => (node.kind === 'operation' ? node.inputs : []));
    const [a, b] = [0, 1].map((side) =>
      concat(
        sides.map((inputs) => inputs[side] as Tensor),
        0,
      ),
    ) as [Tensor, Tensor];
    others.push(gemm(a, b, { first: true }));
  } else others.push(...products);
  return others.reduce((sum, part) => add(sum, part));
}

function isOuterProduct({ node }: Tensor): boolean {
  if (node.kind !== 'operation' || node.op !== 'Gemm' || node.inputs.length !== 2) return false;
  const { transA, transB } = node.attributes;
  return (
    transA !== undefined &&
    'int' in transA &&
    transA.int === 1 &&
    transB !== undefined &&
    'int' in transB &&
    transB.int === 0
  );
}
