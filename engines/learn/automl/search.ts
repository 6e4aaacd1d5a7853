import type { Target } from '../estimator.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import type { Split } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import type { AutomlState, FinishedFit } from './automl-state.ts';
import { lossesOfChoice, rowsOfChoice } from './ensemble.ts';
import { EncodedRows, type FittedMember, fitAnyMember, outputsOf, predictMember } from './fold-fit.ts';
import { type FamilyName, families, type LearnerRun } from './learners.ts';
import { firstBudget, isNetwork, type NetworkLearners, type NetworkRun } from './network-families.ts';
import type { Objective, TestedRows } from './objective.ts';
import { type Configuration, configurationsFor } from './portfolio.ts';
import { propose, type Tried } from './refinement.ts';
import { type Folds, foldSides } from './row-parts.ts';
import { drawnFrom, type Stage, stagesOf } from './search-stages.ts';
import { OutOfTime, type TimeLimit, throwIfStopped } from './time-limit.ts';

export interface SearchSetting extends Folds {
  table: FeatureTable;
  target: Target;
  objective: Objective;
  seed: number;
  limit: TimeLimit;
  /** Proposals after the portfolio. */
  refinements: number;
  /** In place of the portfolio. */
  only?: Configuration;
  /** Of networks, which are tried where it is given. */
  learners?: NetworkLearners;
  /** What each fit is given. */
  run: Omit<LearnerRun, 'seed' | 'signal'>;
  signal?: AbortSignal;
  /** Whether what is chosen learns once more, from the rows kept back too. */
  refits: boolean;
  /** Seconds that scoring the rows kept back takes, where the loss of all rows takes so many. */
  testing(lossSeconds: number): number;
  onFit(state: AutomlState, fit: FinishedFit): void;
}

/** Rows that show how quick a kind of learner is here, where a guess alone would leave it out. */
const probedRows = 300;
/** Of the time, most that one fit to a whole fold may be thought to take that is to show it. */
const measuredShare = 0.3;
/** Of the time, for looks at parts of the rows. */
const halvingShare = 0.6;
/** Of the time, for fitting what was chosen to all rows. */
const finishShare = 0.3;
export const mostMembers = 8;

export interface Evaluated {
  configuration: Configuration;
  loss: number;
  /** Of the tested rows: rows x outputs, each row by the fold that tests it. */
  outOfFold: Float64Array;
  seconds: number;
}

export type StopReason = 'time_limit' | 'search_ended';

/**
 * Successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943) over the portfolio, then refinement. No fit begins
 * whose forecast does not fit what is left of the time.
 */
export class Search {
  readonly state: AutomlState;
  /** Of each fold. */
  readonly sides: readonly Split[];
  readonly tested: TestedRows;
  readonly #places: Uint32Array;
  readonly #setting: SearchSetting;
  readonly #encoded: EncodedRows;
  readonly #stages: Stage[];
  readonly #probes: Stage;
  readonly #tests: Uint32Array[];
  readonly #outputs: number;
  readonly #evaluated = new Map<string, Evaluated>();
  /** Where first looks at networks ended, which later fits of the same rows go on from. */
  readonly #courses = new Map<string, unknown>();
  /** Of the last configuration, and of the best one: what its first fold learned. */
  readonly #learned = new Map<string, FittedMember>();
  #refused = 0;
  /** Seconds that the loss of all rows takes. */
  #lossSeconds = 0;

