import { seededRandom } from '@stroma/kernel';
import { expect } from 'vitest';
import {
  cast,
  constant,
  gradients,
  input,
  multiply,
  openFunction,
  type Shape,
  sum,
  type Tensor,
} from '../index.ts';

export interface Draw {
  shape: Shape;
  /** Values lie evenly between these; -2 and 2 when left out. */
  from?: number;
  to?: number;
  /** Whole numbers, given as i32; no gradient is asked for. */
  whole?: boolean;
}

const sizeOf = (shape: Shape) => shape.reduce((size, each) => size * each, 1);

export function drawn({ shape, from = -2, to = 2, whole = false }: Draw, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: sizeOf(shape) }, () => {
    const value = from + (to - from) * random.next();
    return whole ? Math.floor(value) : value;
  });
}

/**
 * Holds the gradients of a function, in double, against central differences at drawn values; and its value
 * and gradients in single precision against those in double. Results that are no scalars are weighed by drawn
 * numbers first.
 */
export async function checkGradients(
  build: (inputs: Tensor[]) => Tensor,
  draws: readonly Draw[],
  seed: number,
): Promise<void> {
  const inputs = draws.map(({ shape, whole }, at) => input(`x${at}`, shape, whole ? 'i32' : 'real'));
  const result = build(inputs);
  const weights = constant(drawn({ shape: result.shape }, seed + 99), result.shape);
  const loss = sum(multiply(cast(result, 'real'), weights));
  const real = inputs.filter((_, at) => !draws[at]?.whole);
  const outputs = Object.fromEntries([
    ['loss', loss],
    ...gradients(loss, real).map((gradient, at) => [`d${at}`, gradient] as const),
  ]);
  const values = draws.map((draw, at) => drawn(draw, seed + at));
  // The key of a step, which dropout draws from.
  const given: Record<string, number[]> = Object.fromEntries(values.map((all, at) => [`x${at}`, all]));
  given['#key'] = [seed];
  await using exact = await openFunction(outputs, { precision: 'f64' });
  await using value = await openFunction({ loss }, { precision: 'f64' });
  const used = (all: typeof given, names: readonly { name: string }[]) =>
    Object.fromEntries(names.map(({ name }) => [name, all[name] as number[]]));
  const analytic = await exact.run(used(given, exact.inputs));
  const step = 1e-5;
  for (const [at, tensor] of real.entries()) {
    const name = tensor.node.kind === 'input' ? tensor.node.name : '';
    const own = given[name] as number[];
    for (let place = 0; place < own.length; place++) {
      const at2 = async (change: number) => {
        const moved = own.with(place, (own[place] as number) + change);
        return (await value.run(used({ ...given, [name]: moved }, value.inputs))).loss?.[0] as number;
      };
      const numeric = ((await at2(step)) - (await at2(-step))) / (2 * step);
      const ours = analytic[`d${at}`]?.[place] as number;
      expect(Math.abs(ours - numeric), `${name}[${place}]: ${ours} against ${numeric}`).toBeLessThan(
        2e-6 * Math.max(1, Math.abs(numeric)),
      );
    }
  }
  await using single = await openFunction(outputs, { precision: 'f32' });
  const rough = await single.run(used(given, single.inputs));
  for (const [name, values] of Object.entries(analytic)) {
    const all = Array.from(values);
    const scale = all.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    all.forEach((each, place) => {
      expect(Math.abs(each - (rough[name]?.[place] as number)), `${name}[${place}] in f32`).toBeLessThan(
        2e-4 * scale,
      );
    });
  }
}
