import type { DatasetProfile } from '@stroma/contracts';
import { findJoins, type JoinTable, type Restriction, type TableJoin } from '@stroma/lake';
import type { SQL } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { clearanceOf, sensitivitiesWithin } from '../datasets/dataset-visibility.ts';
import { type DatasetWithVersion, findByVersions, recentDatasets } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { type PairRow, pairsOf, pairsWithin, savePair } from './joins.store.ts';
import type { StoredJoin } from './joins.tables.ts';

type CandidateJoin = DatasetProfile['candidate_joins'][number];

/** Joins of a dataset, and which of the other datasets have rules on who sees what of them. */
export interface FoundJoins {
  joins: CandidateJoin[];
  ruled: ReadonlyMap<string, DatasetWithVersion>;
}

/**
 * Joins without those that are counted over rows or values the reader does not see: an overlap with a column of one's
 * own would tell, guess by guess, what is hidden.
 */
export async function joinsSeen(
  { joins, ruled }: FoundJoins,
  own: Restriction | null,
  restrictionOf: (other: DatasetWithVersion) => Promise<Restriction | null>,
): Promise<CandidateJoin[]> {
  if (own === null && ruled.size === 0) return joins;
  const hidden = new Map<string, Restriction | null>();
  for (const [id, other] of ruled) hidden.set(id, await restrictionOf(other));
  return joins.filter(
    ({ column, other_dataset_id, other_column }) =>
      tellsNothing(own, column) && tellsNothing(hidden.get(other_dataset_id) ?? null, other_column),
  );
}

const tellsNothing = (restriction: Restriction | null, column: string): boolean =>
  restriction === null || (restriction.rows.length === 0 && !Object.hasOwn(restriction.masks, column));

/** Columns of two tables that hold the same values, named by table for the reader of questions. */
export interface NamedJoin {
  table: string;
  column: string;
  other_table: string;
  other_column: string;
  kind: StoredJoin['kind'];
}

/** Datasets a new one is compared with, the most recently changed first. */
const mostCompared = 30;

/** Which columns of which datasets fit each other. Found once for each pair of versions, then stored. */
export class Joins {
  readonly #platform: Pick<Platform, 'db'>;
  readonly #documents: LakeDocuments;

  constructor(platform: Pick<Platform, 'db'>, documents: LakeDocuments) {
    this.#platform = platform;
    this.#documents = documents;
  }