  constructor(setting: SearchSetting, state: AutomlState) {
    this.#setting = setting;
    this.state = state;
    this.#encoded = new EncodedRows(setting.table, setting.target, setting.seed);
    this.#outputs = outputsOf(setting.target);
    ({ sides: this.sides, tested: this.tested, places: this.#places } = foldSides(setting, setting.target));
    this.#tests = this.sides.map(({ test }) => test);
    const train = this.sides.map((side) => side.train);
    this.#stages = stagesOf(train, setting.seed);
    this.#probes = {
      folds: 1,
      budget: firstBudget,
      train: drawnFrom(train.slice(0, 1), probedRows, setting.seed),
    };
  }

  async run(): Promise<StopReason> {
    const { target, seed, refinements, limit, only } = this.#setting;
    if (only !== undefined) {
      await this.#evaluate(only, this.#stages.length - 1, limit.seconds);
      return this.#refused > 0 ? 'time_limit' : 'search_ended';
    }
    const kind = target.kind === 'class' ? 'class' : 'number';
    const [baseline, simplest, ...others] = configurationsFor(kind, this.#setting.learners !== undefined);
    const last = this.#stages.length - 1;
    for (const first of [baseline, simplest])
      if (first !== undefined) await this.#evaluate(first, last, limit.seconds);
    const rows = Math.max(...(this.#stages[last] as Stage).train.map((own) => own.length));
    let candidates = others.filter(({ family }) => (families[family].mostRows ?? rows) >= rows);
    for (let stage = 0; stage < last; stage++) {
      const looked: Tried[] = [];
      for (const configuration of candidates) {
        const loss = await this.#evaluate(
          configuration,
          stage,
          (limit.seconds * halvingShare * (stage + 1)) / last,
        );
        if (loss !== null) looked.push({ configuration, loss });
      }
      // Those that there was no time to look at keep their place behind the others.
      const seen = new Set(looked.map(({ configuration }) => configuration));
      candidates = [...survivors(looked), ...candidates.filter((own) => !seen.has(own))];
    }
    for (const configuration of candidates) await this.#evaluate(configuration, last, limit.seconds);
    for (let number = 0; number < refinements; number++) {
      const before = this.#refused;
      const proposed = propose(this.#tried(), target.kind, number, seed);
      if (proposed === null) break;
      const first = await this.#evaluate(proposed, 0, limit.seconds);
      if (first !== null && last > 0 && first <= this.#worthwhile())
        await this.#evaluate(proposed, last, limit.seconds);
      if (this.#refused > before && limit.left < 0.1 * limit.seconds) break;
    }
    return this.#refused > 0 ? 'time_limit' : 'search_ended';
  }

  /** Configurations that all folds have tested, in the order of their first fit. */
  evaluated(): Evaluated[] {
    const { objective } = this.#setting;
    const { target, foldOf, folds } = this.tested;
    const last = this.#stages.at(-1) as Stage;
    const byId = new Map<string, FinishedFit[]>();
    for (const fit of this.state.fits)
      if (fit.predicted !== null && fit.rows === last.train[fit.fold]?.length && isWhole(fit)) {
        const own = byId.get(fit.configuration.id);
        if (own === undefined) byId.set(fit.configuration.id, [fit]);
        else own.push(fit);
      }
    return [...byId.values()]
      .filter((fits) => fits.length === folds)
      .map((fits) => {
        const { configuration } = fits[0] as FinishedFit;
        const known = this.#evaluated.get(configuration.id);
        if (known !== undefined) return known;
        const outOfFold = new Float64Array(foldOf.length * this.#outputs);
        for (const { fold, predicted } of fits)
          this.#tests[fold]?.forEach((row, at) => {
            outOfFold.set(
              (predicted as Float64Array).subarray(at * this.#outputs, (at + 1) * this.#outputs),
              (this.#places[row] as number) * this.#outputs,
            );
          });
        const began = this.#setting.limit.now();
        const loss = objective.loss(target, outOfFold);
        this.#lossSeconds = this.#setting.limit.now() - began;
        const made = {
          configuration,
          outOfFold,
          loss,
          seconds: fits.reduce((sum, { seconds }) => sum + seconds, 0),
        };
        this.#evaluated.set(configuration.id, made);
        return made;
      })
      .sort((a, b) => (a.configuration.id < b.configuration.id ? -1 : 1));
  }

  /** What was learned of a configuration without its first fold; null where that is no longer kept. */
  learned({ id }: Configuration): FittedMember | null {
    return this.#learned.get(id) ?? null;
  }

  /** Seconds; `budget` of what its settings ask for. */
  forecast(configuration: Configuration, rows: number, budget = 1): number {
    const { table, target, limit } = this.#setting;
    const columns = this.#width(configuration);
    const classes = target.kind === 'class' ? target.classes : 1;
    const size = { rows, columns, classes };
    return limit.forecast(configuration, size, this.state.fits, budget) || table.rows * 1e-7;
  }

  /** Seconds to fit the best ones to the rows learned from, and again to all; forecasts are on the slow side. */
  reserve(): number {
    const { limit, foldOf, folds, refits } = this.#setting;
    const costs = this.evaluated()
      .sort((a, b) => a.loss - b.loss)
      .slice(0, mostMembers)
      .map(({ configuration }) => (refits ? 1.7 : 0.8) * this.forecast(configuration, foldOf.length));
    const best = costs[0] ?? 0;
    const all = costs.reduce((sum, own) => sum + own, 0);
    const fitting = Math.max(Math.min(best, limit.seconds / 2), Math.min(all, finishShare * limit.seconds));
    const choosing =
      lossesOfChoice(folds) *
      this.#lossSeconds *
      (rowsOfChoice(foldOf.length, this.#outputs) / foldOf.length);
    const ends = Math.min(choosing + this.#setting.testing(this.#lossSeconds), 0.3 * limit.seconds);
    return fitting + ends + 0.03 * limit.seconds;
  }

  #width(configuration: Configuration): number {
    const rows = this.#stages[0]?.train[0] as Uint32Array;
    return this.#encoded.of(rows, configuration).matrix.columns.length;
  }

  /** Mean loss over the stage's folds, or null where a fit failed or would have taken too long. */
  async #evaluate(configuration: Configuration, at: number, until: number): Promise<number | null> {
    const { objective, target } = this.#setting;
    const stage = this.#stages[at] as Stage;
    const { limit } = this.#setting;
    const rows = stage.train[0]?.length ?? 0;
    const isTooLong = (): boolean => {
      const missing = Array.from({ length: stage.folds }, (_, fold) => fold).filter(
        (fold) => this.#known(configuration, stage, fold) === undefined,
      ).length;
      return (
        configuration.family !== 'baseline' &&
        missing > 0 &&
        limit.elapsed + (missing * this.forecast(configuration, rows, stage.budget)) / 1.5 >
          Math.min(until, limit.seconds - this.reserve())
      );
    };
    if (isTooLong()) await this.#measure(configuration, stage, until);
    // A part of the folds would be of no use.
    if (isTooLong()) {
      this.#refused += 1;
      return null;
    }
    let sum = 0;
    for (let fold = 0; fold < stage.folds; fold++) {
      const fit =
        this.#known(configuration, stage, fold) ?? (await this.#fit(configuration, stage, fold, until));
      if (fit?.predicted == null) return null;
      sum +=
        objective.loss(takeTarget(target, this.#tests[fold] as Uint32Array), fit.predicted) / stage.folds;
    }
    return sum;
  }

  /**
   * Fits few rows where nothing is known yet of the time that the kind takes here, and one fold where that is known of
   * fewer rows alone: a guess, or what few rows let expect, is on the slow side and would leave out what is quick.
   */
  async #measure(configuration: Configuration, stage: Stage, until: number): Promise<void> {
    const rows = stage.train[0]?.length ?? 0;
    const most = () =>
      Math.max(
        0,
        ...this.state.fits
          .filter(({ configuration: { family }, fault }) => family === configuration.family && fault === null)
          .map((fit) => fit.rows),
      );
    if (most() === 0 && 2 * probedRows <= rows) await this.#fit(configuration, this.#probes, 0, until);
    const { seconds } = this.#setting.limit;
    if (
      most() > 0 &&
      most() < rows &&
      this.forecast(configuration, rows, stage.budget) < measuredShare * seconds
    )
      await this.#fit(configuration, stage, 0, until);
  }

  #known({ id, family }: Configuration, stage: Stage, fold: number): FinishedFit | undefined {
    const budget = budgetOf(family, stage);
    return this.state.fits.find(
      (fit) =>
        fit.configuration.id === id &&
        fit.fold === fold &&
        fit.rows === stage.train[fold]?.length &&
        (fit.budget ?? 1) === budget,
    );
  }

  async #fit(
    configuration: Configuration,
    stage: Stage,
    fold: number,
    until: number,
  ): Promise<FinishedFit | null> {
    const { target, seed, limit, signal, run, learners } = this.#setting;
    // The caller's other work, its abort among it, has its turn between fits.
    await new Promise((done) => setImmediate(done));
    signal?.throwIfAborted();
    throwIfStopped(run.go);
    const train = stage.train[fold] as Uint32Array;
    const { mostRows } = families[configuration.family];
    if (mostRows !== undefined && train.length > mostRows) return null;
    const end = Math.min(until, limit.seconds - this.reserve());
    const expected = this.forecast(configuration, train.length, stage.budget);
    if (configuration.family !== 'baseline' && limit.elapsed + expected > end) {
      this.#refused += 1;
      return null;
    }
    const began = limit.now();
    const budget = budgetOf(configuration.family, stage);
    const base = { configuration, fold, rows: train.length, ...(budget < 1 && { budget }) };
    const place = `${configuration.id} ${fold} ${train.length}`;
    const course = {
      from: this.#courses.get(place),
      keep: (state: unknown) => budget < 1 && this.#courses.set(place, state),
    };
    let made: FinishedFit;
    try {
      const until = configuration.family === 'baseline' ? Number.POSITIVE_INFINITY : end;
      const own: NetworkRun = { ...run, seed, signal: limit.signalUntil(until, signal), budget, course };
      const member = await fitAnyMember(this.#encoded, target, train, configuration, own, learners);
      const matrix = this.#encoded.test(train, configuration, this.#tests[fold] as Uint32Array);
      const predicted = predictMember(member, matrix, this.#outputs);
      const fault = predicted.every(Number.isFinite) ? null : 'It predicts what is not finite.';
      if (fault === null && fold === 0 && stage === this.#stages.at(-1)) this.#keep(member);
      made = {
        ...base,
        seconds: limit.now() - began,
        predicted: fault === null ? predicted : null,
        fault,
      };
    } catch (error) {
      signal?.throwIfAborted();
      throwIfStopped(run.go);
      if (error instanceof OutOfTime) {
        this.#refused += 1;
        return null;
      }
      // What one learner cannot do with this table, others can: it is told among the failed.
      made = { ...base, seconds: limit.now() - began, predicted: null, fault: (error as Error).message };
    }
    this.state.fits.push(made);
    this.state.seconds = limit.used;
    this.#setting.onFit(this.state, made);
    return made;
  }

  #keep(member: FittedMember): void {
    const [best] = this.#tried().sort((a, b) => a.loss - b.loss);
    for (const id of this.#learned.keys()) if (id !== best?.configuration.id) this.#learned.delete(id);
    this.#learned.set(member.configuration.id, member);
  }

  #tried(): Tried[] {
    return this.evaluated().map(({ configuration, loss }) => ({ configuration, loss }));
  }

  /** What a first look must show to be carried on: as good as the middle one of all looks. */
  #worthwhile(): number {
    const { objective, target } = this.#setting;
    const stage = this.#stages[0] as Stage;
    const first = new Map<string, number[]>();
    for (const fit of this.state.fits)
      if (fit.predicted !== null && fit.fold < stage.folds && fit.rows === stage.train[fit.fold]?.length) {
        const loss = objective.loss(takeTarget(target, this.#tests[fit.fold] as Uint32Array), fit.predicted);
        first.set(fit.configuration.id, [...(first.get(fit.configuration.id) ?? []), loss]);
      }
    const means = [...first.values()]
      .map((losses) => losses.reduce((sum, loss) => sum + loss / losses.length, 0))
      .sort((a, b) => a - b);
    return means[Math.floor(means.length / 3)] ?? Number.POSITIVE_INFINITY;
  }
}

const budgetOf = (family: FamilyName, { budget }: Stage): number =>
  families[family].work === undefined ? 1 : budget;

const isWhole = ({ budget }: FinishedFit): boolean => (budget ?? 1) === 1;

/** The better half, and the best of each family: what errs differently is worth more in a blend than one more of a kind. */
function survivors(looked: readonly Tried[]): Configuration[] {
  const ranked = looked.toSorted((a, b) => a.loss - b.loss);
  const families = new Set<string>();
  return ranked
    .filter(({ configuration }, at) => {
      // Networks take long and are much alike: one of them is enough.
      const kind = isNetwork(configuration.family) ? 'network' : configuration.family;
      const first = !families.has(kind);
      families.add(kind);
      return first || at < ranked.length / 2;
    })
    .map(({ configuration }) => configuration);
}
