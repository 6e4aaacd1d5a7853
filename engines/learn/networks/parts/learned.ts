import { type Initial, parameter, type Tensor } from '@stroma/tensor';
import type { ForwardRun } from '../architecture.ts';

/** A parameter, or what stands in its place. */
export function learned(
  name: string,
  shape: readonly number[],
  begin: Initial,
  run?: Pick<ForwardRun, 'adapt'>,
): Tensor {
  const own = parameter(name, shape, begin);
  return run?.adapt?.(name, own) ?? own;
}
