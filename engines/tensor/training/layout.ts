import { StromaError, seededRandom } from '@stroma/kernel';
import { type Shape, sizeOf } from '../graph/shape.ts';
import type { Initial, Tensor } from '../graph/tensor.ts';
import { reshape } from '../operations/shaping.ts';
import { concat, slice } from '../operations/slicing.ts';

/** A named stretch of a flat vector. */
export interface Slot {
  name: string;
  shape: Shape;
  from: number;
  size: number;
  initial: Initial;
}

/** Leaves one after the other in one flat vector. */
export function layOut(leaves: readonly Tensor[]): Slot[] {
  let from = 0;
  return leaves.map(({ node, shape }) => {
    if (node.kind !== 'parameter' && node.kind !== 'state')
      throw new TypeError('only parameters and states are kept');
    const size = sizeOf(shape);
    from += size;
    return { name: node.name, shape, from: from - size, size, initial: node.initial };
  });
}

export const lengthOf = (slots: readonly Slot[]): number => slots.reduce((sum, { size }) => sum + size, 0);

/** What each slot's name stands for in a graph that has the flat vector. */
export function unpacked(flat: Tensor, slots: readonly Slot[]): [string, Tensor][] {
  return slots.map(({ name, shape, from, size }) => [
    name,
    reshape(slice(flat, 0, from, from + size), shape),
  ]);
}

/** The flat vector of one tensor a slot. */
export const packed = (values: readonly Tensor[]): Tensor =>
  concat(
    values.map((value) => reshape(value, [-1])),
    0,
  );

/**
 * Values the slots begin with: of each drawn by its name and the seed, so that no other parameter changes
 * them.
 */
export function initialValues(slots: readonly Slot[], seed: number): Float32Array {
  const values = new Float32Array(lengthOf(slots));
  for (const { name, from, size, initial } of slots) {
    const random = seededRandom(hashOf(name, seed));
    for (let at = 0; at < size; at++) {
      switch (initial.kind) {
        case 'constant':
          values[from + at] = initial.value;
          break;
        case 'uniform':
          values[from + at] = (2 * random.next() - 1) * initial.bound;
          break;
        case 'normal':
          values[from + at] = random.normal() * initial.sd;
          break;
        case 'values':
          values[from + at] = initial.values[at] as number;
      }
    }
  }
  return values;
}

/** The slots of a flat vector by name; views, not copies. */
export function byName(flat: Float32Array, slots: readonly Slot[]): Record<string, Float32Array> {
  if (flat.length !== lengthOf(slots))
    throw new StromaError('INVALID_INPUT', `The plan keeps ${lengthOf(slots)} values; given ${flat.length}.`);
  return Object.fromEntries(slots.map(({ name, from, size }) => [name, flat.subarray(from, from + size)]));
}

/** 32 bits of a text and a seed (FNV-1a, ended by a mixing). */
export function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

export function mixed(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
}
