import type { Challenge, ModelMonitor, ModelVersion } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Challenges } from '../challengers/challenges.service.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { Monitors } from '../monitoring/monitors.service.ts';
import type { RecordSight } from './record-sight.ts';

/** What looks after a version in use, as far as whoever makes the record is told of it. */
export interface Watching {
  monitors: readonly ModelMonitor[];
  trials: readonly Challenge[];
}

export interface WatchingRooms {
  monitors: Pick<Monitors, 'list' | 'getCheck'>;
  challenges: Pick<Challenges, 'list'>;
}

const mostTold = 200;

/** Monitors that look at a version now, and trials it was part of; with the data the monitors' last checks tell of. */
export async function watchedBy(
  { monitors, challenges }: WatchingRooms,
  parts: ModelParts,
  ctx: Context,
  { model_id, number }: Pick<ModelVersion, 'model_id' | 'number'>,
): Promise<Watching & { sights: RecordSight[] }> {
  const { items } = await monitors.list(ctx, { model_id, limit: mostTold });
  const own = items.filter((each) => each.number === number);
  const sights: RecordSight[] = [];
  for (const { monitor_id, newest } of own) {
    if (newest === null) continue;
    const { dataset_id } = await monitors.getCheck(ctx, monitor_id, newest.check_id);
    const sight = dataset_id === null ? null : await parts.data.sightOf(ctx, dataset_id);
    if (dataset_id !== null && sight !== null) sights.push({ dataset_id, view: sight.view });
  }
  const tried = await challenges.list(ctx, model_id, { limit: mostTold });
  const trials = tried.items.filter(
    ({ champion, challenger }) => champion.number === number || challenger.number === number,
  );
  return { monitors: own, trials, sights };
}
