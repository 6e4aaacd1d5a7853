import { type SeededRandom, StromaError, seededRandom } from '@stroma/kernel';

/** Row numbers; `train` and `test` share none. Ascending. */
export interface Split {
  train: Uint32Array;
  test: Uint32Array;
}

export type SplitPlan =
  | { by: 'random' }
  /** As many of each class, -1 (missing) one of them, as its share; held out, one of each that has two at least. */
  | { by: 'stratified'; codes: Int32Array }
  /** Rows of one group, as of one patient, stand on one side; of -1 each is a group of its own. */
  | { by: 'grouped'; groups: Int32Array }
  /** The latest rows are the test; equal times are never parted. NaN counts as earliest. */
  | { by: 'time'; times: Float64Array };

/**
 * One part held out. `share` of the rows, 0 to 1, in groups as near to it as they allow. The same seed gives the same
 * rows. Throws INVALID_INPUT where a side would be empty.
 */
export function holdOut(
  rows: number,
  plan: SplitPlan,
  { share, seed }: { share: number; seed: number },
): Split {
  if (!(share > 0 && share < 1))
    throw new StromaError('INVALID_INPUT', `A share between 0 and 1 was expected, ${share} was given.`);
  const isTest = new Uint8Array(rows);
  const wanted = Math.max(1, Math.round(rows * share));
  const random = seededRandom(seed);
  if (plan.by === 'random') {
    for (const row of shuffled(rows, random).subarray(0, wanted)) isTest[row] = 1;
  } else if (plan.by === 'stratified') {
    for (const own of byClass(plan.codes)) {
      const count = Math.max(own.length > 1 ? 1 : 0, Math.round(own.length * share));
      for (const row of shuffledOf(own, random).slice(0, Math.min(count, Math.max(1, own.length - 1))))
        isTest[row] = 1;
    }
  } else if (plan.by === 'grouped') {
    let taken = 0;
    const groups = groupsOf(plan.groups);
    for (const at of shuffled(groups.length, random)) {
      const group = groups[at] as number[];
      // The side that ends nearer to the share.
      if (taken >= wanted || Math.abs(taken + group.length - wanted) > Math.abs(taken - wanted)) continue;
      for (const row of group) isTest[row] = 1;
      taken += group.length;
    }
  } else {
    const order = byTime(plan.times);
    const edge = plan.times[order[Math.max(0, rows - wanted)] as number] as number;
    for (let row = 0; row < rows; row++) if ((plan.times[row] as number) >= edge) isTest[row] = 1;
  }
  return splitOf(isTest);
}

/** The rows of one site, or lot, or hospital are the test. Throws INVALID_INPUT where a side would be empty. */
export function siteHeldOut(sites: Int32Array, site: number): Split {
  return splitOf(Uint8Array.from(sites, (own) => (own === site ? 1 : 0)));
}

/**
 * Folds: each row is in one test part (of time: `folds` stretches, each tested by what came before it, so the earliest
 * are never tested). Of groups the largest are dealt first, each to the smallest fold. Throws INVALID_INPUT for fewer
 * than two folds or fewer rows or groups than folds.
 */
export function* kFolds(rows: number, plan: SplitPlan, folds: number, seed: number): Generator<Split> {
  if (!Number.isInteger(folds) || folds < 2)
    throw new StromaError('INVALID_INPUT', `At least two folds were expected, ${folds} were given.`);
  if (plan.by === 'time') {
    yield* timeFolds(plan.times, folds);
    return;
  }
  const foldOf = foldsOf(rows, plan, folds, seed);
  for (let fold = 0; fold < folds; fold++) yield splitOf(foldOf.map((own) => (own === fold ? 1 : 0)));
}

/** Each site in turn is the test, those of -1 always train. */
export function* sitesInTurn(sites: Int32Array): Generator<Split> {
  for (const site of [...new Set(sites)].filter((own) => own >= 0).sort((a, b) => a - b))
    yield siteHeldOut(sites, site);
}

