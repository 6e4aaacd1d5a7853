import { and, asc, desc, eq, gt, ilike, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { literally } from '../../platform/db/patterns.ts';
import type { Cursor } from '../../platform/paging.ts';
import {
  featureMaterialisations,
  featureViews,
  featureViewVersions,
  onlineFeatures,
} from './features.tables.ts';

export type ViewRow = typeof featureViews.$inferSelect;
export type StoredVersion = typeof featureViewVersions.$inferSelect;
/** With its SQL opened. */
export type VersionRow = Omit<StoredVersion, 'sealed' | 'sql'> & { sql: string };
export type MaterialisationRow = typeof featureMaterialisations.$inferSelect;

const mine = (ctx: Context): SQL => eq(featureViews.tenantId, ctx.actor.tenantId);

interface Page {
  before: string | undefined;
  limit: number;
}

/** Rows of one view, older than the one with the id `before`. */
const ofView = (
  { tenantId, viewId, id }: typeof featureViewVersions | typeof featureMaterialisations,
  ctx: Context,
  view: string,
  before: string | undefined,
) =>
  and(eq(tenantId, ctx.actor.tenantId), eq(viewId, view), before === undefined ? undefined : lt(id, before));

export async function insertView(tx: Sql, row: typeof featureViews.$inferInsert): Promise<void> {
  await tx.insert(featureViews).values(row);
}

export async function insertVersion(tx: Sql, row: StoredVersion): Promise<void> {
  await tx.insert(featureViewVersions).values(row);
}

/** Those that are not deleted. */
export async function findViews(db: Sql, ctx: Context, ids: readonly string[]): Promise<ViewRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(featureViews)
    .where(and(mine(ctx), inArray(featureViews.id, [...ids]), isNull(featureViews.deletedAt)));
}

export async function findViewByName(db: Sql, ctx: Context, name: string): Promise<ViewRow | null> {
  const [row] = await db
    .select()
    .from(featureViews)
    .where(and(mine(ctx), eq(featureViews.name, name), isNull(featureViews.deletedAt)))
    .limit(1);
  return row ?? null;
}

/** By name. */
export async function listViews(
  db: Sql,
  ctx: Context,
  { search, cursor, limit }: { search: string | undefined; cursor: Cursor | null; limit: number },
): Promise<ViewRow[]> {
  const { name, id } = featureViews;
  const after =
    cursor === null
      ? undefined
      : or(gt(name, String(cursor[0])), and(eq(name, String(cursor[0])), gt(id, cursor[1])));
  const wanted = search === undefined || search === '' ? undefined : `%${literally(search)}%`;
  return db
    .select()
    .from(featureViews)
    .where(
      and(
        mine(ctx),
        isNull(featureViews.deletedAt),
        after,
        wanted === undefined ? undefined : or(ilike(name, wanted), ilike(featureViews.description, wanted)),
      ),
    )
    .orderBy(asc(name), asc(id))
    .limit(limit);
}

/** False when another revision is there by now. */
export async function updateView(
  tx: Sql,
  ctx: Context,
  { id, revision }: Pick<ViewRow, 'id' | 'revision'>,
  change: Partial<ViewRow>,
): Promise<boolean> {
  const changed = await tx
    .update(featureViews)
    .set({ ...change, revision: revision + 1, updatedAt: new Date() })
    .where(
      and(
        mine(ctx),
        eq(featureViews.id, id),
        eq(featureViews.revision, revision),
        isNull(featureViews.deletedAt),
      ),
    )
    .returning({ id: featureViews.id });
  return changed.length > 0;
}

/** What a job or a clock keeps of a view, which no person's change has to know of. */
export async function noteView(tx: Sql, tenantId: string, id: string, note: Partial<ViewRow>): Promise<void> {
  await tx
    .update(featureViews)
    .set(note)
    .where(and(eq(featureViews.tenantId, tenantId), eq(featureViews.id, id)));
}

/** Newest first; each by its view's newest number where no number is given. */
export async function findVersions(
  db: Sql,
  ctx: Context,
  wanted: readonly { viewId: string; number: number }[],
): Promise<StoredVersion[]> {
  if (wanted.length === 0) return [];
  return db
    .select()
    .from(featureViewVersions)
    .where(
      and(
        eq(featureViewVersions.tenantId, ctx.actor.tenantId),
        or(
          ...wanted.map(({ viewId, number }) =>
            and(eq(featureViewVersions.viewId, viewId), eq(featureViewVersions.number, number)),
          ),
        ),
      ),
    );
}

