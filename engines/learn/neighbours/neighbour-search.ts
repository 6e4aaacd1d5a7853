/** Rows x width, by row, and how to find the nearest of them. Equal distances go by row number. */
export interface NeighbourSearch {
  /** Fills rows and squared Euclidean distances, nearest first; `rows.length` neighbours of the point at `from`. */
  nearest(point: Float64Array, from: number, rows: Int32Array, squares: Float64Array): void;
}

const leafRows = 24;
/** With more columns a tree looks at nearly all rows, slower than looking at all. */
const mostTreeWidth = 16;

export function neighbourSearch(values: Float64Array, count: number, width: number): NeighbourSearch {
  return width <= mostTreeWidth && count > 8 * leafRows
    ? new KdTree(values, count, width)
    : {
        nearest(point, from, rows, squares) {
          const found = new Nearest(rows, squares);
          for (let row = 0; row < count; row++)
            found.offer(row, squareDistance(values, row * width, point, from, width, found.worst));
        },
      };
}

/** Left off, at something larger, once it is past `most`. */
function squareDistance(
  a: Float64Array,
  from: number,
  b: Float64Array,
  to: number,
  width: number,
  most: number,
): number {
  let sum = 0;
  for (let at = 0; at < width; at++) {
    const apart = (a[from + at] as number) - (b[to + at] as number);
    sum += apart * apart;
    if (sum > most) return sum;
  }
  return sum;
}

/** The least distances met so far, in order. */
class Nearest {
  worst = Infinity;
  readonly #rows: Int32Array;
  readonly #squares: Float64Array;
  #held = 0;

  constructor(rows: Int32Array, squares: Float64Array) {
    this.#rows = rows;
    this.#squares = squares;
  }

  offer(row: number, square: number): void {
    const [rows, squares] = [this.#rows, this.#squares];
    const full = this.#held === rows.length;
    if (full && (square > this.worst || (square === this.worst && row > (rows[this.#held - 1] as number))))
      return;
    let at = full ? this.#held - 1 : this.#held;
    for (; at > 0; at--) {
      const before = squares[at - 1] as number;
      if (before < square || (before === square && (rows[at - 1] as number) < row)) break;
      squares[at] = before;
      rows[at] = rows[at - 1] as number;
    }
    squares[at] = square;
    rows[at] = row;
    if (!full) this.#held += 1;
    if (this.#held === rows.length) this.worst = squares[this.#held - 1] as number;
  }
}

/** Split at the median of the column of the widest range. Bentley 1975, doi:10.1145/361002.361007. */
class KdTree implements NeighbourSearch {
  readonly #values: Float64Array;
  readonly #width: number;
  readonly #order: Int32Array;
  /** By node: column (-1 for a leaf), split, second child, and the leaf's rows. */
  readonly #column: number[] = [];
  readonly #split: number[] = [];
  readonly #second: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  constructor(values: Float64Array, count: number, width: number) {
    this.#values = values;
    this.#width = width;
    this.#order = Int32Array.from({ length: count }, (_, row) => row);
    this.#grow(0, count);
  }

  #grow(from: number, to: number): number {
    const node = this.#column.length;
    const { column, range } = this.#widest(from, to);
    this.#from.push(from);
    this.#to.push(to);
    this.#second.push(0);
    this.#split.push(0);
    this.#column.push(-1);
    if (to - from <= leafRows || range === 0) return node;
    const [values, width] = [this.#values, this.#width];
    const columnValue = (row: number) => values[row * width + column] as number;
    this.#order.subarray(from, to).sort((a, b) => columnValue(a) - columnValue(b) || a - b);
    const middle = (from + to) >> 1;
    this.#column[node] = column;
    this.#split[node] = columnValue(this.#order[middle] as number);
    this.#grow(from, middle);
    this.#second[node] = this.#grow(middle, to);
    return node;
  }

  #widest(from: number, to: number): { column: number; range: number } {
    let found = { column: 0, range: 0 };
    for (let column = 0; column < this.#width; column++) {
      let [low, high] = [Infinity, -Infinity];
      for (let at = from; at < to; at++) {
        const value = this.#values[(this.#order[at] as number) * this.#width + column] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low > found.range) found = { column, range: high - low };
    }
    return found;
  }

  nearest(point: Float64Array, from: number, rows: Int32Array, squares: Float64Array): void {
    this.#visit(0, point, from, new Nearest(rows, squares));
  }

  #visit(node: number, point: Float64Array, from: number, found: Nearest): void {
    const column = this.#column[node] as number;
    if (column < 0) {
      for (let at = this.#from[node] as number; at < (this.#to[node] as number); at++) {
        const row = this.#order[at] as number;
        const square = squareDistance(this.#values, row * this.#width, point, from, this.#width, found.worst);
        found.offer(row, square);
      }
      return;
    }
    const apart = (point[from + column] as number) - (this.#split[node] as number);
    const [near, far] = apart < 0 ? [node + 1, this.#second[node]] : [this.#second[node], node + 1];
    this.#visit(near as number, point, from, found);
    if (apart * apart <= found.worst) this.#visit(far as number, point, from, found);
  }
}
