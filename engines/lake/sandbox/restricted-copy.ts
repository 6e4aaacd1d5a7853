import { type DuckDb, quoteLiteral } from '../duckdb.ts';
import { type Restriction, restrictedSelect } from './restriction.ts';

/** Writes what may be seen of a Parquet file as another. A column the restriction names and the file lacks fails it. */
export async function copyRestricted(
  db: DuckDb,
  path: string,
  restriction: Restriction,
  target: string,
): Promise<void> {
  const relation = `read_parquet(${quoteLiteral(path)})`;
  const columns = (await db.rows(`DESCRIBE SELECT * FROM ${relation}`)).map(([name, type]) => ({
    name: String(name),
    sqlType: String(type),
  }));
  await db.run(
    `COPY (${restrictedSelect(relation, columns, restriction)}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}
