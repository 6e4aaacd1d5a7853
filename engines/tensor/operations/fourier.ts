import { refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { add } from './arithmetic.ts';
import { matmul } from './products.ts';
import { reshape } from './shaping.ts';

/** Real and imaginary parts of one shape. */
export interface Complex {
  real: Tensor;
  imaginary: Tensor;
}

/** Rows by columns of cos or -sin of 2 π row column / size. */
function waves(
  rows: number,
  columns: number,
  size: number,
  of: (angle: number, row: number, column: number) => number,
): Tensor {
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      // The product is reduced first: angles of large products lose their last digits.
      values[row * columns + column] = of((2 * Math.PI * ((row * column) % size)) / size, row, column);
  return constant(values, [rows, columns]);
}

/**
 * The first `modes` of the discrete Fourier transform along the last axis, Σ x exp(-2πi k t / n), k = 0 ...
 * modes - 1: as a product with a matrix, which for few modes costs less than a whole transform.
 */
export function fourier(x: Tensor, modes: number): Complex {
  const size = sizeAt(x.shape, -1);
  checkModes(x, modes, size);
  const rows = x.shape.length === 1 ? reshape(x, [1, size]) : x;
  const by = (matrix: Tensor) => reshape(matmul(rows, matrix), [...x.shape.slice(0, -1), modes]);
  return {
    real: by(waves(size, modes, size, Math.cos)),
    imaginary: by(waves(size, modes, size, (angle) => -Math.sin(angle))),
  };
}

/**
 * The real signal of `size` whose transform has these first modes and nothing above them: the inverse of
 * `fourier`.
 */
export function inverseFourier({ real, imaginary }: Complex, size: number): Tensor {
  const modes = sizeAt(real.shape, -1);
  checkModes(real, modes, size);
  // Every mode but the first, and the one at half the rate, stands for its mirror image too.
  const weight = (mode: number) => (mode === 0 || 2 * mode === size ? 1 : 2) / size;
  const lead = real.shape.slice(0, -1);
  const rows = (x: Tensor) => (x.shape.length === 1 ? reshape(x, [1, modes]) : x);
  const even = matmul(
    rows(real),
    waves(modes, size, size, (angle, mode) => weight(mode) * Math.cos(angle)),
  );
  const odd = matmul(
    rows(imaginary),
    waves(modes, size, size, (angle, mode) => -weight(mode) * Math.sin(angle)),
  );
  return reshape(add(even, odd), [...lead, size]);
}

function checkModes(x: Tensor, modes: number, size: number): void {
  if (!(modes >= 1 && modes <= Math.floor(size / 2) + 1))
    refuse('fourier', [x.shape], `1 to ${Math.floor(size / 2) + 1} modes of ${size} values, not ${modes}`);
}
