import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, max, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sealed } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { outcomes } from '../monitoring/monitoring.tables.ts';
import { challengePredictions, challenges } from './challenges.tables.ts';

export type ChallengeRow = typeof challenges.$inferSelect;
export type ChallengePredictionRow = typeof challengePredictions.$inferSelect;

const mine = (tenantId: string, id: string) => and(eq(challenges.tenantId, tenantId), eq(challenges.id, id));

export async function insertChallenge(tx: Sql, row: ChallengeRow): Promise<void> {
  await tx.insert(challenges).values(row);
}

export async function findChallenge(db: Sql, tenantId: string, id: string): Promise<ChallengeRow | null> {
  const [row] = await db.select().from(challenges).where(mine(tenantId, id)).limit(1);
  return row ?? null;
}

export async function findRunning(db: Sql, tenantId: string, modelId: string): Promise<ChallengeRow | null> {
  const [row] = await db
    .select()
    .from(challenges)
    .where(
      and(
        eq(challenges.tenantId, tenantId),
        eq(challenges.modelId, modelId),
        eq(challenges.status, 'running'),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** Of every organisation. */
export const listRunning = (db: Sql): Promise<{ id: string; tenantId: string }[]> =>
  db
    .select({ id: challenges.id, tenantId: challenges.tenantId })
    .from(challenges)
    .where(eq(challenges.status, 'running'));

export async function listChallenges(
  db: Sql,
  ctx: Context,
  modelId: string,
  query: { before: string | undefined; limit: number },
): Promise<ChallengeRow[]> {
  return db
    .select()
    .from(challenges)
    .where(
      and(
        eq(challenges.tenantId, ctx.actor.tenantId),
        eq(challenges.modelId, modelId),
        query.before === undefined ? undefined : lt(challenges.id, query.before),
      ),
    )
    .orderBy(desc(challenges.id))
    .limit(query.limit);
}

export async function updateChallenge(
  db: Sql,
  tenantId: string,
  id: string,
  change: Partial<ChallengeRow>,
): Promise<void> {
  await db.update(challenges).set(change).where(mine(tenantId, id));
}

export type Counted = Pick<
  ChallengeRow,
  | 'championRows'
  | 'challengerRows'
  | 'lost'
  | 'compared'
  | 'agreed'
  | 'differenceSum'
  | 'differenceAbsolute'
  | 'differenceLargest'
>;

/** Added to what was counted before, whoever counts beside. */
export async function addCounts(tx: Sql, tenantId: string, id: string, add: Counted): Promise<void> {
  await tx
    .update(challenges)
    .set({
      championRows: sql`${challenges.championRows} + ${add.championRows}`,
      challengerRows: sql`${challenges.challengerRows} + ${add.challengerRows}`,
      lost: sql`${challenges.lost} + ${add.lost}`,
      compared: sql`${challenges.compared} + ${add.compared}`,
      agreed: sql`${challenges.agreed} + ${add.agreed}`,
      differenceSum: sql`${challenges.differenceSum} + ${add.differenceSum}`,
      differenceAbsolute: sql`${challenges.differenceAbsolute} + ${add.differenceAbsolute}`,
      differenceLargest: sql`greatest(${challenges.differenceLargest}, ${add.differenceLargest})`,
    })
    .where(mine(tenantId, id));
}

export async function insertChallengePredictions(
  tx: Sql,
  rows: readonly ChallengePredictionRow[],
): Promise<void> {
  if (rows.length > 0) await tx.insert(challengePredictions).values([...rows]);
}

/** Newest first. */
export async function listChallengePredictions(
  db: Sql,
  tenantId: string,
  challengeId: string,
  query: { before: string | undefined; limit: number },
): Promise<ChallengePredictionRow[]> {
  return db
    .select()
    .from(challengePredictions)
    .where(
      and(
        eq(challengePredictions.tenantId, tenantId),
        eq(challengePredictions.challengeId, challengeId),
        query.before === undefined ? undefined : lt(challengePredictions.id, query.before),
      ),
    )
    .orderBy(desc(challengePredictions.id))
    .limit(query.limit);
}

export type KnownOutcome = Pick<
  ChallengePredictionRow,
  'id' | 'arm' | 'unit' | 'said' | 'sealed' | 'countedAt'
> & {
  observed: Sealed<'observed'>;
  recordedAt: Date;
};

/** Predictions whose outcome is known and was not counted, those first whose outcome became known first. */
export const uncountedOutcomes = (
  db: Sql,
  tenantId: string,
  challengeId: string,
  limit: number,
): Promise<KnownOutcome[]> =>
  knownOutcomes(db, tenantId, challengeId, {
    where: isNull(challengePredictions.countedAt),
    order: [asc(outcomes.recordedAt), asc(challengePredictions.id)],
    limit,
  });

/** Those that were counted, in the order in which they were. */
export const countedOutcomes = (
  db: Sql,
  tenantId: string,
  challengeId: string,
  after: Pick<KnownOutcome, 'id' | 'countedAt'> | null,
  limit: number,
): Promise<KnownOutcome[]> => {
  const { countedAt, id } = challengePredictions;
  const behind =
    after?.countedAt == null
      ? undefined
      : or(gt(countedAt, after.countedAt), and(eq(countedAt, after.countedAt), gt(id, after.id)));
  return knownOutcomes(db, tenantId, challengeId, {
    where: and(isNotNull(countedAt), behind),
    order: [asc(countedAt), asc(id)],
    limit,
  });
};

/** Of each challenge, when an outcome it had counted was corrected last; without those of which none was. */
export async function newestCorrections(
  db: Sql,
  tenantId: string,
  challengeIds: readonly string[],
): Promise<Map<string, Date>> {
  if (challengeIds.length === 0) return new Map();
  const rows = await db
    .select({ id: challengePredictions.challengeId, at: max(outcomes.recordedAt) })
    .from(challengePredictions)
    .innerJoin(outcomes, eq(outcomes.id, challengePredictions.id))
    .where(
      and(
        eq(challengePredictions.tenantId, tenantId),
        inArray(challengePredictions.challengeId, [...challengeIds]),
        gt(outcomes.recordedAt, challengePredictions.countedAt),
      ),
    )
    .groupBy(challengePredictions.challengeId);
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at]])));
}

