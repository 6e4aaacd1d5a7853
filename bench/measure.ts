import { cpus, loadavg } from 'node:os';

export interface Figure {
  bench: string;
  figure: string;
  unit: string;
  ours: number;
  /** The other side of the same run; null where the target is absolute. */
  peer: number | null;
  peer_name: string | null;
  /** ours / peer */
  ratio: number | null;
  /** In words, for example "ratio <= 2". */
  target: string;
  ok: boolean;
}

export function print(figure: Figure): void {
  console.log(JSON.stringify(figure));
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours (type 7). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Runs both sides in turns, each first once, so that neither has the calmer machine. Milliseconds. */
export async function inTurns(
  rounds: number,
  ours: () => Promise<unknown>,
  peer: () => Promise<unknown>,
): Promise<{ ours: number[]; peer: number[] }> {
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let turn = 0; turn < rounds; turn++) {
    const sides = turn % 2 === 0 ? (['peer', 'ours'] as const) : (['ours', 'peer'] as const);
    for (const side of sides) times[side].push(await timed(side === 'ours' ? ours : peer));
  }
  return times;
}

/**
 * What the machine did meanwhile, for reading the figures: its load, and how far runs of the same thing lie apart
 * (largest over smallest). Above about 1.3 a figure says little.
 */
export function printNoise(bench: string, runs: Record<string, readonly number[]>): void {
  const spread = Object.entries(runs).map(([name, values]) => [
    name,
    round(Math.max(...values) / Math.min(...values)),
  ]);
  console.log(
    JSON.stringify({
      bench,
      noise: { cpus: cpus().length, load_1m: round(loadavg()[0] ?? 0), spread: Object.fromEntries(spread) },
    }),
  );
}
