import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DatasetProfile } from '@stroma/contracts';
import { fileStem, type TableProfile } from '@stroma/kernel';
import type { IngestOverrides, IngestReport, TableJoin } from '@stroma/lake';
import type { RunningCommand } from '../commands.ts';
import type { SourceFile } from '../source-files.ts';
import { nameTables } from '../table-names.ts';

/** A file read into Parquet in this process. */
export interface LocalTable {
  datasetId: string;
  versionId: string;
  /** What people call it. */
  label: string;
  /** The name in questions, and all names in SQL. */
  name: string;
  names: string[];
  parquet: string;
  report: IngestReport;
  ms: number;
}

/** Reads files one after another into `folder`. Throws the errors of `ingestFile`, with `details.file`. */
export async function readTables(
  files: readonly SourceFile[],
  overrides: IngestOverrides,
  folder: string,
  running: RunningCommand,
): Promise<LocalTable[]> {
  const names = nameTables(files.map((file) => file.fileName));
  const tables: LocalTable[] = [];
  for (const [index, file] of files.entries()) {
    const read = await readTable(file, overrides, join(folder, String(index)), running);
    tables.push({ ...read, ...(names[index] ?? { name: 'dataset', names: ['dataset'] }) });
  }
  return tables;
}

export async function readTable(
  file: SourceFile,
  overrides: IngestOverrides,
  outputFolder: string,
  { output, signal }: RunningCommand,
): Promise<Omit<LocalTable, 'name' | 'names'>> {
  const { ingestFile } = await import('@stroma/lake');
  const began = performance.now();
  const report = await ingestFile({
    sourcePath: file.path,
    fileName: file.fileName,
    outputFolder,
    overrides,
    signal,
    onProgress: (fraction, phase) => output.progress(fraction, `${file.fileName}: ${phase}`),
  });
  return {
    datasetId: contentId('ds', report.content_sha256),
    versionId: contentId('ver', report.content_sha256),
    label: fileStem(file.fileName),
    parquet: join(outputFolder, 'data.parquet'),
    report,
    ms: Math.round(performance.now() - began),
  };
}

/** An id the content determines: a UUIDv8 (RFC 9562, 5.8) of its hash. */
function contentId(prefix: string, sha256: string): string {
  const bytes = createHash('sha256').update(sha256).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${prefix}_${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`;
}

export async function profileTable(
  table: LocalTable,
  folder: string,
  running: RunningCommand,
): Promise<TableProfile> {
  const { profileParquet } = await import('@stroma/lake');
  return profileParquet(table.parquet, {
    tempFolder: join(folder, 'spill'),
    signal: running.signal,
    rejectedRows: table.report.rejected_rows,
    onProgress: (fraction) => running.output.progress(fraction, `${table.label}: profiling`),
  });
}

export interface ProfiledTable extends LocalTable {
  profile: TableProfile;
}

export const opposite: Record<TableJoin['kind'], TableJoin['kind']> = {
  one_to_one: 'one_to_one',
  one_to_many: 'many_to_one',
  many_to_one: 'one_to_many',
  many_to_many: 'many_to_many',
};

export interface OrientedJoin {
  column: string;
  other: ProfiledTable;
  other_column: string;
  overlap: number;
  kind: TableJoin['kind'];
}

/** The columns that join each table to the others, as seen from it. */
export async function joinsOf(tables: readonly ProfiledTable[]): Promise<Map<ProfiledTable, OrientedJoin[]>> {
  const byTable = new Map<ProfiledTable, OrientedJoin[]>(tables.map((table) => [table, []]));
  if (tables.length < 2) return byTable;
  const { findJoins } = await import('@stroma/lake');
  const byName = new Map(tables.map((table) => [table.name, table]));
  const found = await findJoins(
    tables.map(({ name, profile, parquet }) => ({ id: name, profile, path: parquet })),
  );
  for (const { left, left_column, right, right_column, overlap, kind } of found) {
    const [a, b] = [byName.get(left), byName.get(right)];
    if (!a || !b) continue;
    byTable.get(a)?.push({ column: left_column, other: b, other_column: right_column, overlap, kind });
    byTable
      .get(b)
      ?.push({ column: right_column, other: a, other_column: left_column, overlap, kind: opposite[kind] });
  }
  return byTable;
}

/** The document the API gives. Provenance is kept by a server only: the version's content is all there is here. */
export function profileDocument(table: ProfiledTable, joins: readonly OrientedJoin[]): DatasetProfile {
  return {
    dataset_id: table.datasetId,
    version_id: table.versionId,
    ...table.profile,
    candidate_joins: joins.map(({ column, other, other_column, overlap, kind }) => ({
      column,
      other_dataset_id: other.datasetId,
      other_name: other.label,
      other_column,
      overlap,
      kind,
    })),
    provenance_id: table.versionId,
  };
}
