/** Scores of rows by class, and what of a softmax over them needs no new look at the classes that stood still. */
export class ClassScores {
  readonly #codes: Int32Array;
  readonly #shares: Float64Array;
  readonly #scores: Float64Array[];
  /** exp(score - top) of its row. */
  readonly #parts: Float64Array[];
  /** Near the largest score of each row; what is taken from each, so that their sum neither overflows nor vanishes. */
  readonly #tops: Float64Array;

  constructor(codes: Int32Array, classes: number, shares: Float64Array) {
    this.#codes = codes;
    this.#shares = shares;
    this.#scores = Array.from({ length: classes }, () => new Float64Array(codes.length));
    this.#parts = this.#scores.map((own) => new Float64Array(own.length).fill(1));
    this.#tops = new Float64Array(codes.length);
  }

  /** Every row anew. */
  set(scoresOf: (k: number, scores: Float64Array) => void): void {
    this.#scores.forEach((own, k) => {
      scoresOf(k, own.fill(0));
    });
    for (let row = 0; row < this.#codes.length; row++) this.#centre(row);
  }

  /** Of each row, the parts of all classes but one. */
  rest(k: number): Float64Array {
    const rest = new Float64Array(this.#codes.length);
    this.#parts.forEach((parts, at) => {
      if (at === k) return;
      for (let row = 0; row < rest.length; row++) rest[row] = (rest[row] as number) + (parts[row] as number);
    });
    return rest;
  }

  chances(k: number, rest: Float64Array): Float64Array {
    const parts = this.#parts[k] as Float64Array;
    return parts.map((own, row) => own / (own + (rest[row] as number)));
  }

  /** Mean -ln of the chance of each row's own class, were class k's scores `length` times `step` higher. */
  loss(k: number, rest: Float64Array, step: Float64Array, length: number): number {
    const scores = this.#scores[k] as Float64Array;
    let loss = 0;
    for (let row = 0; row < rest.length; row++) {
      const code = this.#codes[row] as number;
      const score = (scores[row] as number) + length * (step[row] as number);
      const top = this.#tops[row] as number;
      const own = code === k ? score : ((this.#scores[code] as Float64Array)[row] as number);
      const sum = (rest[row] as number) + Math.exp(score - top);
      const log = withinReach(sum) ? top + Math.log(sum) : this.#logSum(row, k, score);
      loss += (this.#shares[row] as number) * (log - own);
    }
    return loss;
  }

  move(k: number, rest: Float64Array, step: Float64Array, length: number): void {
    const scores = this.#scores[k] as Float64Array;
    const parts = this.#parts[k] as Float64Array;
    for (let row = 0; row < rest.length; row++) {
      const score = (scores[row] as number) + length * (step[row] as number);
      scores[row] = score;
      parts[row] = Math.exp(score - (this.#tops[row] as number));
      if (!withinReach((parts[row] as number) + (rest[row] as number))) this.#centre(row);
    }
  }

  #centre(row: number): void {
    let top = -Infinity;
    for (const own of this.#scores) top = Math.max(top, own[row] as number);
    this.#tops[row] = top;
    this.#scores.forEach((own, k) => {
      (this.#parts[k] as Float64Array)[row] = Math.exp((own[row] as number) - top);
    });
  }

  #logSum(row: number, k: number, score: number): number {
    const all = this.#scores.map((own, at) => (at === k ? score : (own[row] as number)));
    const top = Math.max(...all);
    return top + Math.log(all.reduce((sum, own) => sum + Math.exp(own - top), 0));
  }
}

const withinReach = (sum: number): boolean => sum > 1e-100 && sum < 1e100;
