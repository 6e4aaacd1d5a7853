import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { JsonValue, RowSet } from '@stroma/kernel';
import { collectValues, findJoins, ingestFile, profileParquet } from '@stroma/lake';
import type { QuestionTable } from '../index.ts';

/** Real files read as a user's upload is: ingested, profiled, and open for SQL in one connection. */
export class QuestionTables implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stroma-questions-'));
  readonly loaded = new Map<string, QuestionTable>();
  private instance: DuckDBInstance | null = null;
  private readonly files = new Map<string, string>();

  async load(path: string, name = basename(path).replace(/\.\w+$/, '')): Promise<QuestionTable> {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    const outputFolder = join(this.folder, `t${this.loaded.size}`);
    mkdirSync(outputFolder);
    await ingestFile({
      sourcePath: path,
      fileName: basename(path),
      outputFolder,
      limits: { memoryMb: 1500, threads: 1 },
    });
    const parquet = join(outputFolder, 'data.parquet');
    const profile = await profileParquet(parquet, { threads: 1, memoryMb: 800 });
    const values = await collectValues(parquet);
    const table: QuestionTable = { name, label: name, profile, values };
    this.loaded.set(path, table);
    this.files.set(name, parquet);
    return table;
  }

  /** Several files as one database, with the keys that link them. */
  async loadDatabase(paths: string[]): Promise<QuestionTable[]> {
    const tables: QuestionTable[] = [];
    for (const path of paths) tables.push(await this.load(path));
    const joins = await findJoins(
      tables.map((table) => ({
        id: table.name,
        path: this.files.get(table.name) as string,
        profile: table.profile,
      })),
    );
    return tables.map((table) => ({
      ...table,
      joins: joins
        .filter((join) => join.left === table.name)
        .map((join) => ({
          column: join.left_column,
          other_table: join.right,
          other_column: join.right_column,
          kind: join.kind,
        })),
    }));
  }

  async run(sql: string, tables: string[]): Promise<RowSet> {
    this.instance ??= await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '600MB' });
    const connection = await this.instance.connect();
    try {
      // Once, in memory: to open its file for each of two thousand statements costs more than they do.
      for (const name of new Set(tables))
        await connection.run(
          `CREATE TABLE IF NOT EXISTS "${name.replaceAll('"', '""')}" AS SELECT * FROM '${this.files.get(name)}'`,
        );
      const reader = await connection.runAndReadAll(sql);
      const names = reader.columnNames();
      return {
        columns: names.map((name, index) => ({ name, type: typeOf(String(reader.columnType(index))) })),
        rows: reader.getRowsJson() as JsonValue[][],
      };
    } finally {
      connection.closeSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.instance?.closeSync();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function typeOf(sqlType: string): RowSet['columns'][number]['type'] {
  if (/INT/.test(sqlType)) return 'integer';
  if (/DOUBLE|FLOAT|DECIMAL/.test(sqlType)) return 'number';
  if (/^TIMESTAMP/.test(sqlType)) return 'timestamp';
  if (/^DATE/.test(sqlType)) return 'date';
  if (/BOOL/.test(sqlType)) return 'boolean';
  return 'text';
}
