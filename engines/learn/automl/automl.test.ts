import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Target } from '../estimator.ts';
import { explainRow } from '../explain/row-explanation.ts';
import { tableOfCsv } from '../table/csv.suite.ts';
import { type FeatureTable, takeRows, withoutColumns } from '../table/feature-table.ts';
import { categoriesOf } from '../table/lake-columns.ts';
import { type AutomlOptions, automl } from './automl.ts';
import { loadAutoml } from './automl-model.ts';
import { calibrate, conformalHalfWidth, fitCalibration, isotonic } from './calibration.ts';
import { combine, greedyBlend } from './ensemble.ts';
import { objectiveOf } from './objective.ts';

/** Each look at it is some milliseconds later. */
const countedClock = (stepMs: number): (() => number) => {
  let now = 0;
  return () => {
    now += stepMs;
    return now;
  };
};

/** Two numbers, a category and a gap or two; the class follows the first number and the category. */
function patients(rows: number, seed: number): FeatureTable {
  const random = seededRandom(seed);
  const dose = Float64Array.from({ length: rows }, () => random.normal());
  const noise = Float64Array.from({ length: rows }, () =>
    random.next() < 0.1 ? Number.NaN : random.normal(),
  );
  const codes = Int32Array.from({ length: rows }, () => random.whole(3));
  return {
    rows,
    columns: [
      { kind: 'number', name: 'dose', values: dose },
      { kind: 'number', name: 'noise', values: noise },
      { kind: 'category', name: 'site', codes, levels: ['a', 'b', 'c'] },
      { kind: 'number', name: 'gone', values: new Float64Array(rows).fill(Number.NaN) },
      {
        kind: 'number',
        name: 'response',
        values: dose.map((own, row) => 2 * own + (codes[row] as number) + 0.3 * random.normal()),
      },
      {
        kind: 'category',
        name: 'healed',
        levels: ['no', 'yes'],
        codes: Int32Array.from(dose, (own, row) =>
          own + (codes[row] as number) - 1 + 0.5 * random.normal() > 0 ? 1 : 0,
        ),
      },
    ],
  };
}

const table = patients(120, 5);
const quick = (given: Partial<AutomlOptions> = {}): AutomlOptions => ({
  table: withoutColumns(table, ['response']),
  target: 'healed',
  time_limit_seconds: 3,
  preset: 'fast',
  seed: 3,
  clock: countedClock(2),
  ...given,
});

