import { StromaError } from '@stroma/kernel';
import type { Matrix } from '../../estimator.ts';
import { checkTable, type FeatureTable } from '../../table/feature-table.ts';
import type { ImportOptions } from '../import/imported-model.ts';
import { readModelFile } from '../import/model-file.ts';
import { kindFor, planInputs } from '../import/model-inputs.ts';
import { ModelProcess } from '../import/model-process.ts';
import { runTable } from '../import/table-run.ts';
import { fileOfLayer } from './layer-file.ts';

export type LayerOptions = Pick<ImportOptions, 'columns' | 'mostBytes' | 'memoryMb' | 'timeoutMs'>;

/** A model up to one of its layers, which nothing changes any more. */
export interface FrozenLayer extends AsyncDisposable {
  readonly layer: string;
  /** What a table must hold, in any order. */
  readonly schema: readonly { name: string; kind: 'number' | 'category' }[];
  /**
   * The layer's output for each row, sizes after the rows joined: columns `layer 0`, `layer 1`, ... Throws as `predict`
   * of an imported model, and MODEL_INVALID for features that are not finite.
   */
  features(table: FeatureTable, options?: { signal?: AbortSignal }): Promise<Matrix>;
  close(): Promise<void>;
}

/** Opens an ONNX file up to a layer, named by its output or node. Throws as `importOnnx`, and for a layer not there. */
export async function openLayer(
  bytes: Uint8Array,
  layer: string,
  options: LayerOptions = {},
): Promise<FrozenLayer> {
  const { memoryMb = 2_048, timeoutMs = 60_000 } = options;
  const file = readModelFile(bytes, options.mostBytes);
  const plans = planInputs(file, options.columns);
  const { bytes: kept, output } = fileOfLayer(file.bytes, layer);
  const running = new ModelProcess(kept, { memoryMb, timeoutMs });
  const close = () => running.close();
  await running.ask(null);
  return {
    layer,
    schema: plans.inputs.flatMap(({ columns, type }) =>
      columns.map((name) => ({ name, kind: kindFor(type) })),
    ),
    async features(table, { signal } = {}) {
      checkTable(table);
      const read = await runTable(running, plans, [output], table, signal);
      return matrixOf(read[output] ?? new Float64Array(), table.rows, layer);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function matrixOf(values: Float64Array, rows: number, layer: string): Matrix {
  const width = rows === 0 ? 0 : values.length / rows;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new StromaError(
      'MODEL_INVALID',
      `Finite features were expected of "${layer}"; row ${Math.floor(bad / width) + 1} has ${values[bad]}. A model that does not take missing values needs them imputed first.`,
      { layer, row: Math.floor(bad / width) + 1 },
    );
  return {
    rows,
    names: Array.from({ length: width }, (_, at) => `${layer} ${at}`),
    categories: new Array<number>(width).fill(0),
    columns: Array.from({ length: width }, (_, at) =>
      Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number),
    ),
  };
}
