import type { Challenge, ChallengePrediction, ErrorAnswer, Predictions } from '@stroma/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { addOutcomes, decisionOf, emptyTest, metricOf, scoreOf, unitOf } from './challenge-test.ts';

interface Stage {
  server: DataServer;
  scientist: Person;
  modelId: string;
}

/** Of a model whose second version asks for less than its first, and says the same of these rows. */
export function challengeTests(stage: () => Stage): void {
  let manager: Person;
  const rowAt = (at: number) => ({
    length: (at % 2 === 0 ? 5 : 7) + (at % 9) / 9,
    width: 3 + (at % 7) / 10,
    site: 'north',
  });
  const start = (person: Person, body: object) =>
    person.call<Challenge & ErrorAnswer>('POST', `/ml/models/${stage().modelId}/challenges`, {
      challenger: '2',
      mode: 'shadow',
      ...body,
    });
  const act = (challenge: Challenge, what: string, body: object = {}) =>
    manager.call<Challenge & ErrorAnswer>('POST', `/ml/challenges/${challenge.challenge_id}/${what}`, body);
  const present = async ({ challenge_id }: Challenge) =>
    (await stage().scientist.call<Challenge>('GET', `/ml/challenges/${challenge_id}`)).body;
  const predict = async (rows: object[], more: object = {}) => {
    const { body, status } = await stage().scientist.call<Predictions>('POST', '/ml/predict', {
      model_id: stage().modelId,
      rows,
      ...more,
    });
    expect(status).toBe(200);
    return body;
  };
  const answering = async () => (await predict([rowAt(0)])).number;
  const tell = async (outcomes: object[]) => {
    const told = await stage().scientist.call('POST', '/ml/outcomes', { outcomes });
    expect(told).toMatchObject({ status: 200, body: { recorded: outcomes.length } });
  };

  describe('what a challenge is judged by', () => {
    const told = (prediction: string | number, probabilities: Record<string, number> | null = null) => ({
      prediction,
      confidence: null,
      probabilities,
    });
    const judged = { metric: 'accuracy', errorScale: null, alpha: 0.05, margin: 0, share: 0 } as const;
    const at = new Date(0);

    it('is a score of each outcome, told in the unit of the metric', () => {
      expect(scoreOf(told('b'), 'b', judged)).toBe(1);
      expect(scoreOf(told('1'), 1, judged)).toBe(1);
      const brier = { ...judged, metric: 'brier' } as const;
      const score = scoreOf(told('b', { a: 0.3, b: 0.7 }), 'a', brier);
      // By hand: (0.7² + 0.7²) / 2.
      expect(metricOf(score, brier)).toBeCloseTo(0.49, 12);
      const error = { ...judged, metric: 'absolute_error', errorScale: 8 } as const;
      expect(metricOf(scoreOf(told(5), 3, error), error)).toBe(2);
      expect(metricOf(scoreOf(told(500), 3, error), error)).toBe(8);
      expect(unitOf(error)).toBe(-8);
    });

    it('decides within a margin in that unit, and not at all where arms are not alike', () => {
      const error = { ...judged, metric: 'absolute_error', errorScale: 8, margin: 4 } as const;
      const pairs = Array.from({ length: 60 }, (_, row) => ({
        arm: 'champion' as const,
        champion: told(row),
        challenger: told(row + 0.5),
        observed: row,
        at,
      }));
      const same = addOutcomes(emptyTest, pairs, error);
      expect(decisionOf(same, error)).toBe('no_difference');
      expect(
        addOutcomes(addOutcomes(emptyTest, pairs.slice(0, 31), error), pairs.slice(31), error).sequence,
      ).toEqual(same.sequence);
      const arms = { ...judged, share: 0.5 };
      const lopsided = Array.from({ length: 60 }, (_, row) => {
        const isChallenger = row % 12 !== 0;
        const own = told(isChallenger ? 'right' : 'wrong');
        return isChallenger
          ? { arm: 'challenger' as const, champion: null, challenger: own, observed: 'right', at }
          : { arm: 'champion' as const, champion: own, challenger: null, observed: 'right', at };
      });
      const state = addOutcomes(emptyTest, lopsided, arms);
      expect(state.points.at(-1)?.low).toBeGreaterThan(0);
      expect(decisionOf(state, arms)).toBeNull();
    });
  });

  describe('a challenger', () => {
    beforeAll(async () => {
      manager = await stage().server.colleague('lab_manager');
    });

    it('is refused where it could not answer for the champion', async () => {
      expect((await start(stage().scientist, {})).status).toBe(403);
      // The newest answers while none is in production.
      const same = await start(manager, { challenger: '2' });
      expect(same.body.error).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'challenger' } });
      const unlike = await start(manager, { challenger: '1' });
      expect(unlike.body.error).toMatchObject({ code: 'UNPROCESSABLE', details: { columns: ['site'] } });
      expect((await start(manager, { challenger: '9' })).status).toBe(404);
    });

    it('is asked in the shadow of the champion, which alone answers', async () => {
      const { server, scientist, modelId } = stage();
      const open = { checks: [], approval: false, signature: false };
      await manager.call('PUT', `/ml/models/${modelId}/policy`, {
        staging: open,
        production: open,
        guarded_aliases: [],
      });
      const path = `/ml/models/${modelId}/versions/1/promotions`;
      expect((await manager.call('POST', path, { stage: 'production' })).status).toBe(201);
      const wrong = await start(manager, { metric: 'absolute_error' });
      expect(wrong.body.error.message).toContain('accuracy or brier was expected');

      const { status, body: challenge } = await start(manager, { margin: 0.5 });
      expect([status, challenge.error]).toEqual([201, undefined]);
      expect(challenge).toMatchObject({
        champion: { number: 1 },
        challenger: { number: 2 },
        metric: 'accuracy',
        share: 0,
        status: 'running',
        test: { units: 0, difference: null },
      });
      expect((await start(manager, { mode: 'ab' })).status).toBe(409);
      const { number, predictions } = await predict(Array.from({ length: 40 }, (_, at) => rowAt(at)));
      expect(number).toBe(1);
      const compared = async () => (await present(challenge)).agreement;
      await expect
        .poll(compared, { timeout: 20_000 })
        .toMatchObject({ compared: 40, agreed: 40, mean_difference: expect.any(Number) });

      await tell(
        predictions.map(({ prediction_id, prediction }) => ({ prediction_id, observed: prediction })),
      );
      const ended = await present(challenge);
      expect(ended).toMatchObject({
        status: 'ended',
        ended_because: 'decision',
        decision: 'no_difference',
        counts: { champion: { requests: 40, outcomes: 40, mean: 1 }, lost: 0 },
        test: { design: 'paired', units: 40, p_value: 1, share_p_value: null },
      });
      const points = ended.test.points;
      expect(points.length).toBeGreaterThan(10);
      const width = ({ low, high }: (typeof points)[number]) => high - low;
      expect(width(points.at(-1) as (typeof points)[number])).toBeLessThan(
        width(points[1] as (typeof points)[number]),
      );

      const list = `/ml/challenges/${challenge.challenge_id}/predictions?limit=2`;
      expect((await scientist.call('GET', list)).status).toBe(403);
      const { body } = await manager.call<{ items: ChallengePrediction[] }>('GET', list);
      expect(body.items[0]).toMatchObject({
        arm: 'champion',
        agreed: true,
        champion: { prediction: 'common' },
        challenger: { prediction: 'common', confidence: expect.any(Number) },
      });
      const lying = await server.platform.db.execute(
        'select distinct said, sealed is null as clear from ml_challenge_predictions',
      );
      expect(lying.rows).toEqual([{ said: null, clear: false }]);
    });

    it('answers its share of the requests, each key by one of both, and is promoted when it wins', async () => {
      const { body: challenge } = await start(manager, { mode: 'ab', share: 0.5, comment: 'Autumn' });
      const answers = [];
      for (let key = 0; key < 30; key++)
        answers.push(await predict([rowAt(key)], { assignment_key: `patient ${key}` }));
      const again = await predict([rowAt(3)], { assignment_key: 'patient 3' });
      expect(again.number).toBe(answers[3]?.number);
      // Who names a version gets that one.
      for (const key of [0, 1, 2, 3])
        expect((await predict([rowAt(0)], { assignment_key: `patient ${key}`, version: '1' })).number).toBe(
          1,
        );
      const answered = async () => {
        const { champion, challenger } = (await present(challenge)).counts;
        return champion.requests + challenger.requests;
      };
      await expect.poll(answered, { timeout: 20_000 }).toBe(31);
      const early = await act(challenge, 'promote');
      expect(early.body.error).toMatchObject({ code: 'UNPROCESSABLE', details: { decision: null } });

      // The first version turns out to be wrong, the second right.
      const told = [...answers, again].map(({ number, predictions: [own] }) => ({
        prediction_id: own?.prediction_id,
        observed: number === 2 ? own?.prediction : own?.prediction === 'rare' ? 'common' : 'rare',
      }));
      await tell(told);
      const ended = await present(challenge);
      expect(ended).toMatchObject({ status: 'ended', decision: 'challenger_better', comment: 'Autumn' });
      expect(ended.test.units).toBeLessThanOrEqual(30);
      expect(ended.test.p_value).toBeLessThan(0.05);
      expect(ended.test.difference?.low).toBeGreaterThan(0);
      expect(ended.counts).toMatchObject({ champion: { mean: 0 }, challenger: { mean: 1 } });
      expect(ended.test).toMatchObject({ corrections: 0, corrections_left_out: 0 });

      // What the first was said to have got wrong it had right: it is counted again, and nothing is decided any more.
      const correct = async (outcomes: object[]) => {
        const path = '/ml/outcomes';
        const sent = await stage().scientist.call('POST', path, { outcomes, correct: true });
        expect(sent).toMatchObject({ status: 200, body: { corrected: outcomes.length } });
        return present(challenge);
      };
      const ofFirst = [...answers, again].flatMap(({ number, predictions: [own] }) =>
        number === 1 ? [{ prediction_id: own?.prediction_id, observed: own?.prediction }] : [],
      );
      const corrected = await correct(ofFirst);
      expect(corrected).toMatchObject({ status: 'ended', decision: null, decided_at: null });
      expect(corrected.counts).toMatchObject({ champion: { mean: 1 }, challenger: { mean: 1 } });
      expect(corrected.test.units).toBe(ended.test.units);
      expect(corrected.test.difference?.low).toBeLessThan(0);
      expect(corrected.test.corrections).toBeGreaterThan(0);
      expect((await act(challenge, 'promote')).status).toBe(422);
      const wrong = new Set(ofFirst.map(({ prediction_id }) => prediction_id));
      const restored = await correct(told.filter(({ prediction_id }) => wrong.has(prediction_id)));
      expect(restored.decision).toBe('challenger_better');
      const bounds = ({ test }: Challenge) => test.points.map(({ at: _, ...point }) => point);
      expect(bounds(restored)).toEqual(bounds(ended));
      expect(restored.test.corrections).toBe(2 * corrected.test.corrections);

      // With a prediction that was counted its place in the test is gone: what was told first stands, and that is said.
      const gone = answers.find(({ number }, at) => number === 2 && at !== 3)?.predictions[0]?.prediction_id;
      await stage().server.platform.db.execute('delete from ml_predictions where id = $1', [gone]);
      const left = await correct(ofFirst.slice(0, 1));
      expect([left.decision, bounds(left)]).toEqual(['challenger_better', bounds(ended)]);
      expect(left.test).toMatchObject({ corrections: restored.test.corrections, corrections_left_out: 1 });
      expect(await answering()).toBe(1);

      const promoted = await act(challenge, 'promote');
      expect(promoted.body).toMatchObject({ status: 'promoted', promotion: { state: 'done', number: 2 } });
      expect(await answering()).toBe(2);
      expect((await act(challenge, 'rollback')).body).toMatchObject({ status: 'rolled_back' });
      expect(await answering()).toBe(1);
      expect((await act(challenge, 'rollback')).status).toBe(409);
    });

    it('is stopped by who may promote, on record', async () => {
      const { server, modelId } = stage();
      const { body: challenge } = await start(manager, { mode: 'ab' });
      expect((await act(challenge, 'stop', { comment: 'Enough' })).body).toMatchObject({
        status: 'stopped',
        ended_because: 'stopped',
      });
      expect((await act(challenge, 'stop')).status).toBe(409);
      const { body } = await server.admin.call<{ items: { action: string }[] }>(
        'GET',
        `/audit/events?object_id=${modelId}&limit=200`,
      );
      const own = body.items.map(({ action }) => action).filter((action) => action.startsWith('challenge.'));
      expect(own.toReversed()).toEqual([
        'challenge.started',
        'challenge.ended',
        'challenge.read',
        'challenge.started',
        'challenge.ended',
        'challenge.recounted',
        'challenge.recounted',
        'challenge.recounted',
        'challenge.started',
        'challenge.ended',
      ]);
      const { body: all } = await stage().scientist.call<{ items: Challenge[] }>(
        'GET',
        `/ml/models/${modelId}/challenges`,
      );
      expect(all.items.map(({ status }) => status)).toEqual(['stopped', 'rolled_back', 'ended']);
    });
  });
}
