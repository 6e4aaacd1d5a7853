import { type Criteria, holds } from './criteria.ts';
import { type Classes, classesOf, type LeveledColumn, levelColumn, type QuasiTable } from './quasi-table.ts';

export interface SearchOptions extends Criteria {
  /** Rows that may be left out, as a share. */
  suppressionLimit: number;
  onProgress?: (evaluated: number) => void;
  signal?: AbortSignal;
}

export interface Recoding {
  classes: Classes;
  /** 1 for classes that stay. */
  kept: Uint8Array;
  /** What class and column become: `labels[column][class]`. Null is the missing value. */
  labels: (string | null)[][];
  /** Of each column: its level, 0 as it was; null for local recoding. */
  levels: number[] | null;
  suppressedRows: number;
  /** Normalised certainty penalty over all rows, those left out counting as lost wholly. */
  ncp: number;
  evaluated: number;
}

type Node = readonly number[];

/**
 * The levels, one for each column, with the least loss at which all rows but a few are in classes that hold the
 * criteria. Exact: nodes of the lattice are taken by their least possible loss, and none is left that could do
 * better. What fails k fails it in every finer node (OLA: El Emam et al. 2009, doi 10.1197/jamia.M3144; Flash: Kohlmayer
 * et al. 2012), so a path from a node to the top is halved to find where it turns. Null when not even the top holds.
 */
export function generaliseFully(table: QuasiTable, options: SearchOptions): Recoding | null {
  const columns = table.columns.map((column) => levelColumn(column, table.weights));
  const rows = table.weights.reduce((sum, weight) => sum + weight, 0);
  const search = new LatticeSearch(table, columns, rows, options);
  const best = search.run();
  if (best === null) return null;
  const { node, classes, good, failing } = best;
  const first = new Int32Array(classes.sizes.length).fill(-1);
  classes.classOf.forEach((at, index) => {
    if (first[at] === -1) first[at] = index;
  });
  return {
    classes,
    kept: good,
    labels: columns.map((column, index) => {
      const level = node[index] ?? 0;
      return Array.from(first, (combination) => {
        const code = table.columns[index]?.codes[combination] ?? 0;
        return column.labels[level]?.[column.groupOf[level]?.[code] ?? 0] ?? null;
      });
    }),
    levels: [...node],
    suppressedRows: failing,
    ncp: search.loss(node, failing),
    evaluated: search.evaluated,
  };
}

interface Evaluated {
  node: Node;
  classes: Classes;
  good: Uint8Array;
  failing: number;
  small: number;
}

const mostNodes = 2_000_000;
const height = (node: Node): number => node.reduce((sum, level) => sum + level, 0);

class LatticeSearch {
  evaluated = 0;
  readonly #table: QuasiTable;
  readonly #columns: readonly LeveledColumn[];
  readonly #rows: number;
  readonly #options: SearchOptions;
  /** Nodes that fail k; so does all that is finer. */
  #failed: Node[] = [];
  readonly #done = new Set<string>();
  #best: (Evaluated & { loss: number }) | null = null;

  constructor(table: QuasiTable, columns: readonly LeveledColumn[], rows: number, options: SearchOptions) {
    this.#table = table;
    this.#columns = columns;
    this.#rows = rows;
    this.#options = options;
  }

  run(): Evaluated | null {
    for (const { node, bound } of this.#nodes()) {
      if (this.#best !== null && bound > this.#best.loss + 1e-12) break;
      if (this.#best !== null && !this.#isBetter(node, bound)) continue;
      if (this.#fails(node)) continue;
      this.#walk(this.#pathToTop(node));
      if (!this.#fails(node)) this.#evaluate(node);
    }
    return this.#best;
  }

  /** Less is lost, or as much on lower levels. */
  #isBetter(node: Node, loss: number): boolean {
    if (this.#best === null || loss < this.#best.loss - 1e-12) return true;
    return loss <= this.#best.loss + 1e-12 && height(node) < height(this.#best.node);
  }

  /** Share of what is known that is lost. */
  loss(node: Node, suppressed: number): number {
    const share = suppressed / this.#rows;
    return this.#bound(node) * (1 - share) + share;
  }

  #bound(node: Node): number {
    return (
      this.#columns.reduce((sum, { penalty }, index) => sum + (penalty[node[index] ?? 0] ?? 0), 0) /
      this.#columns.length
    );
  }

  #nodes(): { node: Node; bound: number }[] {
    const count = this.#columns.reduce((product, { levels }) => product * (levels + 1), 1);
    if (count > mostNodes)
      throw new RangeError(`Expected at most ${mostNodes} combinations of levels, got ${count}.`);
    const nodes: { node: Node; bound: number }[] = [];
    const build = (prefix: number[]) => {
      const column = this.#columns[prefix.length];
      if (column === undefined) {
        nodes.push({ node: prefix, bound: this.#bound(prefix) });
        return;
      }
      for (let level = 0; level <= column.levels; level++) build([...prefix, level]);
    };
    build([]);
    return nodes.sort((a, b) => a.bound - b.bound);
  }

  /** One level up at a time, where it costs least. */
  #pathToTop(from: Node): Node[] {
    const path = [from];
    let node = from;
    for (;;) {
      let cheapest: { node: Node; cost: number } | null = null;
      this.#columns.forEach(({ levels, penalty }, index) => {
        const level = node[index] ?? 0;
        if (level >= levels) return;
        const cost = (penalty[level + 1] ?? 0) - (penalty[level] ?? 0);
        if (cheapest === null || cost < cheapest.cost) cheapest = { node: node.with(index, level + 1), cost };
      });
      const next = cheapest as { node: Node; cost: number } | null;
      if (next === null) return path;
      node = next.node;
      path.push(node);
    }
  }

  #walk(path: readonly Node[]): void {
    let low = 0;
    let high = path.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const node = path[middle] as Node;
      if (this.#fails(node) || !this.#evaluate(node)) low = middle + 1;
      else high = middle - 1;
    }
  }

  #fails(node: Node): boolean {
    return this.#failed.some((failed) => failed.every((level, index) => (node[index] ?? 0) <= level));
  }

  /** Whether all but a few rows hold the criteria; remembers the best, and what fails k. */
  #evaluate(node: Node): boolean {
    const key = node.join(' ');
    if (this.#done.has(key)) return !this.#fails(node);
    this.#done.add(key);
    this.#options.signal?.throwIfAborted();
    this.evaluated += 1;
    this.#options.onProgress?.(this.evaluated);
    const classes = classesOf(
      this.#table.weights,
      this.#table.columns.map(({ codes }, index) => {
        const level = node[index] ?? 0;
        const column = this.#columns[index] as LeveledColumn;
        return {
          codes,
          groupOf: column.groupOf[level] as Int32Array,
          count: column.labels[level]?.length ?? 1,
        };
      }),
    );
    const found = holds(classes, this.#table.sensitive, this.#options);
    const limit = this.#options.suppressionLimit * this.#rows + 1e-9;
    if (found.small > limit) {
      this.#failed = [
        ...this.#failed.filter((other) => !other.every((level, index) => level <= (node[index] ?? 0))),
        node,
      ];
      return false;
    }
    if (found.failing > limit) return false;
    const loss = this.loss(node, found.failing);
    if (found.failing < this.#rows && this.#isBetter(node, loss))
      this.#best = { node, classes, good: found.good, failing: found.failing, small: found.small, loss };
    return true;
  }
}
