import type { MetricNumber } from '@stroma/contracts';
import { and, asc, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import type { ExperimentRow, ViewOf } from './experiments.store.ts';
import {
  experiments,
  metricPoints,
  runInputs,
  runMetrics,
  runParams,
  runs,
  runTags,
} from './experiments.tables.ts';

export type RunRow = typeof runs.$inferSelect;
export type InputRow = typeof runInputs.$inferSelect;

export interface FoundRun {
  run: RunRow;
  experiment: ExperimentRow;
}

export interface Point {
  key: string;
  step: number;
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

/** What was logged to a run, beside its points. */
export interface Logged {
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, Omit<Point, 'key'>>;
  inputs: InputRow[];
}

const ofTenant = (ctx: Context) => eq(runs.tenantId, ctx.actor.tenantId);

export async function insertRun(tx: Sql, row: RunRow): Promise<void> {
  await tx.insert(runs).values(row);
}

export async function findRuns(db: Sql, ctx: Context, ids: readonly string[]): Promise<FoundRun[]> {
  if (ids.length === 0) return [];
  return db
    .select({ run: runs, experiment: experiments })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(ofTenant(ctx), inArray(runs.id, [...ids])));
}

export async function updateRun(tx: Sql, ctx: Context, id: string, change: Partial<RunRow>): Promise<void> {
  await tx
    .update(runs)
    .set(change)
    .where(and(ofTenant(ctx), eq(runs.id, id)));
}

/** The row itself is held until the end of the transaction, so that a parameter gets one value. */
export async function lockRun(tx: Sql, ctx: Context, id: string): Promise<void> {
  await tx
    .select({ id: runs.id })
    .from(runs)
    .where(and(ofTenant(ctx), eq(runs.id, id)))
    .for('update');
}

export interface RunQuery {
  experimentIds: readonly string[] | null;
  conditions: readonly SQL[];
  order: readonly SQL[];
  view: ViewOf;
  reached: SQL | null;
  limit: number;
  offset: number;
}

/** A run whose experiment is deleted is deleted with it. */
export async function searchRuns(db: Sql, ctx: Context, query: RunQuery): Promise<FoundRun[]> {
  const { view, experimentIds } = query;
  const seen =
    view === 'all'
      ? undefined
      : view === 'active'
        ? and(isNull(runs.deletedAt), isNull(experiments.deletedAt))
        : or(isNotNull(runs.deletedAt), isNotNull(experiments.deletedAt));
  return db
    .select({ run: runs, experiment: experiments })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(
      and(
        ofTenant(ctx),
        seen,
        query.reached ?? undefined,
        experimentIds === null ? undefined : inArray(runs.experimentId, [...experimentIds]),
        ...query.conditions,
      ),
    )
    .orderBy(...query.order, desc(runs.startedAt), desc(runs.id))
    .limit(query.limit)
    .offset(query.offset);
}

export async function findLogged(
  db: Sql,
  ctx: Context,
  ids: readonly string[],
): Promise<Map<string, Logged>> {
  const found = new Map<string, Logged>(
    ids.map((id) => [id, { params: {}, tags: {}, metrics: {}, inputs: [] }]),
  );
  if (ids.length === 0) return found;
  const { tenantId } = ctx.actor;
  const wanted = [...ids];
  const [params, tags, metrics, inputs] = [
    await db
      .select()
      .from(runParams)
      .where(and(eq(runParams.tenantId, tenantId), inArray(runParams.runId, wanted)))
      .orderBy(asc(runParams.key)),
    await db
      .select()
      .from(runTags)
      .where(and(eq(runTags.tenantId, tenantId), inArray(runTags.runId, wanted)))
      .orderBy(asc(runTags.key)),
    await db
      .select()
      .from(runMetrics)
      .where(and(eq(runMetrics.tenantId, tenantId), inArray(runMetrics.runId, wanted)))
      .orderBy(asc(runMetrics.key)),
    await db
      .select()
      .from(runInputs)
      .where(and(eq(runInputs.tenantId, tenantId), inArray(runInputs.runId, wanted)))
      .orderBy(asc(runInputs.name), asc(runInputs.digest)),
  ];
  for (const { runId, key, value } of params) put(found.get(runId)?.params, key, value);
  for (const { runId, key, value } of tags) put(found.get(runId)?.tags, key, value);
  for (const { runId, key, step, at, value } of metrics)
    put(found.get(runId)?.metrics, key, { step, at, value });
  for (const input of inputs) found.get(input.runId)?.inputs.push(input);
  return found;
}

/** Keys are people's: one named `__proto__` is a key like any other. */
function put<V>(into: Record<string, V> | undefined, key: string, value: V): void {
  if (into !== undefined)
    Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

export async function findParams(
  tx: Sql,
  ctx: Context,
  runId: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await tx
    .select({ key: runParams.key, value: runParams.value })
    .from(runParams)
    .where(
      and(
        eq(runParams.tenantId, ctx.actor.tenantId),
        eq(runParams.runId, runId),
        inArray(runParams.key, [...keys]),
      ),
    );
  return new Map(rows.map(({ key, value }) => [key, value]));
}

export async function insertParams(
  tx: Sql,
  ctx: Context,
  runId: string,
  params: ReadonlyMap<string, string>,
): Promise<void> {
  const { tenantId } = ctx.actor;
  const rows = [...params].map(([key, value]) => ({ tenantId, runId, key, value }));
  if (rows.length > 0) await tx.insert(runParams).values(rows).onConflictDoNothing();
}

/** Null takes a tag away. */
export async function saveTags(
  tx: Sql,
  ctx: Context,
  runId: string,
  tags: ReadonlyMap<string, string | null>,
): Promise<void> {
  const { tenantId } = ctx.actor;
  const rows = [...tags].flatMap(([key, value]) => (value === null ? [] : [{ tenantId, runId, key, value }]));
  const gone = [...tags].flatMap(([key, value]) => (value === null ? [key] : []));
  if (rows.length > 0)
    await tx
      .insert(runTags)
      .values(rows)
      .onConflictDoUpdate({ target: [runTags.runId, runTags.key], set: { value: sql`excluded.value` } });
  if (gone.length > 0)
    await tx
      .delete(runTags)
      .where(and(eq(runTags.tenantId, tenantId), eq(runTags.runId, runId), inArray(runTags.key, gone)));
}

/** Adds points that are not there yet and moves the last value of each metric on. */
export async function insertPoints(
  tx: Sql,
  ctx: Context,
  runId: string,
  points: readonly Point[],
): Promise<void> {
  if (points.length === 0) return;
  const { tenantId } = ctx.actor;
  const rows = points.map((each) => ({ ...each, tenantId, runId }));
  await tx.insert(metricPoints).values(rows).onConflictDoNothing();
  const last = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const known = last.get(row.key);
    if (known === undefined || row.step > known.step || (row.step === known.step && row.at >= known.at))
      last.set(row.key, row);
  }
  await tx
    .insert(runMetrics)
    .values([...last.values()])
    .onConflictDoUpdate({
      target: [runMetrics.runId, runMetrics.key],
      set: { step: sql`excluded.step`, at: sql`excluded.at`, value: sql`excluded.value` },
      setWhere: sql`(excluded.step, excluded.at) >= (${runMetrics.step}, ${runMetrics.at})`,
    });
}

export async function countPoints(db: Sql, ctx: Context, runId: string): Promise<number> {
  const [row] = rowsOf<{ points: number }>(
    await db.execute(
      sql`select count(*)::int as points from ${metricPoints} where tenant_id = ${ctx.actor.tenantId} and run_id = ${runId}`,
    ),
  );
  return row?.points ?? 0;
}

/** In the order of steps, from a place in it. */
export async function listPoints(
  db: Sql,
  ctx: Context,
  runId: string,
  key: string,
  page: { limit: number; offset: number },
): Promise<Point[]> {
  return db
    .select({
      key: metricPoints.key,
      step: metricPoints.step,
      at: metricPoints.at,
      value: metricPoints.value,
    })
    .from(metricPoints)
    .where(
      and(
        eq(metricPoints.tenantId, ctx.actor.tenantId),
        eq(metricPoints.runId, runId),
        eq(metricPoints.key, key),
      ),
    )
    .orderBy(asc(metricPoints.step), asc(metricPoints.at), asc(metricPoints.value))
    .limit(page.limit)
    .offset(page.offset);
}

export async function saveInputs(tx: Sql, rows: readonly InputRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(runInputs)
    .values([...rows])
    .onConflictDoUpdate({
      target: [runInputs.runId, runInputs.name, runInputs.digest],
      set: { tags: sql`${runInputs.tags} || excluded.tags` },
    });
}

/** JSON has no word for these. */
export const metricNumberOf = (value: number): MetricNumber =>
  Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');

/** Of these runs those that are there, deleted ones too, in all organisations. */
export async function runsThere(db: Sql, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await db
    .select({ id: runs.id })
    .from(runs)
    .where(inArray(runs.id, [...new Set(ids)]));
  return found.map(({ id }) => id);
}
