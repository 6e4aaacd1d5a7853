import type { Target } from '../estimator.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import type { SavedAutoml } from './automl-model.ts';
import { type Calibration, conformalHalfWidth, fitCalibration } from './calibration.ts';
import { type Combination, chooseCombination } from './ensemble.ts';
import { allRows, EncodedRows, type FittedMember, fitAnyMember } from './fold-fit.ts';
import type { LearnerRun } from './learners.ts';
import type { NetworkLearners } from './network-families.ts';
import type { Objective } from './objective.ts';
import type { Configuration } from './portfolio.ts';
import type { Evaluated, Search } from './search.ts';
import { OutOfTime, type TimeLimit, throwIfStopped } from './time-limit.ts';

interface FinishSetting {
  table: FeatureTable;
  target: Target;
  objective: Objective;
  seed: number;
  limit: TimeLimit;
  search: Search;
  learners: NetworkLearners | undefined;
  run: Omit<LearnerRun, 'seed' | 'signal'>;
  signal: AbortSignal | undefined;
}

export interface ChosenEnsemble {
  combination: Combination;
  /** `combination` with members counted among `fitted`. */
  placed: Combination;
  outOfFold: Float64Array;
  weights: Map<string, number>;
  heaviest: Configuration;
  fitted: FittedMember[];
}

/** Seconds past the limit that the one model there must be may take. */
const grace = 0.6;

/** Of the time, most that stacks may take to be looked at. */
const stackingShare = 0.1;

/** With less of the time left a choice is made short. */
const lateShare = 0.15;

/** Of values, how often an interval holds the truth. */
const coverage = 0.9;

/** From what the search has found to a model: chosen, fitted to all it may learn from, calibrated. */
export class Finish {
  readonly #setting: FinishSetting;

  constructor(setting: FinishSetting) {
    this.#setting = setting;
  }

  /** Fewer members, and quick ones, where there is not the time to fit more. */
  async choose(most: number): Promise<ChosenEnsemble> {
    const { search, target, objective, seed, table, limit, signal } = this.#setting;
    const { tested } = search;
    const stacking = Math.min(limit.seconds, limit.elapsed + stackingShare * limit.seconds);
    let able = search.evaluated();
    for (let members = most; ; members = Math.max(1, Math.floor(members / 2))) {
      const chosen = chooseCombination(
        able.map(({ outOfFold }) => outOfFold),
        tested,
        objective,
        {
          seed,
          most: members,
          signal: limit.signalUntil(stacking, signal),
          isLate: () => limit.left < lateShare * limit.seconds,
        },
      );
      const configurations = chosen.combination.members.map((at) => (able[at] as Evaluated).configuration);
      const seconds = configurations.reduce((sum, own) => sum + search.forecast(own, table.rows), 0);
      const trivial = configurations.every(({ family }) => family === 'baseline');
      const until = trivial ? Number.POSITIVE_INFINITY : limit.seconds + grace;
      const inTime =
        trivial || seconds <= limit.left || members === 1
          ? await this.#fit(configurations, table, target, until)
          : null;
      const fitted = inTime ?? (members === 1 ? this.#learnedBefore(configurations) : null);
      if (fitted !== null) {
        const weights = new Map(
          configurations.map(({ id }, at) => [
            id,
            chosen.combination.kind === 'blend'
              ? (chosen.combination.weights[at] as number)
              : 1 / configurations.length,
          ]),
        );
        const heaviest = configurations.reduce((best, own) =>
          (weights.get(own.id) ?? 0) > (weights.get(best.id) ?? 0) ? own : best,
        );
        const placed = { ...chosen.combination, members: configurations.map((_, at) => at) };
        return { ...chosen, placed, weights, heaviest, fitted };
      }
      if (members === 1) able = able.filter(({ configuration }) => !configurations.includes(configuration));
    }
  }

  /** Where not even one can learn from all rows in time, what it learned without its first fold. */
  #learnedBefore(configurations: readonly Configuration[]): FittedMember[] | null {
    const learned = configurations.map((own) => this.#setting.search.learned(own));
    return learned.some((own) => own === null) ? null : (learned as FittedMember[]);
  }

  /** The chosen ones learned from other rows, or null where the time is not enough. */
  async refit(
    { fitted }: ChosenEnsemble,
    table: FeatureTable,
    target: Target,
  ): Promise<FittedMember[] | null> {
    const { search, limit } = this.#setting;
    const configurations = fitted.map(({ configuration }) => configuration);
    const seconds = configurations.reduce((sum, own) => sum + search.forecast(own, table.rows), 0);
    // Forecasts are on the slow side, and a fit that runs late is stopped.
    return seconds / 1.5 <= limit.left ? this.#fit(configurations, table, target, limit.seconds) : null;
  }

  async #fit(
    configurations: readonly Configuration[],
    table: FeatureTable,
    target: Target,
    until: number,
  ): Promise<FittedMember[] | null> {
    const { limit, seed, signal, run, learners } = this.#setting;
    const encoded = new EncodedRows(table, target, seed);
    const rows = allRows(target);
    const fitted: FittedMember[] = [];
    try {
      for (const configuration of configurations) {
        await new Promise((done) => setImmediate(done));
        signal?.throwIfAborted();
        throwIfStopped(run.go);
        const own = { ...run, seed, signal: limit.signalUntil(until, signal), budget: 1 };
        fitted.push(await fitAnyMember(encoded, target, rows, configuration, own, learners));
      }
    } catch (error) {
      signal?.throwIfAborted();
      throwIfStopped(run.go);
      if (error instanceof OutOfTime) return null;
      throw error;
    }
    return fitted;
  }

  calibration({ outOfFold }: ChosenEnsemble): Calibration {
    const { target, foldOf, folds } = this.#setting.search.tested;
    return target.kind === 'class' ? fitCalibration(target, outOfFold, foldOf, folds) : { kind: 'none' };
  }

  interval({ outOfFold }: ChosenEnsemble): SavedAutoml['interval'] {
    const { target } = this.#setting.search.tested;
    return target.kind === 'number'
      ? { half_width: conformalHalfWidth(target.values, outOfFold, coverage), coverage }
      : null;
  }

  saved(fitted: readonly FittedMember[]): Pick<SavedAutoml, 'encoders' | 'members'> {
    const encoders = [...new Set(fitted.map(({ encoder }) => encoder))];
    return {
      encoders: encoders.map((encoder) => encoder.save()),
      members: fitted.map(({ configuration, encoder, predictor, seen }) => ({
        configuration,
        encoder: encoders.indexOf(encoder),
        model: predictor.save(),
        seen,
      })),
    };
  }
}
