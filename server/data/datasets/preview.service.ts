import type { JsonValue, RowSet } from '@stroma/kernel';
import { quoteIdentifier, type RejectedRow, type SqlSandbox, type SqlSource } from '@stroma/lake';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { requireWhole, type SeenDataset } from './dataset-visibility.ts';
import type { VersionRow } from './datasets.store.ts';
import type { LakeDocuments } from './lake-documents.ts';

export interface Window {
  limit: number;
  offset: number;
}

/** Rows of a version as a person pages through them. */
export class Previews {
  readonly #sandbox: SqlSandbox;
  readonly #documents: LakeDocuments;

  constructor(sandbox: SqlSandbox, documents: LakeDocuments) {
    this.#sandbox = sandbox;
    this.#documents = documents;
  }

  /** In file order, or by one column (`-` before it for descending) with missing values last. */
  async rows(
    ctx: Context,
    seen: SeenDataset,
    query: Window & { sort?: string | undefined },
  ): Promise<RowSet & { total_rows: number }> {
    const { version } = seen;
    const order = orderOf(version, query.sort);
    const sql = `SELECT * FROM dataset${order} LIMIT ${query.limit} OFFSET ${query.offset}`;
    const files = await this.#documents.paths(version);
    const source = { name: 'dataset', ...files, restriction: seen.restriction ?? undefined };
    const { columns, rows } = await this.#read(ctx, sql, source, query.limit);
    return { columns, rows, total_rows: version.rows };
  }

  async rejects(
    ctx: Context,
    seen: SeenDataset,
    { limit, offset }: Window,
  ): Promise<{ items: RejectedRow[]; total: number }> {
    requireWhole(seen, 'rejected lines');
    const { version } = seen;
    if (version.rejectedRows === 0) return { items: [], total: 0 };
    const path = await this.#documents.path(version, 'rejects.parquet');
    const sql = `SELECT line, reason, raw FROM dataset ORDER BY line LIMIT ${limit} OFFSET ${offset}`;
    const { rows } = await this.#read(ctx, sql, { name: 'dataset', path }, limit);
    const items = rows.map(([line, reason, raw]) => ({
      line: Number(line),
      reason: String(reason),
      raw: String(raw),
    }));
    return { items, total: version.rejectedRows };
  }

  async #read(
    ctx: Context,
    sql: string,
    source: SqlSource,
    maxRows: number,
  ): Promise<{ columns: RowSet['columns']; rows: JsonValue[][] }> {
    return this.#sandbox.query(sql, [source], {
      limits: { maxRows },
      signal: ctx.signal,
      caller: `preview:${ctx.actor.id}`,
    });
  }
}

function orderOf(version: VersionRow, sort: string | undefined): string {
  if (sort === undefined || sort === '') return '';
  const names = new Set(version.columns.map((column) => column.name));
  const descending = !names.has(sort) && sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  if (!names.has(name))
    fail('INVALID_INPUT', `Expected one of the columns to sort by, got "${name.slice(0, 100)}".`, {
      field: 'sort',
    });
  return ` ORDER BY ${quoteIdentifier(name)} ${descending ? 'DESC' : 'ASC'} NULLS LAST`;
}
