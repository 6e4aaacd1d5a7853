import type { Challenge } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import { findPromotion } from '../registry/model-versions.store.ts';
import type { ModelRow } from '../registry/models.store.ts';
import { RegistryDocuments } from '../registry/registry-documents.ts';
import { metricOf, shareOf, unitOf } from './challenge-test.ts';
import type { ChallengeRow } from './challenges.store.ts';

/** How challenges are told to somebody. */
export class ChallengeDocuments {
  readonly #parts: ModelParts;
  readonly #names: RunDocuments;
  readonly #registry: RegistryDocuments;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#names = new RunDocuments(parts);
    this.#registry = new RegistryDocuments(parts);
  }

  async of(ctx: Context, model: ModelRow, rows: readonly ChallengeRow[]): Promise<Challenge[]> {
    const named = await this.#names.names(
      rows.flatMap(({ startedBy, endedBy }) => [startedBy, endedBy ?? []].flat()),
    );
    const { sql } = this.#parts.platform.db;
    return Promise.all(
      rows.map(async (row): Promise<Challenge> => {
        const found = row.promotionId === null ? null : await findPromotion(sql, ctx, row.promotionId);
        const [promotion = null] = found === null ? [] : await this.#registry.promotions(ctx, [found]);
        // Somebody else may have agreed since.
        const isPromoted = promotion?.state === 'done' && row.status !== 'rolled_back';
        return {
          challenge_id: row.id,
          model_id: model.id,
          model_name: model.name,
          champion: { version_id: row.championId, number: row.championNumber },
          challenger: { version_id: row.challengerId, number: row.challengerNumber },
          mode: row.mode,
          share: row.share,
          metric: row.metric,
          higher_is_better: row.metric === 'accuracy',
          error_scale: row.errorScale,
          alpha: row.alpha,
          margin: row.margin,
          stop: row.stop,
          status: isPromoted ? 'promoted' : row.status,
          decision: row.decision,
          decided_at: row.decidedAt?.toISOString() ?? null,
          ended_because: row.endedBecause,
          counts: countsOf(row),
          agreement: row.mode === 'shadow' ? agreementOf(row) : null,
          test: testOf(row),
          promotion,
          comment: row.comment,
          started_by: named(row.startedBy),
          started_at: row.startedAt.toISOString(),
          ended_by: row.endedBy === null ? null : named(row.endedBy),
          ended_at: row.endedAt?.toISOString() ?? null,
        };
      }),
    );
  }
}

function countsOf(row: ChallengeRow): Challenge['counts'] {
  const { arms } = row.test;
  const seen = (requests: number, { units, sum }: (typeof arms)['champion']) => ({
    requests,
    outcomes: units,
    mean: units === 0 ? null : metricOf(sum / units, row),
  });
  return {
    champion: seen(row.championRows, arms.champion),
    challenger: seen(row.challengerRows, arms.challenger),
    lost: row.lost,
  };
}

function agreementOf(row: ChallengeRow): Challenge['agreement'] {
  const { compared, agreed, differenceSum, differenceAbsolute, differenceLargest } = row;
  const known = compared > 0;
  return {
    compared,
    agreed,
    mean_difference: known ? differenceSum / compared : null,
    mean_absolute_difference: known ? differenceAbsolute / compared : null,
    largest_difference: known ? differenceLargest : null,
  };
}

function testOf(row: ChallengeRow): Challenge['test'] {
  const unit = unitOf(row);
  const points = row.test.points.map(({ at, units, estimate, low, high }) => ({
    at,
    units,
    estimate: unit * estimate,
    low: Math.min(unit * low, unit * high),
    high: Math.max(unit * low, unit * high),
  }));
  const last = points.at(-1);
  return {
    method: 'empirical_bernstein_mixture',
    design: row.mode === 'shadow' ? 'paired' : 'randomised',
    units: row.test.sequence.units,
    difference: last === undefined ? null : { estimate: last.estimate, low: last.low, high: last.high },
    p_value: row.test.sequence.units === 0 ? null : row.test.sequence.p_value,
    share_p_value: shareOf(row.test, row),
    corrections: row.test.corrections ?? 0,
    corrections_left_out: row.test.correctionsLeftOut ?? 0,
    points,
  };
}
