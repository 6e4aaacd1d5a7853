import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PredictionRow } from '@stroma/contracts';
import { copyRestricted, openDuckDb, quoteIdentifier as q, quoteLiteral } from '@stroma/lake';
import type { TableTask } from '../training/learning-table.ts';

export interface JoinOutcomesTask {
  table: Omit<TableTask, 'columns'>;
  key: string;
  observed: string;
  /** A date or a timestamp; null where the dataset does not say when. */
  observedAt: string | null;
  /** The dataset's key is a whole number of any size. */
  isWhole: boolean;
  /** Predictions as they were kept, with what the key is called in their rows. */
  logged: { ids: readonly string[]; said: readonly string[]; rowKey: string };
}

export interface JoinedOutcomes {
  matched: { prediction_id: string; observed: string | number | boolean; observed_at: string | null }[];
  /** Keys with different values: of these nothing is taken. */
  ambiguous: number;
}

type Value = { observed: string | number | boolean; at: number | null } | null;

/** Outcomes of a dataset for predictions whose rows name the same key. */
export async function joinTask({
  table,
  key,
  observed,
  observedAt,
  isWhole,
  logged,
}: JoinOutcomesTask): Promise<JoinedOutcomes> {
  await mkdir(table.folder, { recursive: true, mode: 0o700 });
  using db = await openDuckDb({
    memoryMb: table.memoryMb,
    threads: 2,
    tempFolder: join(table.folder, 'spill'),
  });
  const seen = table.restriction === null ? table.parquet : join(table.folder, 'seen.parquet');
  if (table.restriction !== null) await copyRestricted(db, table.parquet, table.restriction, seen);
  const wanted = new Map<string, string[]>();
  logged.said.forEach((text, at) => {
    const { row } = JSON.parse(text) as { row: PredictionRow };
    const value = Object.hasOwn(row, logged.rowKey) ? row[logged.rowKey] : null;
    if (value === null || value === undefined) return;
    const ids = wanted.get(String(value)) ?? [];
    ids.push(logged.ids[at] as string);
    wanted.set(String(value), ids);
  });
  const moment = observedAt === null ? 'NULL' : `epoch_ms(CAST(${q(observedAt)} AS TIMESTAMP))`;
  const rows = await db.rows(
    `SELECT ${isWhole ? `CAST(${q(key)} AS VARCHAR)` : q(key)}, ${q(observed)}, ${moment}
     FROM read_parquet(${quoteLiteral(seen)}) WHERE ${q(key)} IS NOT NULL AND ${q(observed)} IS NOT NULL`,
  );
  const found = new Map<string, Value>();
  for (const [name, value, at] of rows) {
    const own = String(name);
    if (!wanted.has(own)) continue;
    const plain = typeof value === 'bigint' ? Number(value) : (value as string | number | boolean);
    const known = found.get(own);
    if (known === undefined) found.set(own, { observed: plain, at: at === null ? null : Number(at) });
    else if (known !== null && known.observed !== plain) found.set(own, null);
  }
  return {
    matched: [...found].flatMap(([own, value]) =>
      value === null
        ? []
        : (wanted.get(own) ?? []).map((prediction_id) => ({
            prediction_id,
            observed: value.observed,
            observed_at: value.at === null ? null : new Date(value.at).toISOString(),
          })),
    ),
    ambiguous: [...found.values()].filter((value) => value === null).length,
  };
}
