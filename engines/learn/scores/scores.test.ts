import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { confusionMatrix, likeliest } from './confusion.ts';
import { precisionRecallCurve, rocAuc, rocCurve } from './curves.ts';
import { bootstrapInterval, deLongInterval, wilsonInterval } from './intervals.ts';
import { type MetricName, metricsOf, scoreOf, scoreWithInterval } from './metrics.ts';
import { calibrationBins, calibrationError } from './probabilities.ts';
import { concordance, quantileLoss } from './regression-errors.ts';

const golden = JSON.parse(
  readFileSync(new URL('../linear/fixtures/scikit-learn.json', import.meta.url), 'utf8'),
);
const { data, scores } = golden;
const weights = Float64Array.from(data.weights);
const binary: Target = { kind: 'class', codes: Int32Array.from(data.binary), classes: 2 };
const twoOf = (second: number[]) => Float64Array.from(second.flatMap((own) => [1 - own, own]));

describe('scores are those of scikit-learn', () => {
  it.each(Object.entries<number>(scores.binary))(
    '%s of two classes, with weights and ties',
    (name, theirs) => {
      const clipped =
        name === 'log_loss' ? (own: number) => Math.min(0.95, Math.max(0.05, own)) : (own: number) => own;
      const predicted = twoOf(scores.prob.map(clipped));
      expect(scoreOf(name as MetricName, binary, predicted, weights)).toBeCloseTo(theirs, 12);
    },
  );

  it.each(Object.entries<number>(scores.multi))('%s of three classes', (name, theirs) => {
    const target: Target = { kind: 'class', codes: Int32Array.from(data.multi), classes: 3 };
    expect(scoreOf(name as MetricName, target, Float64Array.from(scores.full.flat()))).toBeCloseTo(
      theirs,
      12,
    );
  });

  it.each(Object.entries<number>(scores.number))('%s of numbers', (name, theirs) => {
    const target: Target = { kind: 'number', values: Float64Array.from(data.y) };
    expect(scoreOf(name as MetricName, target, Float64Array.from(scores.guess), weights)).toBeCloseTo(
      theirs,
      12,
    );
  });

  it('the loss of a quantile, the curves and the confusion matrix', () => {
    const [truth, guess] = [Float64Array.from(data.y), Float64Array.from(scores.guess)];
    expect(quantileLoss(truth, guess, 0.8, weights)).toBeCloseTo(scores.pinball, 12);
    const positive = Uint8Array.from(data.binary);
    const roc = rocCurve(positive, Float64Array.from(scores.prob), weights);
    expect(closeTo(roc.falsePositiveRate, scores.fpr)).toBe(true);
    expect(closeTo(roc.truePositiveRate, scores.tpr)).toBe(true);
    const curve = precisionRecallCurve(positive, Float64Array.from(scores.prob));
    // Theirs ends with a point of their own, (1, 0), and runs the other way.
    expect(closeTo(curve.precision, scores.precision.slice(0, -1).reverse())).toBe(true);
    expect(closeTo(curve.recall, scores.recall.slice(0, -1).reverse())).toBe(true);
    const called = likeliest(Float64Array.from(scores.full.flat()), 3);
    expect([...confusionMatrix(Int32Array.from(data.multi), called, 3)]).toEqual(scores.confusion.flat());
  });
});

const closeTo = (ours: Float64Array, theirs: number[]): boolean =>
  ours.length === theirs.length && ours.every((own, at) => Math.abs(own - (theirs[at] as number)) < 1e-12);

