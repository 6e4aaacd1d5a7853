/** What an answer costs, in both ways of counting. */
export interface Cost {
  epsilon: number;
  delta: number;
  /** Zero-concentrated differential privacy. Bun, Steinke 2016, arXiv:1605.02065. */
  rho: number;
}

/** Noise with scale `sensitivity / epsilon`: pure, and epsilon² / 2 in rho (Bun, Steinke 2016, proposition 1.4). */
export const laplaceCost = (epsilon: number): Cost => ({ epsilon, delta: 0, rho: (epsilon * epsilon) / 2 });

/** The largest rho that is (epsilon, delta)-private by rho + 2 sqrt(rho ln(1 / delta)) (proposition 1.3). */
export function gaussianCost(epsilon: number, delta: number): Cost {
  const log = Math.log(1 / delta);
  const root = epsilon / (Math.sqrt(log + epsilon) + Math.sqrt(log));
  return { epsilon, delta, rho: root * root };
}

/** Epsilon of a rho at a delta. */
export const epsilonOf = (rho: number, delta: number): number =>
  rho === 0 ? 0 : rho + 2 * Math.sqrt(rho * Math.log(1 / delta));

export interface Budget {
  epsilon: number;
  delta: number;
  /** Chosen with the budget and not by what is spent: either count is a bound, the better of both after the fact is none. */
  composition: 'basic' | 'zcdp';
}

export interface Spent {
  epsilon: number;
  delta: number;
}

/** All answers together: sums of epsilon and delta, or the epsilon of the sum of rho at the budget's delta. */
export function spentBy(costs: readonly Cost[], { delta, composition }: Budget): Spent {
  const sum = (pick: (cost: Cost) => number) => costs.reduce((total, cost) => total + pick(cost), 0);
  if (composition === 'basic')
    return { epsilon: sum((cost) => cost.epsilon), delta: sum((cost) => cost.delta) };
  const rho = sum((cost) => cost.rho);
  return { epsilon: epsilonOf(rho, delta), delta: rho === 0 ? 0 : delta };
}

const slack = 1e-9;

/** Whether all answers stay within the budget. */
export function isWithin(costs: readonly Cost[], budget: Budget): boolean {
  const spent = spentBy(costs, budget);
  return spent.epsilon <= budget.epsilon * (1 + slack) && spent.delta <= budget.delta * (1 + slack);
}
