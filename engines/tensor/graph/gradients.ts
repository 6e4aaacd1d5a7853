import { add } from '../operations/arithmetic.ts';
import { gemm } from '../operations/products.ts';
import { filled, zeros } from '../operations/shaping.ts';
import { concat } from '../operations/slicing.ts';
import { differentiated, inOrder } from './order.ts';
import { fits, refuse, sizeAt } from './shape.ts';
import { isConstant, type Tensor } from './tensor.ts';

/**
 * The gradients of a scalar with respect to each of `to`, as tensors that can be differentiated again; zeros
 * where it does not depend on one. Parameters, inputs and states of one name are one. Throws TENSOR_SHAPE
 * when `of` is no scalar.
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
 * Σ parts, in fewer operations where a value was used place by place: products Aᵢᵀ Bᵢ, which a weight used at
 * every step of a sequence collects, become one product of the Aᵢ and Bᵢ laid one under the other, and slices
 * of one axis that were padded back are laid one after the other.
 */
function total(parts: readonly Tensor[]): Tensor {
  const products = parts.filter(isOuterProduct);
  const padded = parts.map(laidIn).filter((each) => each !== null);
  const others = parts.filter((part) => !isOuterProduct(part) && laidIn(part) === null);
  if (products.length > 2) {
    const sides = products.map(({ node }) => (node.kind === 'operation' ? node.inputs : []));
    const under = (side: number) =>
      concat(
        sides.map((inputs) => inputs[side] as Tensor),
        0,
      );
    others.push(gemm(under(0), under(1), { first: true }));
  } else others.push(...products);
  others.push(...laidTogether(padded));
  return others.reduce((sum, part) => add(sum, part));
}

interface Laid {
  part: Tensor;
  value: Tensor;
  axis: number;
  from: number;
  to: number;
}

/** A tensor that is another one with zeros around it along one axis. */
function laidIn(part: Tensor): Laid | null {
  const { node, shape } = part;
  if (node.kind !== 'operation' || node.op !== 'Pad') return null;
  const [value, widths, around] = node.inputs as [Tensor, Tensor, Tensor];
  if (widths.node.kind !== 'constant' || !isConstant(around, 0)) return null;
  const axis = shape.findIndex((size, at) => size !== value.shape[at]);
  const from = widths.node.values[axis] ?? 0;
  return { part, value, axis, from, to: from + sizeAt(value.shape, axis) };
}

/** Of each axis, what does not overlap becomes one tensor. */
function laidTogether(all: readonly Laid[]): Tensor[] {
  const results: Tensor[] = [];
  for (const axis of new Set(all.map((each) => each.axis))) {
    const along = all.filter((each) => each.axis === axis).sort((a, b) => a.from - b.from);
    const [first] = along as [Laid];
    if (along.length < 2 || along.some(({ from }, at) => from < (along[at - 1]?.to ?? 0))) {
      results.push(...along.map(({ part }) => part));
      continue;
    }
    const size = sizeAt(first.part.shape, axis);
    const pieces = along.flatMap(({ value, from, to }, at) => {
      const next = along[at + 1]?.from ?? size;
      const gap = (count: number) => (count === 0 ? [] : [zeros(value.shape.with(axis, count))]);
      return [...(at === 0 ? gap(from) : []), value, ...gap(next - to)];
    });
    results.push(concat(pieces, axis));
  }
  return results;
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
