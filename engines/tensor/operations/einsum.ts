import { refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { gather } from './indexing.ts';
import { matmul } from './products.ts';
import { reshape, sum, transpose } from './shaping.ts';

interface Named {
  x: Tensor;
  letters: readonly string[];
}

/**
 * Sums of products in Einstein's notation, as `einsum('bij,bjk->bik', a, b)`. A letter twice in one tensor
 * takes its diagonal; one that the result lacks is summed; without `->` the result has the letters that occur
 * once, in the order of the alphabet. Operands are taken from left to right, each pair as one matrix product.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const shapes = operands.map(({ shape }) => shape);
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (terms.length !== operands.length || !/^[A-Za-z,]*$/.test(left + (right ?? '')))
    refuse(`einsum "${equation}"`, shapes, `letters for ${terms.length} tensors`);
  const sizes = new Map<string, number>();
  terms.forEach((term, at) => {
    const { shape } = operands[at] as Tensor;
    if (term.length !== shape.length)
      refuse(`einsum "${equation}"`, shapes, `${term.length} dimensions for "${term}"`);
    [...term].forEach((letter, axis) => {
      const size = sizeAt(shape, axis);
      if ((sizes.get(letter) ?? size) !== size)
        refuse(
          `einsum "${equation}"`,
          shapes,
          `one size for "${letter}", not ${sizes.get(letter)} and ${size}`,
        );
      sizes.set(letter, size);
    });
  });
  const all = [...left.replaceAll(',', '')];
  const result = [
    ...(right ??
      all
        .filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
        .sort()
        .join('')),
  ];
  if (result.some((letter) => !sizes.has(letter)) || new Set(result).size !== result.length)
    refuse(`einsum "${equation}"`, shapes, 'a result whose letters occur in the tensors, each once');
  let rest = terms.map((term, at) => diagonal({ x: operands[at] as Tensor, letters: [...term] }));
  while (rest.length > 1) {
    const [first, second, ...others] = rest as [Named, Named, ...Named[]];
    const wanted = new Set([...result, ...others.flatMap(({ letters }) => letters)]);
    rest = [
      contract(
        summed(first, new Set([...wanted, ...second.letters])),
        summed(second, new Set([...wanted, ...first.letters])),
        wanted,
      ),
      ...others,
    ];
  }
  return ordered(summed(rest[0] as Named, new Set(result)), result).x;
}

/** A letter that comes twice: the places where both indices are equal. */
function diagonal({ x, letters }: Named): Named {
  const twice = letters.find((letter, at) => letters.indexOf(letter) !== at);
  if (twice === undefined) return { x, letters };
  const first = letters.indexOf(twice);
  const second = letters.indexOf(twice, first + 1);
  const others = letters.map((_, at) => at).filter((at) => at !== first && at !== second);
  const size = sizeAt(x.shape, first);
  const flat = reshape(transpose(x, [first, second, ...others]), [
    size * size,
    ...others.map((at) => sizeAt(x.shape, at)),
  ]);
  const places = constant(
    Array.from({ length: size }, (_, at) => at * (size + 1)),
    [size],
    'i32',
  );
  return diagonal({
    x: gather(flat, places),
    letters: [twice, ...others.map((at) => letters[at] as string)],
  });
}

function summed({ x, letters }: Named, wanted: ReadonlySet<string>): Named {
  const over = letters.map((_, at) => at).filter((at) => !wanted.has(letters[at] as string));
  if (over.length === 0) return { x, letters };
  return { x: sum(x, over), letters: letters.filter((letter) => wanted.has(letter)) };
}

function ordered({ x, letters }: Named, order: readonly string[]): Named {
  return {
    x:
      letters.length < 2
        ? x
        : transpose(
            x,
            order.map((letter) => letters.indexOf(letter)),
          ),
    letters: order,
  };
}

/** [shared and kept, rows, inner] x [shared and kept, inner, columns] */
function contract(a: Named, b: Named, wanted: ReadonlySet<string>): Named {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const kept = shared.filter((letter) => wanted.has(letter));
  const inner = shared.filter((letter) => !wanted.has(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const sizeOf = (letter: string) =>
    sizeAt(
      a.letters.includes(letter) ? a.x.shape : b.x.shape,
      (a.letters.includes(letter) ? a : b).letters.indexOf(letter),
    );
  const product = (letters: readonly string[]) => letters.reduce((size, letter) => size * sizeOf(letter), 1);
  const batch = kept.length === 0 ? [] : [product(kept)];
  const left = reshape(ordered(a, [...kept, ...rows, ...inner]).x, [...batch, product(rows), product(inner)]);
  const right = reshape(ordered(b, [...kept, ...inner, ...columns]).x, [
    ...batch,
    product(inner),
    product(columns),
  ]);
  const letters = [...kept, ...rows, ...columns];
  return { x: reshape(matmul(left, right), letters.map(sizeOf)), letters };
}
