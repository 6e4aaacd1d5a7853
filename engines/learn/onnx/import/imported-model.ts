import type { AutomlPrediction } from '../../automl/automl-model.ts';
import { checkTable, type FeatureTable } from '../../table/feature-table.ts';
import { readModelFile } from './model-file.ts';
import { kindFor, planInputs } from './model-inputs.ts';
import { labelsOf, type OutputOptions, planOutputs, probabilitiesOf } from './model-outputs.ts';
import { ModelProcess } from './model-process.ts';
import { runTable } from './table-run.ts';

export interface ImportOptions extends OutputOptions {
  /** Names of the columns it takes, in the order of its inputs; needed where it takes several side by side. */
  columns?: readonly string[];
  /** Bytes of a file that are read; 256 MiB when left out. */
  mostBytes?: number;
  /** Of the process it runs in, beyond what an empty one holds; 2,048 when left out. */
  memoryMb?: number;
  /** For opening and for a batch of 1,024 rows; 60,000 when left out. */
  timeoutMs?: number;
}

export interface ImportedModel extends AsyncDisposable {
  readonly kind: 'onnx';
  /** 1, or the number of classes. */
  readonly outputs: number;
  /** Empty of values. */
  readonly classes: readonly string[];
  /** What a table must hold, in any order. */
  readonly schema: readonly { name: string; kind: 'number' | 'category' }[];
  readonly producer: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * As `predict` of a model trained here, of levels that are new it knows nothing. Columns it does not take are left
   * aside; missing numbers are given as NaN, missing texts as the empty text. Throws INVALID_INPUT naming every column
   * that is missing or of another kind, MODEL_INVALID with the runtime's words or past its limits.
   */
  predict(table: FeatureTable, options?: { signal?: AbortSignal }): Promise<Omit<AutomlPrediction, 'unseen'>>;
  close(): Promise<void>;
}

/**
 * Opens any ONNX file of ONNX's own operators and ai.onnx.ml as a predictor of tables, in a process of its own, which
 * ends with the thread that opened it; close it when done. Throws
 * MODEL_INVALID for files that are too large, name other files or custom operators, or whose inputs and outputs are not
 * rows x columns.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportedModel> {
  const { memoryMb = 2_048, timeoutMs = 60_000 } = options;
  const file = readModelFile(bytes, options.mostBytes);
  const { inputs, batch } = planInputs(file, options.columns);
  const plan = planOutputs(file, options);
  const running = new ModelProcess(file.bytes, { memoryMb, timeoutMs });
  const close = () => running.close();
  await running.ask(null);
  const wanted =
    plan.kind === 'classes' ? [plan.name] : [plan.name, plan.low, plan.high].filter((name) => name !== null);
  return {
    kind: 'onnx',
    outputs: plan.kind === 'classes' ? plan.classes.length : 1,
    classes: plan.kind === 'classes' ? plan.classes : [],
    schema: inputs.flatMap(({ columns, type }) => columns.map((name) => ({ name, kind: kindFor(type) }))),
    producer: file.producer,
    opsets: file.opsets,
    metadata: file.metadata,
    async predict(table, { signal } = {}) {
      checkTable(table);
      const read = await runTable(running, { inputs, batch }, wanted, table, signal);
      const of = (name: string | null) => (name === null ? null : (read[name] ?? new Float64Array()));
      if (plan.kind === 'classes') {
        const outputs = probabilitiesOf(plan, of(plan.name) as Float64Array, table.rows);
        return { outputs, values: null, labels: labelsOf(outputs, plan.classes), interval: null };
      }
      const [values, low, high] = [of(plan.name) as Float64Array, of(plan.low), of(plan.high)];
      const interval = low !== null && high !== null ? { low, high, coverage: plan.coverage } : null;
      return { outputs: values, values, labels: null, interval };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
