import { type DuckDb, quoteLiteral } from '../duckdb.ts';
import { type Restriction, restrictedSelect } from './restriction.ts';

/** Writes what may be seen of a Parquet file as another. A column the restriction names and the file lacks fails it. */
export async function copyRestricted(
  db: DuckDb,
  path: string,
  restriction: Restriction,
  target: string,
): Promise<void> {
  const seen = await selectOf(db, path, restriction);
  await db.run(`COPY (${seen}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`);
}

/** How many rows of a Parquet file may be seen. A column the restriction names and the file lacks fails it. */
export async function countRestricted(db: DuckDb, path: string, restriction: Restriction): Promise<number> {
  const [count] = await db.row(`SELECT count(*) FROM (${await selectOf(db, path, restriction)})`);
  return Number(count);
}

async function selectOf(db: DuckDb, path: string, restriction: Restriction): Promise<string> {
  const relation = `read_parquet(${quoteLiteral(path)})`;
  const columns = (await db.rows(`DESCRIBE SELECT * FROM ${relation}`)).map(([name, type]) => ({
    name: String(name),
    sqlType: String(type),
  }));
  return restrictedSelect(relation, columns, restriction);
}
