import type { Dataset, DatasetVersion } from '@stroma/contracts';
import type { DatasetWithVersion, VersionRow } from './datasets.store.ts';
import { isLetGo } from './version-parts.ts';

export function versionDocument(row: VersionRow): DatasetVersion {
  return {
    version_id: row.id,
    number: row.number,
    rows: row.rows,
    columns: row.columns,
    rejected_rows: row.rejectedRows,
    parquet_bytes: row.parquetBytes,
    source_bytes: row.sourceBytes,
    source_sha256: row.sourceSha256,
    content_sha256: row.contentSha256,
    overrides: row.overrides,
    warnings: row.warnings,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    provenance_id: row.provenanceId,
    ...(isLetGo(row) ? { rows_let_go: true } : {}),
  };
}

export function datasetDocument({ dataset, version }: DatasetWithVersion): Dataset {
  return {
    dataset_id: dataset.id,
    name: dataset.name,
    table_name: dataset.tableName,
    description: dataset.description,
    file_name: dataset.fileName,
    format: dataset.format,
    rows: version.rows,
    column_count: version.columns.length,
    rejected_rows: version.rejectedRows,
    quality_score: version.qualityScore,
    issue_count: version.issueCount,
    parquet_bytes: version.parquetBytes,
    sample: dataset.sample,
    sensitivity: dataset.sensitivity,
    version: versionDocument(version),
    version_count: dataset.versionCount,
    created_at: dataset.createdAt.toISOString(),
    updated_at: dataset.updatedAt.toISOString(),
    created_by: dataset.createdBy,
  };
}
