import type { PredictionReview, Predictions, RetentionItem } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../data/data-server.suite.ts';
import { type Governed, GovernedCalls, type Refusal, rule } from './governance.suite.ts';

/** Of a version in production, in an organisation whose rules may be changed; leaves it without any. */
export function reviewTests(stage: () => Governed): void {
  const calls = new GovernedCalls(stage);

  describe('predictions made for a critical use', () => {
    const rows = [
      { length: 5.2, width: 3.1 },
      { length: 7.4, width: 3.4 },
    ];
    const predict = (person: Person, more: object = {}) =>
      person.call<Predictions>('POST', '/ml/predict', {
        model_id: stage().model,
        version: '1',
        rows,
        ...more,
      });
    const review = (person: Person, id: string | undefined, body: object) =>
      person.call<PredictionReview & Refusal>('POST', `/ml/prediction-reviews/${id}/decision`, body);

    it('say that a person reviews them, who accepts each or puts something else in its place, on record', async () => {
      const { server, scientist, colleague, manager, director, model } = stage();
      await calls.policy(director, [
        rule('Triage', { stages: ['production'] }, { sign_offs: 2, reviews: 'another' }),
      ]);
      const { body } = await predict(colleague);
      expect(body.requires_review).toBe(true);
      const [first, second] = body.predictions.map(({ review_id }) => review_id);
      const waiting = await scientist.call<{ items: PredictionReview[] }>(
        'GET',
        `/ml/models/${model}/reviews?state=waiting`,
      );
      expect(waiting.body.items.map((each) => [each.row, each.prediction, each.confidence])).toEqual(
        rows
          .map((row, place) => [
            row,
            body.predictions[place]?.prediction,
            body.predictions[place]?.confidence,
          ])
          .toReversed(),
      );
      const own = await review(colleague, first, { decision: 'accept' });
      expect([own.status, own.body.error.details]).toEqual([
        403,
        expect.objectContaining({ rule: 'four_eyes' }),
      ]);
      expect((await review(manager, first, { decision: 'override', outcome: 'common' })).status).toBe(400);
      const nothing = { decision: 'override', outcome: 'commom', reason: 'Seen under the lens.' };
      expect((await review(manager, first, nothing)).body.error.message).toContain(
        'One of common, rare was expected',
      );
      const over = await review(manager, first, {
        decision: 'override',
        outcome: 'common',
        reason: 'Seen under the lens.',
      });
      expect(over.body).toMatchObject({
        state: 'overridden',
        outcome: 'common',
        reason: 'Seen under the lens.',
        prediction: body.predictions[0]?.prediction,
      });
      expect((await review(director, first, { decision: 'accept' })).status).toBe(409);
      expect((await review(manager, second, { decision: 'accept' })).body.state).toBe('accepted');
      expect(await calls.governance()).toMatchObject({
        waiting_reviews: 0,
        reviewed: { accepted: 1, overridden: 1 },
      });
      const stored = await server.platform.db.execute(
        'select said, verdict, sealed is null as clear from ml_prediction_reviews',
      );
      expect(stored.rows).toEqual([
        { said: null, verdict: null, clear: false },
        { said: null, verdict: null, clear: false },
      ]);
      const stranger = await server.stranger();
      expect((await review(stranger, first, { decision: 'accept' })).status).toBe(404);
      const viewer = await server.colleague('viewer');
      expect((await viewer.call('GET', `/ml/models/${model}/reviews`)).status).toBe(403);
    });

    it('are none where somebody asks what would be: nothing is decided by that', async () => {
      const { colleague, scientist, model } = stage();
      const { body } = await predict(colleague, { what_if: true });
      expect(body).toMatchObject({ what_if: true, requires_review: false });
      expect(body.predictions.map(({ review_id }) => review_id)).toEqual([undefined, undefined]);
      await scientist.call('POST', `/ml/models/${model}/explain`, {
        kind: 'row',
        version: '1',
        row: rows[0],
      });
      expect((await calls.governance()).waiting_reviews).toBe(0);
    });

    it('of a whole dataset are reviewed as one: accepted, or set aside with a reason', async () => {
      const { scientist, colleague, manager, model, tested } = stage();
      const predictAll = async () => {
        const asked = await colleague.call<{ job_id: string }>(
          'POST',
          `/ml/models/${model}/predict-dataset`,
          {
            version: '1',
            dataset_id: tested,
          },
        );
        const { error, result } = await colleague.jobEnd(asked.body.job_id);
        expect(error).toBeNull();
        return result as Record<string, unknown>;
      };
      const first = await predictAll();
      expect(first).toMatchObject({ requires_review: true, review_id: expect.stringMatching(/^rvw_/) });
      expect(await predictAll()).toEqual({ ...first, already_known: true });
      const waiting = await scientist.call<{ items: PredictionReview[] }>(
        'GET',
        `/ml/models/${model}/reviews?state=waiting`,
      );
      const { dataset_id, version_id, rows: count } = first;
      expect(waiting.body.items).toMatchObject([
        {
          review_id: first.review_id,
          dataset: { dataset_id, version_id, rows: count },
          row: null,
          prediction: null,
        },
      ]);
      const id = String(first.review_id);
      const why = { decision: 'override', reason: 'Another scale was used for these.' };
      expect((await review(colleague, id, why)).status).toBe(403);
      expect((await review(manager, id, { ...why, outcome: 'common' })).status).toBe(400);
      expect((await review(manager, id, why)).body).toMatchObject({
        state: 'overridden',
        outcome: null,
        reason: why.reason,
      });
    });

    it('go after a time of their own once they are decided; what waits stays', async () => {
      const { server, colleague } = stage();
      await predict(colleague);
      await server.platform.db.execute(
        "update ml_prediction_reviews set created_at = now() - interval '9 years', reviewed_at = case when reviewed_at is null then null else now() - interval '6 years' end",
      );
      const due = async () => {
        const { body } = await server.admin.call<{ items: RetentionItem[] }>('GET', '/retention/preview');
        return body.items.find(({ kind }) => kind === 'prediction_reviews');
      };
      expect(await due()).toMatchObject({ due: 3, held: 0 });
      const shorter = await server.admin.call('PUT', '/retention/policies/prediction_reviews', { days: 90 });
      expect(shorter.status).toBe(422);
    });

    it('are answered as ever where nothing is marked', async () => {
      const { colleague, director } = stage();
      await calls.policy(director, []);
      const { body } = await predict(colleague);
      expect([body.requires_review, body.predictions[0]?.review_id]).toEqual([false, undefined]);
    });
  });
}
