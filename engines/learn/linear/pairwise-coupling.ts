/**
 * Chances of all classes from those of each pair (`chance` is of b against a): the ones that fit the pairs best, by the
 * second method of Wu, Lin & Weng 2004 (JMLR 5:975). A class in no pair gets 0.
 */
export function coupled(
  pairs: readonly { a: number; b: number; chance: number }[],
  classes: number,
): Float64Array {
  const chances = new Float64Array(classes);
  const there = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b);
  const count = there.length;
  if (pairs.length === 1) {
    for (const { a, b, chance } of pairs) {
      chances[a] = 1 - chance;
      chances[b] = chance;
    }
    return chances;
  }
  const matrix = matrixOf(pairs, there);
  const p = new Float64Array(count).fill(1 / count);
  const qp = new Float64Array(count);
  for (let round = 0; round < 200; round++) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += (matrix[i * count + j] as number) * (p[j] as number);
      qp[i] = sum;
      total += (p[i] as number) * sum;
    }
    if (qp.every((own) => Math.abs(own - total) < 1e-12 / count)) break;
    for (let i = 0; i < count; i++) {
      const own = matrix[i * count + i] as number;
      const change = (total - (qp[i] as number)) / own;
      p[i] = (p[i] as number) + change;
      const scale = 1 + change;
      total = (total + change * (change * own + 2 * (qp[i] as number))) / (scale * scale);
      for (let j = 0; j < count; j++) {
        qp[j] = ((qp[j] as number) + change * (matrix[i * count + j] as number)) / scale;
        p[j] = (p[j] as number) / scale;
      }
    }
  }
  there.forEach((code, at) => {
    chances[code] = p[at] as number;
  });
  return chances;
}

/** A chance of 0 or 1 would leave the others none. */
const least = 1e-7;

function matrixOf(
  pairs: readonly { a: number; b: number; chance: number }[],
  there: readonly number[],
): Float64Array {
  const count = there.length;
  const matrix = new Float64Array(count * count);
  for (const { a, b, chance } of pairs) {
    const [i, j] = [there.indexOf(a), there.indexOf(b)];
    const second = Math.min(1 - least, Math.max(least, chance));
    const first = 1 - second;
    matrix[i * count + i] = (matrix[i * count + i] as number) + second * second;
    matrix[j * count + j] = (matrix[j * count + j] as number) + first * first;
    matrix[i * count + j] = -first * second;
    matrix[j * count + i] = -first * second;
  }
  return matrix;
}