async function knownOutcomes(
  db: Sql,
  tenantId: string,
  challengeId: string,
  { where, order, limit }: { where: SQL | undefined; order: SQL[]; limit: number },
): Promise<KnownOutcome[]> {
  const rows = await db
    .select({
      id: challengePredictions.id,
      arm: challengePredictions.arm,
      unit: challengePredictions.unit,
      said: challengePredictions.said,
      sealed: challengePredictions.sealed,
      observed: outcomes.observed,
      outcomeSealed: outcomes.sealed,
      recordedAt: outcomes.recordedAt,
      countedAt: challengePredictions.countedAt,
    })
    .from(challengePredictions)
    .innerJoin(outcomes, eq(outcomes.id, challengePredictions.id))
    .where(
      and(
        eq(challengePredictions.tenantId, tenantId),
        eq(challengePredictions.challengeId, challengeId),
        where,
      ),
    )
    .orderBy(...order)
    .limit(limit);
  return rows.map(({ observed, outcomeSealed, ...row }) => ({
    ...row,
    observed: { observed, sealed: outcomeSealed },
  }));
}

/** Those of the units one prediction of which was counted. */
export async function countedUnits(
  db: Sql,
  tenantId: string,
  challengeId: string,
  units: readonly string[],
): Promise<Set<string>> {
  if (units.length === 0) return new Set();
  const rows = await db
    .selectDistinct({ unit: challengePredictions.unit })
    .from(challengePredictions)
    .where(
      and(
        eq(challengePredictions.tenantId, tenantId),
        eq(challengePredictions.challengeId, challengeId),
        inArray(challengePredictions.unit, [...units]),
        isNotNull(challengePredictions.countedAt),
      ),
    );
  return new Set(rows.map(({ unit }) => unit));
}

export async function markCounted(
  tx: Sql,
  tenantId: string,
  ids: readonly string[],
  countedAt: Date,
): Promise<void> {
  await tx
    .update(challengePredictions)
    .set({ countedAt })
    .where(and(eq(challengePredictions.tenantId, tenantId), inArray(challengePredictions.id, [...ids])));
}
