import { StromaError } from '@stroma/kernel';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from '../experiments/run-documents.ts';

export interface RecordSight {
  dataset_id: string;
  /** What its maker saw of the data; `named`: its name and hash alone are told. */
  view: string;
}

export const namedOnly = 'named';

/**
 * Whether somebody sees as much of the data as whoever made a record of it did: all of it, or the same part. What is
 * gone for good keeps nobody from reading.
 */
export async function seesAlike(
  data: ModelParts['data'],
  ctx: Context,
  { dataset_id, view }: RecordSight,
): Promise<boolean> {
  try {
    const sight = await data.sightOf(ctx, dataset_id);
    if (sight === null || view === namedOnly || sight.view === view) return true;
    return sight.masked.size === 0 && !sight.rowsWithheld;
  } catch (error) {
    if (error instanceof StromaError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN'))
      return false;
    throw error;
  }
}

export async function seesAllAlike(
  data: ModelParts['data'],
  ctx: Context,
  sights: readonly RecordSight[],
): Promise<boolean> {
  for (const sight of sights) if (!(await seesAlike(data, ctx, sight))) return false;
  return true;
}

export const refuseSight = (): never =>
  fail('FORBIDDEN', 'This record tells of data that you are not shown as its maker was.', {
    restricted: true,
  });
