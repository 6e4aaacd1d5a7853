import { type MetricName, metrics } from '../scores/metrics.ts';
import type { Finish } from './finish.ts';
import { intervalOfFolds, type objectiveOf, type ScoreInterval, scoresByFold } from './objective.ts';
import type { Search } from './search.ts';

export interface LeaderboardEntry extends ScoreInterval {
  model: string;
  family: string;
  metric: MetricName;
  settings: Readonly<Record<string, number | string>>;
  seconds: number;
  /** Its weight in the chosen blend, or 1 / members of a stack; 0 outside. */
  weight: number;
}

/** Best first; the ensemble, which was chosen, before all. */
export function leaderboardOf(
  search: Search,
  chosen: Awaited<ReturnType<Finish['choose']>>,
  objective: ReturnType<typeof objectiveOf>,
): LeaderboardEntry[] {
  const { metric } = objective;
  const { tested } = search;
  const single = search.evaluated().map(({ configuration, outOfFold, seconds }) => ({
    model: configuration.id,
    family: configuration.family as string,
    metric,
    settings: configuration.settings,
    seconds,
    weight: chosen.weights.get(configuration.id) ?? 0,
    ...intervalOfFolds(scoresByFold(objective, tested, outOfFold)),
  }));
  const ensemble: LeaderboardEntry = {
    model: 'ensemble',
    family: chosen.combination.members.length === 1 ? 'single' : chosen.combination.kind,
    metric,
    settings: {},
    seconds: single.filter(({ weight }) => weight > 0).reduce((sum, { seconds }) => sum + seconds, 0),
    weight: 1,
    ...intervalOfFolds(scoresByFold(objective, tested, chosen.outOfFold)),
  };
  return [ensemble, ...leaderOrder(metric, single)];
}

export function leaderOrder(metric: MetricName, entries: LeaderboardEntry[]): LeaderboardEntry[] {
  const { more } = metrics[metric];
  return entries.sort(
    (a, b) => (more ? b.score - a.score : a.score - b.score) || (a.model < b.model ? -1 : 1),
  );
}