describe('rules', () => {
  it('the area is the share of pairs in order, whatever the monotone scale; concordance is the same of one time each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -5, max: 5 })), { minLength: 4, maxLength: 40 }),
        (rows) => {
          const positive = Uint8Array.from(rows, ([own]) => (own ? 1 : 0));
          fc.pre(positive.includes(0) && positive.includes(1));
          const given = Float64Array.from(rows, ([, own]) => own);
          let [won, pairs] = [0, 0];
          rows.forEach(([a, x]) => {
            rows.forEach(([b, y]) => {
              if (!a || b) return;
              pairs += 1;
              won += x > y ? 1 : x === y ? 0.5 : 0;
            });
          });
          expect(rocAuc(positive, given)).toBeCloseTo(won / pairs, 12);
          expect(
            rocAuc(
              positive,
              given.map((own) => Math.exp(own)),
            ),
          ).toBeCloseTo(won / pairs, 12);
          // Positive rows have the event first, the others are censored later.
          const times = Float64Array.from(positive, (own) => (own === 1 ? 1 : 2));
          expect(concordance(times, positive, given)).toBeCloseTo(won / pairs, 12);
          const { low, high, value } = deLongInterval(positive, given);
          expect(value).toBeCloseTo(won / pairs, 12);
          expect(low <= value + 1e-12 && value <= high + 1e-12 && low >= 0 && high <= 1).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('concordance counts the pairs that are known, as written down by hand', () => {
    // Pairs: (1,2) (1,3) (1,4) known; row 2 is censored; row 3 against 4 known. Risk orders 1>2, 1=3, 1>4, 3>4.
    const found = concordance(
      Float64Array.of(1, 2, 3, 4),
      Uint8Array.of(1, 0, 1, 0),
      Float64Array.of(5, 1, 5, 0),
    );
    expect(found).toBeCloseTo(3.5 / 4, 15);
    // Censored at the moment of another's event: it outlived it.
    expect(concordance(Float64Array.of(1, 1), Uint8Array.of(1, 0), Float64Array.of(2, 1))).toBe(1);
    expect(concordance(Float64Array.of(1, 1), Uint8Array.of(1, 1), Float64Array.of(2, 1))).toBeNaN();
  });

  it('intervals of 95 % hold the truth about that often', () => {
    let [area, share, error] = [0, 0, 0];
    const runs = 200;
    for (let seed = 0; seed < runs; seed++) {
      const random = seededRandom(seed);
      const positive = Uint8Array.from({ length: 90 }, (_, row) => (row % 3 === 0 ? 1 : 0));
      const given = Float64Array.from(positive, (own) => own + random.normal());
      const found = deLongInterval(positive, given);
      // Two normals one standard deviation apart: Φ(1 / √2).
      if (found.low <= 0.7602499 && 0.7602499 <= found.high) area += 1;
      const hits = Array.from({ length: 60 }, () => (random.next() < 0.8 ? 1 : 0)).reduce<number>(
        (a, b) => a + b,
        0,
      );
      const wilson = wilsonInterval(hits / 60, 60);
      if (wilson.low <= 0.8 && 0.8 <= wilson.high) share += 1;
      const values = Float64Array.from({ length: 60 }, () => random.normal());
      const mean = (rows: Uint32Array) =>
        rows.reduce((sum, row) => sum + (values[row] as number), 0) / rows.length;
      const drawn = bootstrapInterval(60, mean, { seed, resamples: 200 });
      if (drawn.low <= 0 && 0 <= drawn.high) error += 1;
    }
    for (const held of [area, share, error]) {
      expect(held / runs).toBeGreaterThan(0.9);
      expect(held / runs).toBeLessThan(0.99);
    }
  });

  it('each metric has an interval around it, the same for the same seed, and none of classes for numbers', () => {
    const predicted = twoOf(scores.prob);
    for (const name of metricsOf('class')) {
      const found = scoreWithInterval(name, binary, predicted, { seed: 3, resamples: 100 });
      expect(found.value).toBeCloseTo(scoreOf(name, binary, predicted), 12);
      expect(found.low <= found.value && found.value <= found.high).toBe(true);
      expect(scoreWithInterval(name, binary, predicted, { seed: 3, resamples: 100 })).toEqual(found);
    }
    expect(() => scoreOf('rmse', binary, predicted)).toThrow(/one of accuracy.*"rmse" was given/);
    const one: Target = { kind: 'class', codes: new Int32Array(80), classes: 2 };
    expect(() => scoreOf('roc_auc', one, predicted)).toThrow(/both classes were expected/);
    // A class that no test row is of is left out of the mean, not a failure.
    const three: Target = { kind: 'class', codes: Int32Array.of(0, 2, 0, 2), classes: 3 };
    expect(
      scoreOf('roc_auc', three, Float64Array.of(0.8, 0, 0.2, 0.1, 0, 0.9, 0.7, 0, 0.3, 0.2, 0, 0.8)),
    ).toBe(1);
    // Wholly apart is no proof of never wrong.
    expect(
      deLongInterval(Uint8Array.of(0, 0, 0, 1, 1, 1), Float64Array.of(1, 2, 3, 4, 5, 6)).low,
    ).toBeLessThan(0.6);
  });

  it('bins hold all rows, and what is calibrated has no error', () => {
    const random = seededRandom(5);
    const said = Float64Array.from({ length: 20_000 }, () => random.next());
    const positive = Uint8Array.from(said, (own) => (random.next() < own ? 1 : 0));
    for (const by of ['width', 'size'] as const) {
      const bins = calibrationBins(positive, said, { by });
      expect(bins.weight.reduce((a, b) => a + b, 0)).toBe(20_000);
      expect(calibrationError(bins)).toBeLessThan(0.015);
      const bold = said.map((own) => Math.min(1, Math.max(0, 1.5 * (own - 0.5) + 0.5)));
      expect(calibrationError(calibrationBins(positive, bold, { by }))).toBeGreaterThan(0.05);
    }
  });
});
