export interface Rule {
  points: Float64Array;
  weights: Float64Array;
}

/**
 * Points within 0 to 1, and weights, of the rule that integrates polynomials of degree below 2 `count` exactly. Newton's
 * method on Legendre's polynomial (Press et al., Numerical Recipes, section 4.6).
 */
export function gaussLegendre(count: number): Rule {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 100; turn++) {
      let [here, before] = [1, 0];
      for (let degree = 1; degree <= count; degree++)
        [here, before] = [((2 * degree - 1) * x * here - (degree - 1) * before) / degree, here];
      slope = (count * (x * here - before)) / (x * x - 1);
      const move = here / slope;
      x -= move;
      if (Math.abs(move) < 1e-15) break;
    }
    points[index] = (1 - x) / 2;
    weights[index] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}
