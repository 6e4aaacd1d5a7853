import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { findQuery } from './queries.store.ts';
import type { QueryRecords, QueryTexts } from './query-records.ts';

export interface AskedQuestion {
  question: string | null;
  /** Null when it could not be answered. */
  sql: string | null;
  dataset_ids: string[];
}

/** What this person asked once; null when it was not they who asked it. */
export async function askedQuestion(
  parts: { platform: Platform; records: QueryRecords; texts: QueryTexts },
  ctx: Context,
  id: string,
): Promise<AskedQuestion | null> {
  await parts.records.settled();
  const row = await findQuery(parts.platform.db.sql, ctx, id);
  if (row === null) return null;
  const { question, sql } = await parts.texts.open(ctx.actor.tenantId, row.id, row);
  return { question: question ?? null, sql: sql ?? null, dataset_ids: row.datasetIds };
}
