import type { Run, RunComparison } from '@stroma/contracts';

/** Runs side by side, in the order given. A value that a run does not have is null. */
export function compareRuns(runs: readonly Run[]): RunComparison {
  const params = keysOf(runs.map((run) => run.params)).map((key) => {
    const values = runs.map((run) => own(run.params, key) ?? null);
    return { key, values, differs: differ(values) };
  });
  const metrics = keysOf(runs.map((run) => run.metrics)).map((key) => {
    const values = runs.map((run) => own(run.metrics, key)?.value ?? null);
    const numbers = values.flatMap((value, at) =>
      typeof value === 'number' ? [{ value, runId: (runs[at] as Run).run_id }] : [],
    );
    const most = (sign: 1 | -1) =>
      numbers.reduce<(typeof numbers)[number] | null>(
        (best, each) => (best === null || sign * each.value > sign * best.value ? each : best),
        null,
      )?.runId ?? null;
    return { key, values, differs: differ(values), highest: most(1), lowest: most(-1) };
  });
  return {
    runs: [...runs],
    params,
    metrics,
    same_data: same(runs.map((run) => run.data_sha256)),
    same_code: same(runs.map((run) => run.code_version)),
  };
}

export const keysOf = (all: readonly Record<string, unknown>[]): string[] =>
  [...new Set(all.flatMap((each) => Object.keys(each)))].sort();

export const own = <V>(of: Record<string, V>, key: string): V | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined;

const differ = (values: readonly unknown[]): boolean => values.some((value) => value !== values[0]);

/** Null where one does not say. */
export const same = (values: readonly (string | null)[]): boolean | null =>
  values.includes(null) ? null : !differ(values);
