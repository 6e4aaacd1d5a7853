import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FeatureTable } from '../table/feature-table.ts';
import type { OnnxFile } from './onnx-file.ts';

/** What ONNX Runtime makes of a file, each output's values by row. */
export async function outputsOf(
  { bytes, inputs }: OnnxFile,
  feeds: Readonly<Record<string, Float64Array | string[]>>,
): Promise<Record<string, ArrayLike<number> | string[]>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const given = Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const values = feeds[name] ?? [];
      const width = Number(shape[1]);
      const sizes = [values.length / width, width];
      if (type === 'string') return [name, new Tensor('string', values as string[], sizes)];
      return type === 'float'
        ? [name, new Tensor('float32', Float32Array.from(values as Float64Array), sizes)]
        : [name, new Tensor('float64', values as Float64Array, sizes)];
    }),
  );
  const results = await session.run(given);
  const read = Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [
      name,
      data instanceof BigInt64Array ? Array.from(data, Number) : (data as Float64Array | string[]),
    ]),
  );
  await session.release();
  return read;
}

/** A table as the inputs of a whole model's file. */
export const feedsOf = (table: FeatureTable): Record<string, Float64Array | string[]> =>
  Object.fromEntries(
    table.columns.map((column) => [
      column.name,
      column.kind === 'category'
        ? Array.from(column.codes, (code) => column.levels[code] ?? '')
        : column.kind === 'text'
          ? column.values.map((value) => value ?? '')
          : column.values,
    ]),
  );
