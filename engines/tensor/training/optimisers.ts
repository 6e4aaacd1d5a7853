import { constant, type Tensor } from '../graph/tensor.ts';
import { add, divide, minimum, multiply, sqrt, square, subtract } from '../operations/arithmetic.ts';
import { sum } from '../operations/shaping.ts';

/**
 * How parameters follow their gradients. `weightDecay` is added to the gradient by `sgd` and `adam` (an L2
 * penalty) and taken from the parameter itself by `adamw` (Loshchilov & Hutter 2019, arXiv:1711.05101). Adam
 * after Kingma & Ba 2015, arXiv:1412.6980. Conventions, and so values, are those of PyTorch.
 */
export type Optimiser =
  | { kind: 'sgd'; momentum?: number; nesterov?: boolean; weightDecay?: number }
  | { kind: 'adam' | 'adamw'; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number };

/** The learning rate of each step: a warm-up in a straight line from 0, then one of three courses. */
export interface Schedule {
  rate: number;
  warmUpSteps?: number;
  course?:
    | { kind: 'constant' }
    /**
     * Half a cosine from `rate` to `least` over `steps`, counted from the end of the warm-up; `least`
     * afterwards.
     */
    | { kind: 'cosine'; steps: number; least?: number }
    /** Times `factor` after each `every` steps. */
    | { kind: 'step'; every: number; factor: number };
}

/** Learning rate at a step, counted from 0. */
export function rateAt(
  { rate, warmUpSteps = 0, course = { kind: 'constant' } }: Schedule,
  step: number,
): number {
  if (step < warmUpSteps) return (rate * (step + 1)) / warmUpSteps;
  const since = step - warmUpSteps;
  switch (course.kind) {
    case 'constant':
      return rate;
    case 'step':
      return rate * course.factor ** Math.floor(since / course.every);
    case 'cosine': {
      const least = course.least ?? 0;
      const along = Math.min(1, since / course.steps);
      return least + ((rate - least) * (1 + Math.cos(Math.PI * along))) / 2;
    }
  }
}

const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export const momentsOf = (optimiser: Optimiser): number =>
  optimiser.kind === 'sgd' ? (optimiser.momentum ? 1 : 0) : 2;

/** What a step's update depends on beside its tensors; as many numbers as `step` takes. */
export function factorsAt(optimiser: Optimiser, rate: number, step: number): number[] {
  if (optimiser.kind === 'sgd') return [rate];
  const { beta1, beta2 } = { ...adamDefaults, ...optimiser };
  const first = 1 - beta1 ** (step + 1);
  const second = 1 - beta2 ** (step + 1);
  const factors = [(rate * (1 - beta1)) / first, Math.sqrt((1 - beta2) / second)];
  return optimiser.kind === 'adamw' ? [...factors, rate * (optimiser.weightDecay ?? 0)] : factors;
}

export interface Update {
  parameters: Tensor;
  moments: Tensor[];
}

/**
 * One update of the flat parameters. Adam's moments are kept as sums, without the factor 1 - beta, which the
 * factors of the step hold: two products over all parameters less. `decayed` is 1 where weight decay holds,
 * null for everywhere.
 */
export function update(
  optimiser: Optimiser,
  parameters: Tensor,
  moments: readonly Tensor[],
  gradient: Tensor,
  factors: readonly Tensor[],
  decayed: Tensor | null,
): Update {
  const { weightDecay = 0 } = optimiser;
  const [rate, root, decay] = factors as [Tensor, Tensor, Tensor];
  const underDecay = decayed === null ? parameters : multiply(parameters, decayed);
  const penalised =
    weightDecay > 0 && optimiser.kind !== 'adamw'
      ? add(gradient, multiply(underDecay, weightDecay))
      : gradient;
  if (optimiser.kind === 'sgd') {
    const { momentum = 0, nesterov = false } = optimiser;
    if (momentum === 0) return { parameters: subtract(parameters, multiply(penalised, rate)), moments: [] };
    const velocity = add(multiply(moments[0] as Tensor, momentum), penalised);
    const direction = nesterov ? add(penalised, multiply(velocity, momentum)) : velocity;
    return { parameters: subtract(parameters, multiply(direction, rate)), moments: [velocity] };
  }
  const { beta1, beta2, epsilon } = { ...adamDefaults, ...optimiser };
  const first = add(multiply(moments[0] as Tensor, beta1), penalised);
  const second = add(multiply(moments[1] as Tensor, beta2), square(penalised));
  const scale = add(multiply(sqrt(second), root), epsilon);
  const moved = divide(multiply(first, rate), scale);
  const from =
    optimiser.kind === 'adamw' && weightDecay > 0
      ? subtract(parameters, multiply(underDecay, decay))
      : parameters;
  return { parameters: subtract(from, moved), moments: [first, second] };
}

/** The gradient shortened to a norm of at most `most`, all parameters together. */
export function clipped(gradient: Tensor, most: number): Tensor {
  const norm = sqrt(sum(square(gradient)));
  return multiply(gradient, minimum(divide(constant(most), add(norm, 1e-6)), 1));
}