  /** What has been found so far with datasets that are there now and the asker may see, in their current version; strongest first. */
  async of(ctx: Context, { version }: DatasetWithVersion, reached: SQL | null = null): Promise<FoundJoins> {
    const pairs = (await pairsOf(this.#platform.db.sql, ctx, version.id)).filter(
      (pair) => pair.joins.length > 0,
    );
    if (pairs.length === 0) return { joins: [], ruled: new Map() };
    const otherIds = pairs.map((pair) => (pair.versionA === version.id ? pair.versionB : pair.versionA));
    const cleared = sensitivitiesWithin(clearanceOf(ctx.actor));
    const others = new Map(
      (await findByVersions(this.#platform.db.sql, ctx, otherIds, reached))
        .filter(({ dataset }) => cleared.includes(dataset.sensitivity))
        .map((item) => [item.version.id, item]),
    );
    const joins = pairs
      .flatMap((pair) => {
        const isA = pair.versionA === version.id;
        const other = others.get(isA ? pair.versionB : pair.versionA);
        return other ? pair.joins.map((join) => candidate(join, isA, other)) : [];
      })
      .sort((a, b) => b.overlap - a.overlap);
    const ruled = new Map(
      [...others.values()]
        .filter(({ dataset }) => dataset.rules.length > 0)
        .map((other) => [other.dataset.id, other]),
    );
    return { joins, ruled };
  }

  /** Joins among these datasets, both ways round; pairs nobody has compared yet are compared now. */
  async between(ctx: Context, datasets: DatasetWithVersion[]): Promise<NamedJoin[]> {
    const known = await pairsWithin(
      this.#platform.db.sql,
      ctx,
      datasets.map(({ version }) => version.id),
    );
    const joins: NamedJoin[] = [];
    for (const [index, one] of datasets.entries()) {
      for (const other of datasets.slice(index + 1)) {
        const [a, b] = inOrder(one, other);
        const pair =
          known.find((row) => row.versionA === a.version.id && row.versionB === b.version.id) ??
          (await this.#compare(ctx, a, b));
        joins.push(...pair.joins.flatMap((join) => [named(join, true, a, b), named(join, false, a, b)]));
      }
    }
    return joins;
  }

  /** Compares a dataset with the others of its tenant. */
  async findAll(
    ctx: Context,
    found: DatasetWithVersion,
    onProgress: (fraction: number) => void,
  ): Promise<number> {
    const { sql } = this.#platform.db;
    const known = new Set(
      (await pairsOf(sql, ctx, found.version.id)).flatMap((p) => [p.versionA, p.versionB]),
    );
    const others = (await recentDatasets(sql, ctx, mostCompared + 1)).filter(
      ({ version }) => version.id !== found.version.id && !known.has(version.id),
    );
    for (const [index, other] of others.entries()) {
      ctx.signal.throwIfAborted();
      const [a, b] = inOrder(found, other);
      await this.#compare(ctx, a, b);
      onProgress((index + 1) / others.length);
    }
    return others.length;
  }

  async #compare(ctx: Context, a: DatasetWithVersion, b: DatasetWithVersion): Promise<PairRow> {
    const [left, right] = await Promise.all([this.#table(a), this.#table(b)]);
    const joins = (await findJoins([left, right])).map((join) => stored(join, left, right));
    const pair = { versionA: a.version.id, versionB: b.version.id, joins };
    await savePair(this.#platform.db.sql, ctx, pair);
    return pair;
  }

  async #table({ version }: DatasetWithVersion): Promise<JoinTable> {
    const [profile, path] = await Promise.all([
      this.#documents.get(version, 'profile.json'),
      this.#documents.path(version, 'data.parquet'),
    ]);
    return { id: version.id, profile, path };
  }
}

function stored(join: TableJoin, left: JoinTable, right: JoinTable): StoredJoin {
  const leftDistinct = distinctOf(left, join.left_column);
  const rightDistinct = distinctOf(right, join.right_column);
  const shared = join.overlap * Math.min(leftDistinct, rightDistinct);
  return {
    column_a: join.left_column,
    column_b: join.right_column,
    overlap_a: Math.min(1, shared / leftDistinct),
    overlap_b: Math.min(1, shared / rightDistinct),
    kind: join.kind,
  };
}

const distinctOf = (table: JoinTable, name: string): number =>
  Math.max(1, table.profile.columns.find((column) => column.name === name)?.distinct ?? 1);

const turned: Record<StoredJoin['kind'], StoredJoin['kind']> = {
  one_to_one: 'one_to_one',
  one_to_many: 'many_to_one',
  many_to_one: 'one_to_many',
  many_to_many: 'many_to_many',
};

function candidate(join: StoredJoin, isA: boolean, other: DatasetWithVersion): CandidateJoin {
  return {
    column: isA ? join.column_a : join.column_b,
    other_dataset_id: other.dataset.id,
    other_name: other.dataset.name,
    other_column: isA ? join.column_b : join.column_a,
    overlap: isA ? join.overlap_a : join.overlap_b,
    kind: isA ? join.kind : turned[join.kind],
  };
}

function named(join: StoredJoin, fromA: boolean, a: DatasetWithVersion, b: DatasetWithVersion): NamedJoin {
  const [own, other] = fromA ? [a, b] : [b, a];
  return {
    table: own.dataset.tableName,
    column: fromA ? join.column_a : join.column_b,
    other_table: other.dataset.tableName,
    other_column: fromA ? join.column_b : join.column_a,
    kind: fromA ? join.kind : turned[join.kind],
  };
}

function inOrder(
  one: DatasetWithVersion,
  other: DatasetWithVersion,
): [DatasetWithVersion, DatasetWithVersion] {
  return one.version.id < other.version.id ? [one, other] : [other, one];
}
