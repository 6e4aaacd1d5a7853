import { factor, inverseOf } from '../linear/cholesky.ts';
import type { Coalitions } from './coalitions.ts';

/**
 * Shapley values by their definition. `worths`: of every set (`allCoalitions`) x outputs. Gives players x outputs.
 * O(2^players · players · outputs).
 */
export function exactShapley(players: number, worths: Float64Array, width: number): Float64Array {
  const values = new Float64Array(players * width);
  const sets = 2 ** players;
  // size! · (players - size - 1)! / players!, by size.
  const share = new Float64Array(players);
  for (let size = 0; size < players; size++) {
    let ways = players;
    for (let at = 1; at <= size; at++) ways = (ways * (players - at)) / at;
    share[size] = 1 / ways;
  }
  const sizes = new Uint8Array(sets);
  for (let set = 1; set < sets; set++) sizes[set] = (sizes[set >> 1] as number) + (set & 1);
  for (let player = 0; player < players; player++)
    for (let set = 0; set < sets; set++) {
      if ((set >> player) & 1) continue;
      const weight = share[sizes[set] as number] as number;
      const joined = (set | (1 << player)) * width;
      for (let k = 0; k < width; k++)
        values[player * width + k] =
          (values[player * width + k] as number) +
          weight * ((worths[joined + k] as number) - (worths[set * width + k] as number));
    }
  return values;
}

/**
 * Shapley values as the weighted least squares of what sets are worth on who is in, which must sum to `gains`. `worths`:
 * sets x outputs, less what the empty set is worth. Players x outputs, and the standard errors that drawing the sets
 * leaves (of the linearised estimate; 0 where all sets of a size were taken). O(sets · players² · outputs).
 */
export function regressedShapley(
  { players, members, weights, wholePairs, drawn }: Coalitions,
  worths: Float64Array,
  gains: Float64Array,
): { values: Float64Array; errors: Float64Array } {
  const width = gains.length;
  const sets = weights.length;
  const inverse = constrainedInverse(players, members, weights);
  const values = new Float64Array(players * width);
  const errors = new Float64Array(players * width);
  const fill = new Float64Array(players);
  for (let k = 0; k < width; k++) {
    // Around equal shares, so that the constraint is 0.
    const equal = (gains[k] as number) / players;
    const rest = new Float64Array(sets);
    fill.fill(0);
    for (let set = 0; set < sets; set++) {
      const from = set * players;
      let size = 0;
      for (let player = 0; player < players; player++) size += members[from + player] as number;
      rest[set] = (worths[set * width + k] as number) - equal * size;
      for (let player = 0; player < players; player++)
        if (members[from + player] === 1)
          fill[player] = (fill[player] as number) + (weights[set] as number) * (rest[set] as number);
    }
    const own = times(inverse, fill, players);
    const excess = own.reduce((sum, value) => sum + value, 0) / players;
    for (let player = 0; player < players; player++)
      values[player * width + k] = equal + (own[player] as number) - excess;
    if (drawn.length === 0) continue;
    const spread = spreadOfDraws(own, rest);
    for (let player = 0; player < players; player++)
      errors[player * width + k] = Math.sqrt(spread[player] as number);
  }
  return { values, errors };

  /** Variance of each value: of what each drawn pair pulls it by, around their mean. */
  function spreadOfDraws(own: Float64Array, rest: Float64Array): Float64Array {
    const draws = drawn.reduce((sum, count) => sum + count, 0);
    const sums = new Float64Array(players);
    const squares = new Float64Array(players);
    const pull = new Float64Array(players);
    drawn.forEach((count, at) => {
      pull.fill(0);
      for (const set of [2 * (wholePairs + at), 2 * (wholePairs + at) + 1]) {
        const from = set * players;
        let residual = rest[set] as number;
        for (let player = 0; player < players; player++)
          if (members[from + player] === 1) residual -= own[player] as number;
        // The weight of one draw: of the same number of draws of the same pair each has its part.
        const weight = ((weights[set] as number) / count) * draws;
        for (let player = 0; player < players; player++)
          if (members[from + player] === 1) pull[player] = (pull[player] as number) + weight * residual;
      }
      times(inverse, pull, players).forEach((value, player) => {
        sums[player] = (sums[player] as number) + count * value;
        squares[player] = (squares[player] as number) + count * value * value;
      });
    });
    return squares.map((square, player) => {
      const mean = (sums[player] as number) / draws;
      return draws > 1 ? Math.max(0, square / draws - mean * mean) / (draws - 1) : 0;
    });
  }
}

/** C = A⁻¹ - A⁻¹ 1 1ᵀ A⁻¹ / 1ᵀ A⁻¹ 1 for A = Σ weight · member memberᵀ: C b solves under a sum of 0. */
function constrainedInverse(players: number, members: Uint8Array, weights: Float64Array): Float64Array {
  const square = new Float64Array(players * players);
  const there = new Int32Array(players);
  weights.forEach((weight, set) => {
    let size = 0;
    for (let player = 0; player < players; player++)
      if (members[set * players + player] === 1) there[size++] = player;
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) {
        const at = (there[a] as number) * players + (there[b] as number);
        square[at] = (square[at] as number) + weight;
      }
  });
  factor(square, players);
  const inverse = inverseOf(square, players);
  const sums = Float64Array.from({ length: players }, (_, player) =>
    inverse.subarray(player * players, (player + 1) * players).reduce((sum, value) => sum + value, 0),
  );
  const all = sums.reduce((sum, value) => sum + value, 0);
  return inverse.map(
    (value, at) =>
      value - ((sums[Math.floor(at / players)] as number) * (sums[at % players] as number)) / all,
  );
}

function times(square: Float64Array, vector: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let column = 0; column < n; column++)
      sum += (square[row * n + column] as number) * (vector[column] as number);
    out[row] = sum;
  }
  return out;
}
