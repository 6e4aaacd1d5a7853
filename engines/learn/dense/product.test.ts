import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { product } from './product.ts';

it('gives each row what it would have alone, and the sums in the order of the inputs', () => {
  const some = fc.integer({ min: 1, max: 11 });
  fc.assert(
    fc.property(some, some, some, fc.integer(), (rows, inputs, outputs, seed) => {
      const random = seededRandom(seed);
      const x = Float64Array.from({ length: rows * inputs }, () => random.normal());
      const weight = Float32Array.from({ length: inputs * outputs }, () => random.normal());
      const bias = Float32Array.from({ length: outputs }, () => random.normal());
      const all = product(x, rows, weight, bias);
      for (let row = 0; row < rows; row++) {
        const own = x.slice(row * inputs, (row + 1) * inputs);
        expect(product(own, 1, weight, bias)).toEqual(all.slice(row * outputs, (row + 1) * outputs));
        for (let output = 0; output < outputs; output++) {
          const sum = own.reduce(
            (before, value, input) => before + value * (weight[input * outputs + output] as number),
            bias[output] as number,
          );
          expect(all[row * outputs + output]).toBe(sum);
        }
      }
    }),
  );
});
