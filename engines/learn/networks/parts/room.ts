/** As much as in training for all that fits in, above it a power of two: few functions are opened for many sizes. */
export const roomFor = (given: number, trained: number): number =>
  given <= trained ? trained : 2 ** Math.ceil(Math.log2(given));
