import type { IngestLimits } from './ingest-limits.ts';
import type { IngestOverrides, IngestWarning } from './ingest-report.ts';
import type { RejectLog } from './reject-log.ts';

/** What every step of one ingestion shares. */
export interface IngestContext {
  fileName: string;
  overrides: IngestOverrides;
  limits: IngestLimits;
  signal: AbortSignal | undefined;
  /** For temporary files; removed at the end, also after a failure. */
  workFolder: string;
  rejects: RejectLog;
  warnings: IngestWarning[];
  /** Adds a warning; a count of 0 adds none. */
  warn: (code: string, message: string, count: number) => void;
  progress: (fraction: number, phase: string) => void;
  /** Never lets the engine read a text file as it came. Both ways must give the same table. */
  alwaysRewrite: boolean;
}
