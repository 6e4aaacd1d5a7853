import { kernelDiscrepancy } from '../../drift/kernel-discrepancy.ts';
import type { Matrix } from '../../estimator.ts';
import type { FeatureTable } from '../../table/feature-table.ts';

/** Whether rows look, to the base model, like those it was trained on. */
export interface DomainShift {
  /** Squared maximum mean discrepancy of the layer's outputs, each in its standard deviation among the reference. */
  mmd: number;
  /** By exchanging rows. */
  p_value: number;
  reference_rows: number;
  rows: number;
  /** Of each column the share of values outside the reference's range. */
  outside: { column: string; share: number }[];
}

/** Of each side; the comparison grows with their square. */
const comparedRows = 200;

/** Rows and what a layer gives for them. */
export interface SeenRows {
  table: FeatureTable;
  seen: Matrix;
}

/** How far rows are from those of a reference, to the layer that both went through. */
export function domainShift(
  reference: SeenRows,
  own: SeenRows,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): DomainShift {
  const scales = reference.seen.columns.map(scaleOf);
  const [before, now] = [sample(reference.seen, scales), sample(own.seen, scales)];
  const compared = kernelDiscrepancy(before, now, reference.seen.columns.length, {
    seed,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    mmd: compared.mmd,
    p_value: compared.p_value,
    reference_rows: reference.table.rows,
    rows: own.table.rows,
    outside: outsideOf(reference.table, own.table),
  };
}

interface Scale {
  mean: number;
  sd: number;
}

function scaleOf(values: Float64Array): Scale {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  return { mean, sd: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** Rows evenly spread over the table, by row. */
function sample({ rows, columns }: Matrix, scales: readonly Scale[]): Float64Array {
  const count = Math.min(rows, comparedRows);
  return Float64Array.from({ length: count * columns.length }, (_, cell) => {
    const at = cell % columns.length;
    const row = Math.floor((Math.floor(cell / columns.length) * rows) / count);
    const { mean, sd } = scales[at] as Scale;
    return ((columns[at]?.[row] as number) - mean) / sd;
  });
}

function outsideOf(reference: FeatureTable, table: FeatureTable): DomainShift['outside'] {
  return reference.columns.flatMap((column) => {
    const own = table.columns.find(({ name }) => name === column.name);
    if (column.kind !== 'number' || own?.kind !== 'number') return [];
    const low = column.values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = column.values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const known = own.values.filter((value) => !Number.isNaN(value));
    const out = known.filter((value) => value < low || value > high).length;
    return [{ column: column.name, share: known.length === 0 ? 0 : out / known.length }];
  });
}
