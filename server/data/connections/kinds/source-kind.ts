import type { SourceColumn, SourceSelection, SourceTable } from '@stroma/contracts';
import type { Config } from '../../../platform/config/config.ts';
import type { Outgoing } from '../../../platform/http/outgoing.ts';
import type { Threads } from '../../../platform/threads/threads.ts';

/** A column on its way in. Its values are staged as text, or null. */
export interface StagedColumn extends SourceColumn {
  /**
   * DuckDB types the text is read as, the first that all values fit; `NUMERIC` for the narrowest decimal. Where none
   * fits, a column of one type keeps it and loses the values that do not fit; one of several becomes text.
   */
  sqlTypes: readonly string[];
}

/** Rows from `from` on, all where it is null. */
export interface Window {
  column: string;
  from: string | null;
}

export type Staged =
  | { kind: 'grid'; path: string; columns: StagedColumn[]; rows: number }
  /** Files in formats that say what they hold, of one shape. */
  | {
      kind: 'files';
      files: { path: string; name: string }[];
      rows: number | null;
      /** Of a folder, what each of its files is known by; null for one that tells nothing of itself. */
      seen?: Record<string, string | null>;
      /** Files that were read before are left out. */
      partial?: boolean;
    };

/** Files of a folder that were read before, by what each was known by then. */
export interface ReadBefore {
  files: Readonly<Record<string, string | null>>;
  /** Rows are only ever added: a file that is gone, or has changed, takes none away. */
  adding: boolean;
}

export interface FetchOrder {
  selection: SourceSelection;
  window: Window | null;
  /** For a folder of files: those that have not changed need not come again. */
  before?: ReadBefore | null;
  /** On local disk, the caller's; everything is put there. */
  folder: string;
  /** `rows` so far. */
  onRows(rows: number): void;
}

export interface Preview {
  columns: StagedColumn[];
  rows: unknown[][];
}

/** One source, reached. Whatever it throws is a StromaError with a code and words of its own. */
export interface OpenSource {
  /** What answered. */
  readonly server: string;
  readonly encrypted: boolean;
  schemas(): Promise<string[]>;
  /** In the order of their names, at most 10,000; of every schema where none is named. */
  tables(schema: string | undefined): Promise<SourceTable[]>;
  preview(selection: SourceSelection, limit: number): Promise<Preview>;
  /** Constant in memory. Throws FILE_TOO_LARGE past what a file that is sent may be. */
  fetch(order: FetchOrder): Promise<Staged>;
  close(): Promise<void>;
}

/** What a source is reached with. */
export interface Means {
  outgoing: Outgoing;
  threads: Threads;
  config: Pick<Config, 'STROMA_UPLOAD_LIMIT_BYTES' | 'STROMA_SQLITE_FOLDERS'>;
  /** Path of a file that was sent for a connection. Throws SOURCE_DATABASE_MISSING. */
  sentFile(fileId: string): Promise<string>;
  /** A folder of one's own, for what is read aside. */
  scratch(): Promise<string>;
  /** Of the request or job. */
  signal: AbortSignal;
  /** How long one answer may take. */
  timeoutMs: number;
}

export const mostTables = 10_000;
