/** Seeded random numbers: the same seed gives the same numbers on every machine. */
export interface SeededRandom {
  /** 0 <= x < 1, 32 bits. */
  next(): number;
  /** A whole number, 0 <= x < below. */
  whole(below: number): number;
  /** Standard normal, by the polar method (Marsaglia & Bray 1964, doi:10.1137/1006063). */
  normal(): number;
}

/** The generator sfc32 of PractRand, its state filled from the seed by splitmix32. Not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const fill = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [a, b, c, counter] = [fill(), fill(), fill(), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round++) next();
  const normal = (): number => {
    for (;;) {
      const x = 2 * next() - 1;
      const y = 2 * next() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
  return { next, whole: (below) => Math.floor(next() * below), normal };
}