describe('automl', () => {
  it('learns classes, says how good it is on rows it has not seen, and stops in time', async () => {
    const clock = countedClock(2);
    const result = await automl(quick({ clock }));
    expect(result.problem).toMatchObject({ type: 'binary', labels: ['no', 'yes'] });
    expect(result.metric).toBe('roc_auc');
    expect(result.seconds).toBeLessThan(4);
    expect(result.leaderboard.map(({ model }) => model)).toEqual(
      expect.arrayContaining(['ensemble', 'baseline', 'linear']),
    );
    for (const { score, ci } of result.leaderboard) {
      expect(ci[0]).toBeLessThanOrEqual(score);
      expect(ci[1]).toBeGreaterThanOrEqual(score);
    }
    const [first] = result.holdout?.scores ?? [];
    expect(first).toMatchObject({ metric: 'roc_auc' });
    expect(first?.score).toBeGreaterThan(0.85);
    expect(result.holdout?.rows).toBe(24);
    expect(result.decisions).toContainEqual(
      expect.objectContaining({ decision: 'column_left_out', columns: ['gone'] }),
    );
    const weights = result.leaderboard.slice(1).reduce((sum, { weight }) => sum + weight, 0);
    expect(weights).toBeCloseTo(1, 9);
  });

  it('goes on from its state, and the same finished fits give the same bits', async () => {
    const states: string[] = [];
    const clone = <T>(value: T): T => structuredClone(value);
    let half: AutomlOptions['state'];
    const whole = await automl(
      quick({
        time_limit_seconds: 60,
        onState: (state) => {
          states.push(state.fits.at(-1)?.configuration.id ?? '');
          if (state.fits.length === 9) half = clone(state);
        },
      }),
    );
    if (half === undefined) throw new Error('Nine fits were expected.');
    let more = 0;
    const again = await automl(
      quick({ time_limit_seconds: 60, state: half, clock: countedClock(1), onState: () => (more += 1) }),
    );
    expect(more).toBe(states.length - 9);
    const outputs = (result: typeof whole) =>
      loadAutoml(clone(result.model)).outputs(withoutColumns(table, ['healed']));
    expect(outputs(again)).toEqual(outputs(whole));
    expect(again.holdout).toEqual(whole.holdout);
    await expect(automl(quick({ seed: 4, state: half }))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('goes on with what is left of its time, and repeats nothing', async () => {
    const stop = new AbortController();
    let half: AutomlOptions['state'];
    const cut = automl(
      quick({
        time_limit_seconds: 1,
        signal: stop.signal,
        onState: (state) => {
          if (state.seconds < 0.3 || half !== undefined) return;
          half = structuredClone(state);
          stop.abort();
        },
      }),
    );
    await expect(cut).rejects.toMatchObject({ name: 'AbortError' });
    if (half === undefined) throw new Error('A state was expected.');
    const { seconds, fits, state } = await automl(quick({ time_limit_seconds: 1, state: half }));
    expect(seconds).toBeLessThan(1.7);
    expect(state.fits.slice(0, half.fits.length)).toEqual(half.fits);
    const made = state.fits.map(
      ({ configuration, fold, rows, budget }) => `${configuration.id} ${fold} ${rows} ${budget}`,
    );
    expect([fits, new Set(made).size]).toEqual([made.length, made.length]);
    // All of the time gone, it still learns from all rows what it has found.
    const spent = { ...half, seconds: 5 };
    const late = await automl(quick({ time_limit_seconds: 1, state: spent }));
    expect(late.leaderboard[0]?.family).not.toBe('baseline');
    expect(late.seconds).toBeLessThan(6);
  });

  it('gives numbers an interval that holds what was stated, and explains a row to the sum', async () => {
    const train = patients(160, 8);
    const result = await automl(
      quick({
        table: withoutColumns(train, ['healed']),
        target: 'response',
        metric: 'r2',
        time_limit_seconds: 2,
      }),
    );
    expect(result.holdout?.scores[0]).toMatchObject({ metric: 'r2' });
    const model = loadAutoml(structuredClone(result.model));
    const fresh = patients(400, 77);
    const { values, interval } = model.predict(fresh);
    const truth = fresh.columns.find(({ name }) => name === 'response');
    if (truth?.kind !== 'number' || values === null || interval === null)
      throw new Error('Numbers were expected.');
    const held = values.filter((_, row) => {
      const own = truth.values[row] as number;
      return own >= (interval.low[row] as number) && own <= (interval.high[row] as number);
    });
    expect(held.length / 400).toBeGreaterThan(0.8);
    const { base, value, contributions } = explainRow(model, fresh, { row: 4, output: 0, seed: 1 });
    expect(value).toBeCloseTo(values[4] as number, 9);
    expect(base + contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(
      value,
      9,
    );
    const [largest] = contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    expect(['dose', 'site']).toContain(largest?.column);
    expect(contributions.find(({ column }) => column === 'gone')?.contribution).toBe(0);
  });

  it('predicts where training had no such level, and says what is missing or of another kind', async () => {
    const model = loadAutoml((await automl(quick({ time_limit_seconds: 1 }))).model);
    const one = takeRows(withoutColumns(table, ['healed']), Uint32Array.of(0, 1));
    const strange = {
      ...one,
      columns: one.columns.map((column) =>
        column.name === 'site' && column.kind === 'category'
          ? { ...column, codes: Int32Array.of(0, 0), levels: ['elsewhere'] }
          : column,
      ),
    };
    const { outputs, labels, unseen } = model.predict(strange);
    expect(outputs.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(labels).toHaveLength(2);
    expect(unseen).toEqual([{ column: 'site', levels: ['elsewhere'], rows: 2 }]);
    expect(() => model.predict(withoutColumns(one, ['dose']))).toThrow(/missing: "dose"/);
  });

  it.each([
    ['a metric of numbers', { metric: 'rmse' as const }, /A metric of binary was expected/],
    ['no time', { time_limit_seconds: 0 }, /time limit/],
    ['too little memory', { memory_limit_bytes: 1000 }, /memory/],
    ['an unknown target', { target: 'heald' }, /no column "heald"/],
  ])('refuses %s', async (_, given, message) => {
    await expect(automl(quick(given))).rejects.toThrow(message);
  });

  it('learns what is rare, leaves out what would need too much memory, and says what can be said', async () => {
    const given = (column: FeatureTable['columns'][number]) => ({
      table: { rows: 120, columns: [...withoutColumns(table, ['healed', 'response']).columns, column] },
      target: column.name,
      time_limit_seconds: 0.5,
    });
    const ill = categoriesOf(
      'ill',
      Array.from({ length: 120 }, (_, row) => (row % 60 === 7 ? 'yes' : 'no')),
    );
    const rare = await automl(quick(given(ill)));
    expect(rare.holdout?.scores[0]?.metric).toBe('roc_auc');
    // All but a few are 0, those kept back too: R² says nothing of them.
    const cost = Float64Array.from({ length: 120 }, (_, row) => (row % 30 === 3 ? row + 0.5 : 0));
    const { holdout } = await automl(
      quick({ ...given({ kind: 'number', name: 'cost', values: cost }), seed: 5 }),
    );
    expect(holdout?.scores.map(({ metric }) => metric)).toEqual(['rmse', 'mae']);
    const small = await automl(quick({ memory_limit_bytes: 400_000, time_limit_seconds: 2 }));
    expect(small.failed.find(({ model }) => model === 'random_forest')?.fault).toMatch(
      /200 trees on \d+ rows would need about \d+ MiB of memory; it may take 1 MiB. Take fewer trees/,
    );
    expect(small.leaderboard.map(({ model }) => model)).toContain('linear');
  });

  it('still has a model where there is time for next to nothing, and ends when it is told to', async () => {
    const { leaderboard, stopped } = await automl(
      quick({ time_limit_seconds: 0.01, clock: countedClock(5) }),
    );
    expect(leaderboard.map(({ model }) => model)).toContain('baseline');
    expect(stopped.reason).toBe('time_limit');
    await expect(automl(quick({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  const wine = sharedData('tables/sklearn_wine.csv');
  it.skipIf(wine === null)('tells three wines apart (data pool)', async () => {
    const result = await automl(
      quick({ table: tableOfCsv(wine as string), target: 'target', clock: countedClock(4) }),
    );
    expect(result.metric).toBe('accuracy');
    expect(result.holdout?.scores[0]?.score).toBeGreaterThan(0.9);
  });
});

describe('what choosing and calibrating promise', () => {
  it('a blend is never worse than its best member on the rows it was chosen by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 6 }), (seed, members) => {
        const random = seededRandom(seed);
        const target: Target = {
          kind: 'number',
          values: Float64Array.from({ length: 30 }, () => random.normal()),
        };
        const predictions = Array.from({ length: members }, () =>
          Float64Array.from(target.values, (value) => value * random.next() + random.normal()),
        );
        const objective = objectiveOf('rmse');
        const blend = greedyBlend(predictions, target, objective, 8);
        const blended = combine(
          blend,
          blend.members.map((at) => predictions[at] as Float64Array),
          1,
        );
        const best = Math.min(...predictions.map((own) => objective.loss(target, own)));
        expect(objective.loss(target, blended)).toBeLessThanOrEqual(best + 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('isotonic steps ascend, keep the mean, and leave what ascends already', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
          minLength: 1,
          maxLength: 40,
        }),
        (pairs) => {
          const at = Float64Array.from(pairs, ([place]) => place);
          const values = Float64Array.from(pairs, ([, value]) => value);
          const { from, to } = isotonic(at, values);
          expect([...from]).toEqual([...from].sort((a, b) => a - b));
          expect([...to]).toEqual([...to].sort((a, b) => a - b));
          const fitted = at.map(
            (place) => to[from.indexOf(place)] ?? to[from.findIndex((own) => own >= place)] ?? 0,
          );
          const sum = (own: Float64Array) => own.reduce((all, value) => all + value, 0);
          expect(sum(fitted)).toBeCloseTo(sum(values), 6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('an overconfident model is calibrated, and probabilities stay probabilities', () => {
    const random = seededRandom(2);
    const rows = 600;
    const truth = Float64Array.from({ length: rows }, () => random.next());
    const codes = Int32Array.from(truth, (share) => (random.next() < share ? 1 : 0));
    const bold = Float64Array.from({ length: 2 * rows }, (_, at) => {
      const share = truth[at >> 1] as number;
      const second = share ** 4 / (share ** 4 + (1 - share) ** 4);
      return at % 2 === 1 ? second : 1 - second;
    });
    const foldOf = Uint8Array.from(codes.keys(), (row) => row % 5);
    const calibration = fitCalibration({ kind: 'class', codes, classes: 2 }, bold, foldOf, 5);
    expect(calibration.kind).not.toBe('none');
    const calibrated = calibrate(calibration, bold, 2);
    const error = (own: Float64Array) =>
      truth.reduce((sum, share, row) => sum + Math.abs((own[2 * row + 1] as number) - share) / rows, 0);
    expect(error(calibrated)).toBeLessThan(0.5 * error(bold));
    for (let row = 0; row < rows; row++)
      expect((calibrated[2 * row] as number) + (calibrated[2 * row + 1] as number)).toBeCloseTo(1, 12);
  });

  it('a conformal interval is the quantile with one row more, infinite where rows are too few', () => {
    const errors = Float64Array.from({ length: 19 }, (_, at) => at + 1);
    expect(conformalHalfWidth(errors, new Float64Array(19), 0.9)).toBe(18);
    expect(conformalHalfWidth(errors.slice(0, 8), new Float64Array(8), 0.9)).toBe(Number.POSITIVE_INFINITY);
  });
});