export async function listVersions(
  db: Sql,
  ctx: Context,
  viewId: string,
  { before, limit }: Page,
): Promise<StoredVersion[]> {
  return db
    .select()
    .from(featureViewVersions)
    .where(ofView(featureViewVersions, ctx, viewId, before))
    .orderBy(desc(featureViewVersions.id))
    .limit(limit);
}

export async function insertMaterialisation(tx: Sql, row: MaterialisationRow): Promise<void> {
  await tx.insert(featureMaterialisations).values(row);
}

export async function listMaterialisations(
  db: Sql,
  ctx: Context,
  viewId: string,
  { before, limit }: Page,
): Promise<MaterialisationRow[]> {
  return db
    .select()
    .from(featureMaterialisations)
    .where(ofView(featureMaterialisations, ctx, viewId, before))
    .orderBy(desc(featureMaterialisations.id))
    .limit(limit);
}

/** Of each view the newest that succeeded. */
export async function newestMaterialisations(
  db: Sql,
  tenantId: string,
  viewIds: readonly string[],
): Promise<Map<string, MaterialisationRow>> {
  if (viewIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([featureMaterialisations.viewId])
    .from(featureMaterialisations)
    .where(
      and(
        eq(featureMaterialisations.tenantId, tenantId),
        inArray(featureMaterialisations.viewId, [...viewIds]),
        eq(featureMaterialisations.status, 'succeeded'),
      ),
    )
    .orderBy(featureMaterialisations.viewId, desc(featureMaterialisations.id));
  return new Map(rows.map((row) => [row.viewId, row]));
}

export async function findMaterialisations(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<{ row: MaterialisationRow; name: string }[]> {
  if (ids.length === 0) return [];
  return db
    .select({ row: featureMaterialisations, name: featureViews.name })
    .from(featureMaterialisations)
    .innerJoin(featureViews, eq(featureViews.id, featureMaterialisations.viewId))
    .where(
      and(eq(featureMaterialisations.tenantId, tenantId), inArray(featureMaterialisations.id, [...ids])),
    );
}

const isDue = (now: Date) => and(isNull(featureViews.deletedAt), lte(featureViews.nextAt, now));

/** Those whose time has come, of every tenant. */
export async function dueViews(db: Sql, now: Date, limit: number): Promise<ViewRow[]> {
  return db.select().from(featureViews).where(isDue(now)).orderBy(featureViews.nextAt).limit(limit);
}

/** Held until the commit: another process leaves it alone. False when it is due no more. */
export async function lockDueView(tx: Sql, id: string, now: Date): Promise<boolean> {
  const held = await tx
    .select({ id: featureViews.id })
    .from(featureViews)
    .where(and(eq(featureViews.id, id), isDue(now)))
    .for('update', { skipLocked: true });
  return held.length > 0;
}

export type StoredOnline = typeof onlineFeatures.$inferSelect;

/**
 * The newest counts, whatever comes first: a row is written over by one of a later event, or of the same event known
 * later or as late, and by no other.
 */
export async function upsertOnline(db: Sql, rows: readonly StoredOnline[]): Promise<void> {
  if (rows.length === 0) return;
  const given = rows.map(({ sealed, ...row }) => ({
    id: row.id,
    tenant_id: row.tenantId,
    view_id: row.viewId,
    number: row.number,
    event_us: row.eventUs,
    known_us: row.knownUs,
    hex: Buffer.from(sealed ?? []).toString('hex'),
  }));
  await db.execute(sql`
    insert into ml_online_features (id, tenant_id, view_id, number, event_us, known_us, sealed)
    select id, tenant_id, view_id, number, event_us, known_us, decode(hex, 'hex')
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as t(id text, tenant_id text, view_id text, number int, event_us bigint, known_us bigint, hex text)
    on conflict (id) do update set event_us = excluded.event_us, known_us = excluded.known_us, sealed = excluded.sealed
    where (excluded.event_us, excluded.known_us) >= (ml_online_features.event_us, ml_online_features.known_us)`);
}

export async function findOnline(db: Sql, tenantId: string, ids: readonly string[]): Promise<StoredOnline[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(onlineFeatures)
    .where(and(eq(onlineFeatures.tenantId, tenantId), inArray(onlineFeatures.id, [...ids])));
}

/** Of a view; of its versions before `number` where one is given. */
export async function deleteOnline(
  tx: Sql,
  tenantId: string,
  viewId: string,
  number?: number,
): Promise<void> {
  await tx
    .delete(onlineFeatures)
    .where(
      and(
        eq(onlineFeatures.tenantId, tenantId),
        eq(onlineFeatures.viewId, viewId),
        number === undefined ? undefined : lt(onlineFeatures.number, number),
      ),
    );
}
