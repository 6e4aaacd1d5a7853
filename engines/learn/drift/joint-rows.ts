import { seededRandom } from '@stroma/kernel';
import { meanOf, varianceOf } from '@stroma/stats';
import type { FeatureColumn } from '../table/feature-table.ts';
import { drawRows } from '../trees/row-draws.ts';

/** Of more, the first are looked at together. */
export const mostJointColumns = 200;
const mostLevels = 20;

/**
 * Rows of some columns as numbers of one scale, so that their distances mean something: numbers in standard deviations
 * of the reference from its mean, one that is missing the mean, and a column more says that it is; categories one column
 * each, the reference's most frequent ones.
 */
export class JointRows {
  readonly width: number;
  readonly #columns: readonly {
    width: number;
    write: (column: FeatureColumn, row: number, to: Float64Array, at: number) => void;
    name: string;
  }[];

  constructor(reference: readonly FeatureColumn[]) {
    this.#columns = reference
      .filter((column) => column.kind !== 'text')
      .slice(0, mostJointColumns)
      .map((column) => ({
        name: column.name,
        ...(column.kind === 'category' ? categories(column) : numbers(column)),
      }));
    this.width = this.#columns.reduce((sum, { width }) => sum + width, 0);
  }

  get columns(): number {
    return this.#columns.length;
  }

  /** The rows named, by row. */
  of(columns: readonly FeatureColumn[], rows: Uint32Array): Float64Array {
    const given = new Map(columns.map((column) => [column.name, column]));
    const written = new Float64Array(rows.length * this.width);
    let from = 0;
    for (const { name, width, write } of this.#columns) {
      const column = given.get(name);
      if (column !== undefined)
        rows.forEach((row, at) => {
          write(column, row, written, at * this.width + from);
        });
      from += width;
    }
    return written;
  }
}

function numbers(column: Extract<FeatureColumn, { kind: 'number' | 'time' }>) {
  const known = column.values.filter(Number.isFinite);
  const mean = known.length > 0 ? meanOf(known) : 0;
  const spread = known.length > 1 ? Math.sqrt(varianceOf(known)) : 0;
  const scale = spread > 0 ? spread : 1;
  return {
    width: 2,
    write(given: FeatureColumn, row: number, to: Float64Array, at: number) {
      if (given.kind !== 'number' && given.kind !== 'time') return;
      const value = given.values[row] as number;
      if (!Number.isFinite(value)) to[at + 1] = 1;
      else to[at] = (value - mean) / scale;
    },
  };
}

function categories({ codes, levels }: Extract<FeatureColumn, { kind: 'category' }>) {
  const counts = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  const order = [...counts.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const place = new Map(order.slice(0, mostLevels).map((code, at) => [levels[code] as string, at]));
  // One more for all other values, one for none.
  const width = place.size + 2;
  return {
    width,
    write(given: FeatureColumn, row: number, to: Float64Array, at: number) {
      if (given.kind !== 'category') return;
      const code = given.codes[row] as number;
      to[at + (code < 0 ? width - 1 : (place.get(given.levels[code] as string) ?? place.size))] = 1;
    },
  };
}

/** So many rows, ascending, each at most once, by seed; all where there are no more. */
export function sampleRows(rows: number, most: number, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  return rows <= most ? all : drawRows(all, most, seededRandom(seed));
}
