import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { type FoundVersion, findVersions, type VersionRow } from '../registry/model-versions.store.ts';
import { modelVersions } from '../registry/registry.tables.ts';
import { findTrained, type TrainedRow } from '../training/training.store.ts';

/** What may change of a version, without what was written down of it once. */
export type PresentVersion = Omit<VersionRow, 'facts'>;

/** `answering`: what answers who names none. */
export type Wanted = { number: number } | { stage: VersionRow['stage'] } | 'newest' | 'answering';

const { facts: _, ...present } = getTableColumns(modelVersions);

/**
 * By its number, deleted or not; else the newest of a stage, or of all with the one in production before them. In one
 * small statement, for every prediction asks for it.
 */
export async function findPresent(
  db: Sql,
  ctx: Context,
  modelId: string,
  wanted: Wanted,
): Promise<PresentVersion | null> {
  const own = and(eq(modelVersions.tenantId, ctx.actor.tenantId), eq(modelVersions.modelId, modelId));
  const kept = and(own, isNull(modelVersions.deletedAt));
  const where =
    typeof wanted === 'string'
      ? kept
      : 'number' in wanted
        ? and(own, eq(modelVersions.number, wanted.number))
        : and(kept, eq(modelVersions.stage, wanted.stage));
  const [row] = await db
    .select(present)
    .from(modelVersions)
    .where(where)
    .orderBy(
      ...(wanted === 'answering' ? [desc(sql`${modelVersions.stage} = 'production'`)] : []),
      desc(modelVersions.number),
    )
    .limit(1);
  return row ?? null;
}

/** What was written down of a version once and stays; `trained` is null where its model lies elsewhere. */
export interface WrittenVersion {
  facts: FoundVersion['version']['facts'];
  trained: TrainedRow | null;
}

const most = 1000;

/** What was written down of versions, read once each. Whoever asks has been held against what they may know before. */
export class WrittenVersions {
  readonly #known = new Map<string, WrittenVersion>();

  async of(db: Sql, ctx: Context, { id, tenantId }: PresentVersion): Promise<WrittenVersion> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const [found] = await findVersions(db, tenantId, [id]);
    const trained = await findTrained(db, ctx, id);
    if (found === undefined) throw new Error('a version is gone that was there a moment ago');
    const written = { facts: found.version.facts, trained };
    if (trained !== null) this.#known.set(id, written);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
    return written;
  }
}
