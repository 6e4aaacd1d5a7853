/**
 * Nodes and weights of Gauss-Legendre quadrature on 0 ... 1: roots of the Legendre polynomial by Newton's
 * method.
 */
export function unitLegendre(points: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < points; at++) {
    let x = Math.cos((Math.PI * (at + 0.75)) / (points + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let [last, value] = [1, x];
      for (let degree = 2; degree <= points; degree++)
        [last, value] = [value, ((2 * degree - 1) * x * value - (degree - 1) * last) / degree];
      slope = (points * (x * value - last)) / (x * x - 1);
      const moved = value / slope;
      x -= moved;
      if (Math.abs(moved) < 1e-16) break;
    }
    nodes.push((1 + x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}
