import { StromaError } from '@stroma/kernel';
import type { FeatureTable } from '../../table/feature-table.ts';
import { columnsFor, feedOf, type InputPlans } from './model-inputs.ts';
import type { ModelProcess } from './model-process.ts';

/** Few enough that a model that holds each row against thousands of others has the memory for it. */
const batchRows = 1_024;

/** Each output of all rows, some rows at a time; a model of a fixed number of rows gets its last ones filled up. */
export async function runTable(
  running: ModelProcess,
  { inputs, batch }: InputPlans,
  outputs: string[],
  table: FeatureTable,
  signal: AbortSignal | undefined,
): Promise<Record<string, Float64Array>> {
  const columns = columnsFor(inputs, table);
  const size = batch ?? Math.min(batchRows, Math.max(1, table.rows));
  const read: Record<string, Float64Array> = {};
  for (let from = 0; from < table.rows; from += size) {
    const here = Math.min(size, table.rows - from);
    const rows = Uint32Array.from({ length: batch ?? here }, (_, at) => from + Math.min(at, here - 1));
    const feeds = Object.fromEntries(
      inputs.map((plan, at) => {
        const shape = [rows.length, ...plan.sizes];
        return [plan.name, { type: plan.type, shape, data: feedOf(plan, columns[at] ?? [], rows) }];
      }),
    );
    const { outputs: results } = await running.ask({ kind: 'run', feeds, outputs }, signal);
    for (const name of outputs) {
      const own: unknown = results[name];
      if (!(own instanceof Float32Array || own instanceof Float64Array))
        throw new StromaError(
          'MODEL_INVALID',
          `Floats or doubles were expected of "${name}"; it holds others.`,
          {
            output: name,
          },
        );
      const width = own.length / rows.length;
      const all = read[name] ?? new Float64Array(table.rows * width);
      read[name] = all;
      all.set(own.subarray(0, here * width), from * width);
    }
  }
  return read;
}
