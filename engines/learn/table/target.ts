import type { Target } from '../estimator.ts';

export function rowsOfTarget(target: Target): number {
  switch (target.kind) {
    case 'number':
      return target.values.length;
    case 'class':
      return target.codes.length;
    case 'survival':
      return target.times.length;
    case 'ranking':
      return target.relevance.length;
  }
}

/** The rows named of a target. */
export function takeTarget(target: Target, rows: Uint32Array): Target {
  const numbers = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number);
  switch (target.kind) {
    case 'number':
      return { kind: 'number', values: numbers(target.values) };
    case 'class':
      return { ...target, codes: Int32Array.from(rows, (row) => target.codes[row] as number) };
    case 'survival':
      return {
        kind: 'survival',
        times: numbers(target.times),
        events: Uint8Array.from(rows, (row) => target.events[row] as number),
      };
    case 'ranking':
      return {
        kind: 'ranking',
        relevance: numbers(target.relevance),
        groups: Int32Array.from(rows, (row) => target.groups[row] as number),
      };
  }
}
