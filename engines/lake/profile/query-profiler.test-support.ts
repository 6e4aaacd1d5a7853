import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnProfile, semanticTypes, type TableProfile } from '@stroma/kernel';
import { afterAll, beforeAll, expect } from 'vitest';
import { type DuckDb, openDuckDb, quoteLiteral } from '../duckdb.ts';
import { type ProfileOptions, profileParquet } from './profile-parquet.ts';

export interface QueryProfiler {
  rows(query: string): Promise<unknown[][]>;
  /** Writes what a query gives as Parquet and profiles it. */
  profileOf(query: string, options?: ProfileOptions & { rowGroup?: number }): Promise<TableProfile>;
}

/** An engine and a folder for the tests of one file, taken away after them. */
export function queryProfiler(): QueryProfiler {
  let folder: string;
  let db: DuckDb;
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stroma-profile-'));
    db = await openDuckDb({ memoryMb: 500, threads: 2, tempFolder: null });
  });
  afterAll(async () => {
    db.close();
    await rm(folder, { recursive: true });
  });
  return {
    rows: (query) => db.rows(query),
    profileOf: async (query, options) => {
      const path = join(folder, `${files++}.parquet`);
      const size = options?.rowGroup ? `, ROW_GROUP_SIZE ${options.rowGroup}` : '';
      await db.run(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet${size})`);
      return profileParquet(path, options);
    },
  };
}

export function column(profile: TableProfile, name: string): ColumnProfile {
  const found = profile.columns.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
}

/** Every column with every field, counts that add up, shares that are shares, nothing JSON would change. */
export function expectComplete(profile: TableProfile, names: readonly string[]): void {
  expect(profile.columns.map((entry) => entry.name)).toEqual(names);
  for (const entry of profile.columns) {
    expect(Object.values(entry)).not.toContain(undefined);
    expect(Object.keys(entry).toSorted()).toEqual(
      [
        'distinct',
        'histogram',
        'max',
        'mean',
        'min',
        'name',
        'null_share',
        'nulls',
        'outliers',
        'quantiles',
        'sd',
        'semantic',
        'skewness',
        'sql_type',
        'text_length',
        'top_values',
        'type',
        'unit',
      ].toSorted(),
    );
    if (entry.semantic !== null) expect(semanticTypes).toContain(entry.semantic);
    const binned = entry.histogram.reduce((sum, bin) => sum + bin.count, 0);
    if (entry.histogram.length > 0) expect(binned).toBe(profile.rows - entry.nulls);
  }
  for (const share of Object.values(profile.quality)) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
}
