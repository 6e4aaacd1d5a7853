/** How far a level must fall to be over: five below the threshold, so that one that sways about it is told of once. */
export const overBelow = (threshold: number): number => Math.max(threshold - 5, threshold / 2);

export type LevelChange = { kind: 'raised' | 'resolved'; percent: number };

/**
 * Watches one level against a threshold, both in percent. It is raised when the mean of the last `windowMs` has
 * reached the threshold and the window is full; it is over when the mean has fallen below
 * `overBelow` of it.
 */
export class LevelWatch {
  readonly #threshold: number;
  readonly #windowMs: number;
  readonly #readings: { at: number; percent: number }[] = [];
  #raised: boolean;

  constructor(threshold: number, windowMs: number, raised = false) {
    this.#threshold = threshold;
    this.#windowMs = windowMs;
    this.#raised = raised;
  }

  get raised(): boolean {
    return this.#raised;
  }

  /** `at`: milliseconds on any clock that does not go back. */
  see(percent: number, at: number): LevelChange | null {
    const readings = this.#readings;
    readings.push({ at, percent });
    // The oldest kept is the one that reaches back to the beginning of the window.
    while ((readings[1]?.at ?? Number.POSITIVE_INFINITY) <= at - this.#windowMs) readings.shift();
    const isFull = at - (readings[0]?.at ?? at) >= this.#windowMs;
    if (!isFull) return null;
    const mean = readings.reduce((sum, each) => sum + each.percent, 0) / readings.length;
    if (!this.#raised && mean >= this.#threshold) return this.#become(true, mean);
    if (this.#raised && mean < overBelow(this.#threshold)) return this.#become(false, mean);
    return null;
  }

  #become(raised: boolean, percent: number): LevelChange {
    this.#raised = raised;
    return { kind: raised ? 'raised' : 'resolved', percent };
  }
}
