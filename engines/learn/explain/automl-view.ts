import { StromaError } from '@stroma/kernel';
import { asTrained, type SavedAutoml } from '../automl/automl-model.ts';
import type { Matrix } from '../estimator.ts';
import type { SavedEncoder } from '../table/encoder-options.ts';
import { checkSchema, matched } from '../table/encoder-schema.ts';
import type { FeatureColumn, FeatureTable } from '../table/feature-table.ts';

/** A model of tables, of AutoML or any other, that answers at once or later. */
export interface ViewedModel<Outputs extends Float64Array | Promise<Float64Array>> {
  readonly saved: Pick<SavedAutoml, 'schema' | 'background' | 'problem'> & {
    readonly encoders: readonly Pick<SavedEncoder, 'plans'>[];
  };
  outputs(table: FeatureTable): Outputs;
}

/** A model of tables as a predictor of matrices: each column of a table is one column, its levels and texts are codes. */
export interface AutomlView<Outputs = Float64Array> {
  predict(matrix: Matrix): Outputs;
  /** Of the tables the view was made with, or of rows taken from them. Throws INVALID_INPUT for another table. */
  matrixOf(table: FeatureTable): Matrix;
  /** Rows of training that were kept with the model. */
  background: Matrix;
  /** What codes stand for, by column. */
  levels: ReadonlyMap<string, readonly string[]>;
}

/**
 * For explanations of a model in the columns of its table. Codes are of the levels and texts of the model's own
 * background and of the tables. Throws INVALID_INPUT naming columns that are missing or of another kind.
 */
export function viewAutoml<Outputs extends Float64Array | Promise<Float64Array>>(
  model: ViewedModel<Outputs>,
  tables: readonly FeatureTable[],
): AutomlView<Outputs> {
  const { schema, encoders, background } = model.saved;
  const plans = encoders[0]?.plans ?? [];
  const columnsOf = (table: FeatureTable): FeatureColumn[] => {
    const known = asTrained(table, schema);
    checkSchema(plans, known, 'ignore');
    return matched(plans, known);
  };
  const given = [background, ...tables].map(columnsOf);
  const levels = new Map<string, readonly string[]>();
  schema.forEach(({ name, kind }, at) => {
    if (kind === 'category' || kind === 'text')
      levels.set(name, levelsOf(given.flatMap((columns) => columns[at] ?? [])));
  });
  const codesOf = new Map(
    Array.from(levels, ([name, own]) => [name, new Map(own.map((level, code) => [level, code]))]),
  );
  const matrixOf = (table: FeatureTable): Matrix => ({
    rows: table.rows,
    names: schema.map(({ name }) => name),
    categories: schema.map(({ name }) => levels.get(name)?.length ?? 0),
    columns: columnsOf(table).map((column) => {
      if (column.kind === 'number' || column.kind === 'time') return column.values;
      const codes = codesOf.get(column.name);
      return Float64Array.from({ length: table.rows }, (_, row) => {
        const text = textOf(column, row);
        if (text === null) return Number.NaN;
        const code = codes?.get(text);
        if (code === undefined)
          throw new StromaError(
            'INVALID_INPUT',
            `A value of "${column.name}" was expected that the view was made with; "${text}" was given. Make it with this table.`,
            { column: column.name },
          );
        return code;
      });
    }),
  });
  return {
    matrixOf,
    background: matrixOf(background),
    levels,
    predict: (matrix) =>
      model.outputs({
        rows: matrix.rows,
        columns: schema.map(({ name, kind }, at) =>
          columnOfCodes(name, kind, matrix.columns[at] as Float64Array, levels.get(name) ?? []),
        ),
      }),
  };
}

type Coded = Extract<FeatureColumn, { kind: 'category' | 'text' }>;

const textOf = (column: Coded, row: number): string | null =>
  (column.kind === 'category' ? column.levels[column.codes[row] as number] : column.values[row]) ?? null;

/** In the order of the first column that has them. A matrix counts one category at least. */
function levelsOf(columns: readonly FeatureColumn[]): string[] {
  const found = new Set<string>();
  for (const column of columns) {
    if (column.kind === 'category') for (const level of column.levels) found.add(level);
    if (column.kind === 'text') for (const text of column.values) if (text !== null) found.add(text);
  }
  return found.size > 0 ? [...found] : [''];
}

function columnOfCodes(
  name: string,
  kind: FeatureColumn['kind'],
  values: Float64Array,
  levels: readonly string[],
): FeatureColumn {
  if (kind === 'number' || kind === 'time') return { kind, name, values };
  if (kind === 'text') return { kind, name, values: Array.from(values, (code) => levels[code] ?? null) };
  return {
    kind,
    name,
    levels,
    codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code)),
  };
}
