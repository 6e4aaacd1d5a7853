import {
  type MonitorCondition,
  type MonitorFindings,
  type MonitorRule,
  type MonitorWindow,
  usualDriftLimits,
} from '@stroma/contracts';
import { driftThresholds } from '@stroma/learn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRules, nextStanding } from './monitor-rules.ts';
import { comparedScores } from './retraining-comparison.ts';
import { foundInWords, rulesTold } from './rule-words.ts';

const score = (value: number, worse: boolean | null): MonitorWindow['quality'][number] => ({
  ...{ metric: 'roc_auc', value, low: value - 0.05, high: value + 0.05 },
  ...{ held_out: { value: 0.9, low: 0.88, high: 0.92 }, worse },
});

function windowOf(over: Partial<MonitorWindow> = {}): MonitorWindow {
  const at = '2026-11-01T00:00:00.000Z';
  return {
    ...{ name: at, from: at, to: at, whole: true, rows: 100, labelled_rows: 50, severity: 'none' },
    ...{ drifted_count: 0, worst: [], together: null, labels: null, predictions: [], concept: null },
    ...{
      quality: [score(0.9, false)],
      missing_share: 0,
      unseen_share: 0,
      mean_confidence: 0.8,
      latency: null,
    },
    ...over,
  };
}
const findingsOf = (windows: MonitorWindow[]): MonitorFindings => ({
  ...{
    reference_rows: 100,
    thresholds: {},
    column_count: 1,
    drawn_share: 1,
    windows,
    columns: [],
    predictions: [],
  },
  ...{ labels: null, changes: [], severity: null },
});
const rule = (when: MonitorCondition, for_windows = 1): MonitorRule => ({
  ...{ rule_id: 'own', name: 'Own', when, for_windows, retrain: false },
});
const daily = { kind: 'time', hours: 24 } as const;
const judgedWith = (when: MonitorCondition, windows: MonitorWindow[], forWindows = 1) =>
  judgeRules([rule(when, forWindows)], findingsOf(windows), daily)[0];
const judged = (...given: Parameters<typeof judgedWith>) => judgedWith(...given)?.state;

const worse = { kind: 'worse' } as const;
const bad = windowOf({ quality: [score(0.6, true)] });
const late = windowOf({ labelled_rows: 0, quality: [] });