/** Of each row, the fold that tests it. */
export function foldsOf(
  rows: number,
  plan: Exclude<SplitPlan, { by: 'time' }>,
  folds: number,
  seed: number,
): Uint8Array {
  const random = seededRandom(seed);
  const foldOf = new Uint8Array(rows);
  const groups = plan.by === 'grouped' ? groupsOf(plan.groups) : null;
  const parts = groups?.length ?? rows;
  if (parts < folds)
    throw new StromaError(
      'INVALID_INPUT',
      `${folds} folds need at least as many ${groups === null ? 'rows' : 'groups'}; there are ${parts}. Ask for fewer folds.`,
      { folds, given: parts },
    );
  if (groups !== null) {
    const sizes = new Float64Array(folds);
    const mixed = Array.from(shuffled(groups.length, random), (at) => groups[at] as number[]);
    for (const group of mixed.sort((a, b) => b.length - a.length)) {
      const smallest = sizes.indexOf(Math.min(...sizes));
      for (const row of group) foldOf[row] = smallest;
      sizes[smallest] = (sizes[smallest] as number) + group.length;
    }
    return foldOf;
  }
  const mixed =
    plan.by === 'stratified'
      ? byClass(plan.codes).flatMap((own) => shuffledOf(own, random))
      : [...shuffled(rows, random)];
  // One after another: each class is dealt evenly, and so are all together.
  mixed.forEach((row, place) => {
    foldOf[row] = place % folds;
  });
  return foldOf;
}

/** Of a row that no fold tests. */
export const neverTested = 255;

/**
 * Of each row, the stretch of time that tests it, the latest 0; `neverTested` of the earliest, which are only learned
 * from. Rows of later stretches, which have lower numbers, are no part of what a stretch is learned from. Throws
 * INVALID_INPUT for too few rows, or times of which too few differ.
 */
export function foldsInTime(times: Float64Array, folds: number): Uint8Array {
  const foldOf = new Uint8Array(times.length).fill(neverTested);
  const stretches = [...timeFolds(times, folds)].reverse();
  if (stretches.length < 2)
    throw new StromaError(
      'INVALID_INPUT',
      'Times that differ were expected, at least three; those given cannot be cut into what came before and what came after. Split in another way.',
    );
  stretches.forEach(({ test }, fold) => {
    for (const row of test) foldOf[row] = fold;
  });
  return foldOf;
}

function* timeFolds(times: Float64Array, folds: number): Generator<Split> {
  const order = byTime(times);
  const rows = order.length;
  if (rows < folds + 1)
    throw new StromaError(
      'INVALID_INPUT',
      `${folds} folds in time need at least ${folds + 1} rows; there are ${rows}. Ask for fewer folds.`,
    );
  const edges = Array.from({ length: folds }, (_, fold) =>
    Number(times[order[Math.floor(((fold + 1) * rows) / (folds + 1))] as number]),
  );
  for (let fold = 0; fold < folds; fold++) {
    const [from, to] = [edges[fold] as number, edges[fold + 1] ?? Infinity];
    const train: number[] = [];
    const test: number[] = [];
    for (let row = 0; row < rows; row++) {
      const time = Number.isNaN(times[row]) ? -Infinity : (times[row] as number);
      if (time < from) train.push(row);
      else if (time < to) test.push(row);
    }
    if (train.length > 0 && test.length > 0)
      yield { train: Uint32Array.from(train), test: Uint32Array.from(test) };
  }
}

function splitOf(isTest: Uint8Array): Split {
  const test: number[] = [];
  const train: number[] = [];
  isTest.forEach((own, row) => {
    (own === 1 ? test : train).push(row);
  });
  if (test.length === 0 || train.length === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Rows to learn from and rows to test with were expected; the split leaves ${train.length} and ${test.length} of ${isTest.length}. Give more rows, groups or times, or another share.`,
      { train: train.length, test: test.length },
    );
  return { train: Uint32Array.from(train), test: Uint32Array.from(test) };
}

/** 0 ... count - 1 in random order (Fisher & Yates). */
export function shuffled(count: number, random: SeededRandom): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = random.whole(at + 1);
    const kept = order[at] as number;
    order[at] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

const shuffledOf = (rows: readonly number[], random: SeededRandom): number[] =>
  Array.from(shuffled(rows.length, random), (at) => rows[at] as number);

function byClass(codes: Int32Array): number[][] {
  const rows = new Map<number, number[]>();
  codes.forEach((code, row) => {
    const own = rows.get(code);
    if (own === undefined) rows.set(code, [row]);
    else own.push(row);
  });
  return [...rows].sort(([a], [b]) => a - b).map(([, own]) => own);
}

function groupsOf(groups: Int32Array): number[][] {
  const [first, ...named] = byClass(groups);
  if (first === undefined) return [];
  const alone = (groups[first[0] as number] as number) < 0;
  return alone ? [...first.map((row) => [row]), ...named] : [first, ...named];
}

const byTime = (times: Float64Array): Uint32Array => {
  const key = (row: number) => (Number.isNaN(times[row]) ? -Infinity : (times[row] as number));
  return Uint32Array.from(times.keys()).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
};
