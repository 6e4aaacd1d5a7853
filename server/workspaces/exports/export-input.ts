import type { Dashboard, ExportFormat, TileResult } from '@stroma/contracts';

/** What a file says about itself. */
export interface ExportNotes {
  exportId: string;
  organisation: string;
  madeBy: string;
  madeAt: string;
  software: string;
  /** Filters, time range and variables in words, one a line. */
  filters: string[];
  /** Dataset, version and its id. */
  datasets: { name: string; number: number; versionId: string }[];
  /** First digits of the SHA-256 of each tile's query. */
  queries: { title: string; sha256: string }[];
}

export interface ExportInput {
  format: ExportFormat;
  board: Pick<Dashboard, 'name' | 'description' | 'revision' | 'dashboard_id' | 'tiles'>;
  results: TileResult[];
  scheme: 'light' | 'dark';
  /** Pixels. */
  width: number;
  notes: ExportNotes;
  /** Folder of font files. */
  fonts: string;
}

/** Bytes, or for a PDF what its template sets. */
export type ExportOutput =
  | { kind: 'file'; bytes: Uint8Array<ArrayBuffer>; extension: string; contentType: string }
  | { kind: 'print'; document: Record<string, unknown> };