describe('a rule', () => {
  it('asks as many whole windows as it says, one after the other, and passes over those that cannot be told yet', () => {
    expect(judged(worse, [windowOf(), bad])).toBe('firing');
    expect(judged(worse, [bad, windowOf()])).toBe('ok');
    expect(judged(worse, [windowOf(), bad], 2)).toBe('ok');
    expect(judged(worse, [bad, late, bad, late, late], 2)).toBe('firing');
    expect(judged(worse, [bad, late], 2)).toBe('unknown');
    expect(judged(worse, [windowOf(), { ...bad, whole: false }])).toBe('ok');
    expect(judgeRules([rule(worse)], null, daily)[0]?.state).toBe('unknown');
  });

  it('bounds a score by its value, or by all of its interval', () => {
    const when = { kind: 'metric', metric: 'roc_auc', is: 'below', value: 0.92 } as const;
    expect(judged({ ...when, surely: false }, [windowOf()])).toBe('firing');
    expect(judged({ ...when, surely: true }, [windowOf()])).toBe('ok');
    expect(judged({ ...when, surely: true, value: 0.96 }, [windowOf()])).toBe('firing');
    expect(judged({ ...when, metric: 'rmse', surely: false }, [windowOf()])).toBe('unknown');
  });

  it('bounds what is counted, and takes drift at its severity or beyond', () => {
    const few = { kind: 'measure', measure: 'rows', column: null, is: 'below', value: 101 } as const;
    expect(judged(few, [windowOf()])).toBe('firing');
    expect(judged({ ...few, measure: 'latency_p95_ms' }, [windowOf()])).toBe('unknown');
    const drift = { kind: 'drift', of: 'any', column: null, at_least: 'moderate' } as const;
    expect(judged(drift, [windowOf({ severity: 'slight' })])).toBe('ok');
    expect(judged(drift, [windowOf({ severity: 'severe' })])).toBe('firing');
    expect(judged(drift, [windowOf({ severity: null })])).toBe('unknown');
  });

  it('says what it found in figures, and why a window tells nothing yet', () => {
    const drift = { kind: 'drift', of: 'any', column: null, at_least: 'moderate' } as const;
    const open = windowOf({ severity: 'severe', whole: false });
    expect(judgedWith(drift, [open])?.found).toEqual({
      ...{ kind: 'untold', windows: 0, wanted: 1, because: 'open', rows: 100, of: null },
      until: '2026-11-02T00:00:00.000Z',
    });
    const because = (...given: Parameters<typeof judgedWith>) => {
      const found = judgedWith(...given)?.found;
      return found?.kind === 'untold' ? found.because : found;
    };
    expect(because(drift, [])).toBe('none');
    expect(because(drift, [windowOf({ severity: null, rows: 12 })])).toBe('rows');
    expect(because(worse, [bad, late], 2)).toBe('outcomes');
    const latency = {
      kind: 'measure',
      measure: 'latency_p95_ms',
      column: null,
      is: 'above',
      value: 1,
    } as const;
    expect(because(latency, [windowOf()])).toBe('not_kept');
    const found = judgedWith(worse, [bad])?.found;
    expect(found).toMatchObject({ kind: 'worse', metric: 'roc_auc', value: 0.6, held_out: 0.9 });
    expect(found && foundInWords(found)).toContain('roc_auc 0.6 against 0.9 of rows kept back');
  });

  it('is told by mail in the language of who reads it', () => {
    const told = { name: 'Drift', state: 'firing', number: 3, model: 'Risk' } as const;
    const page = 'https://stroma.example/x';
    expect(rulesTold(null, 'Ward', [told], page).subject).toBe(
      'Monitor Ward: "Drift" fires (version 3 of Risk)',
    );
    const german = rulesTold('de', 'Ward', [told, { ...told, state: 'ok' }], page);
    expect(german.subject).toBe('Monitor Ward: 2 Regeln');
    expect(german.text).toContain('„Drift“ schlägt an (Version 3 von Risk)');
    expect(german.text).toContain('„Drift“ ist vorüber');
  });

  it('fires and is over by turns, whatever is seen, and what cannot be told is neither', () => {
    const seen = fc.array(fc.constantFrom('unknown' as const, 'ok' as const, 'firing' as const), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(seen, (states) => {
        let standing: ReturnType<typeof nextStanding>['standing'] | undefined;
        const changes: string[] = [];
        for (const state of states) {
          const next = nextStanding(standing, state, new Date(0), 'mch_1');
          standing = next.standing;
          if (next.changed !== null) changes.push(next.changed);
          if (state === 'unknown') expect(next.changed).toBeNull();
        }
        expect(changes).toEqual(changes.map((_, at) => (at % 2 === 0 ? 'fired' : 'resolved')));
      }),
    );
  });
});

it('the usual limits of drift are those of the engine', () => {
  expect(usualDriftLimits).toEqual(driftThresholds);
});

describe('two versions on the same rows', () => {
  const codes = Int32Array.from({ length: 400 }, (_, row) => (row * 7) % 2);
  const target = { kind: 'class', codes, classes: 2 } as const;
  /** Sure of the truth but where `wrong` says otherwise. */
  const outputs = (wrong: (row: number) => boolean) =>
    Float64Array.from({ length: 800 }, (_, at) => {
      const row = at >> 1;
      return (at % 2 === codes[row]) !== wrong(row) ? 0.9 : 0.1;
    });

  it('are the same where they say the same, and the one that errs more is surely worse', () => {
    const before = outputs((row) => row % 10 === 0);
    const same = comparedScores('accuracy', target, { before, after: before }, 1);
    expect(same).toMatchObject({
      before: { value: 0.9 },
      change: { value: 0, low: 0, high: 0 },
      verdict: 'unclear',
    });
    const after = outputs((row) => row % 4 === 0);
    const [down, up] = [
      comparedScores('accuracy', target, { before, after }, 1),
      comparedScores('accuracy', target, { before: after, after: before }, 1),
    ];
    expect([down.verdict, up.verdict]).toEqual(['worse', 'better']);
    expect(down.change.high).toBeLessThan(0);
    expect(comparedScores('brier', target, { before, after }, 1).verdict).toBe('worse');
  });
});
