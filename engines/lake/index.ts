/**
 * DuckDB and Parquet: reads files of any shape into typed Parquet, profiles them, and runs SQL nobody trusts.
 *
 *   ingestFile     a file -> data.parquet, rejects.parquet and a report of every decision
 *   profileParquet data.parquet -> TableProfile
 *   collectValues  data.parquet -> the distinct values of its text columns
 *   findJoins      profiles of several tables -> columns that join them
 *   SqlSandbox     SELECTs over Parquet files in child processes that can be killed
 */

export { nearestName } from '@stroma/kernel';
export { readColumns } from './column-reading.ts';
export { type DuckDb, type DuckDbLimits, openDuckDb, quoteIdentifier, quoteLiteral } from './duckdb.ts';
export { nameColumns } from './ingest/header-detection.ts';
export { type IngestRequest, ingestFile } from './ingest/ingest-file.ts';
export type { IngestLimits } from './ingest/ingest-limits.ts';
export * from './ingest/ingest-report.ts';
export { columnTypeOf } from './ingest/typed-conversion.ts';
export { type CollectOptions, collectValues } from './profile/column-values.ts';
export { type ProfileOptions, profileParquet } from './profile/profile-parquet.ts';
export { findJoins, type JoinTable, type TableJoin } from './profile/table-joins.ts';
export { copyRestricted, countRestricted } from './sandbox/restricted-copy.ts';
export {
  type ColumnMask,
  isRestricted,
  type Restriction,
  type RowCondition,
  type RowValue,
} from './sandbox/restriction.ts';
export {
  type RowFilter,
  type RowFilterOperator,
  type RowSelection,
  rowFilterProblem,
  rowSelectionSql,
} from './sandbox/row-filter.ts';
export {
  defaultSqlLimits,
  type SandboxLoad,
  type SqlCapabilities,
  type SqlEngine,
  type SqlError,
  type SqlJsonResult,
  type SqlLimits,
  type SqlOptions,
  type SqlResult,
  type SqlSource,
  type SqlWatch,
  type StatementWatch,
} from './sandbox/sql-engine.ts';
export { SqlSandbox, type SqlSandboxOptions } from './sandbox/sql-sandbox.ts';
