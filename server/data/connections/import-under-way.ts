import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { RunningJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetVisibility } from '../datasets/dataset-visibility.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import type { ConnectionRow } from './connections.store.ts';
import type { ImportInput } from './imports.input.ts';
import type { ImportRow } from './imports.store.ts';
import type { Sources } from './sources.ts';

export interface ImportWalls {
  platform: Platform;
  audit: Audit;
  sources: Sources;
  visibility: DatasetVisibility;
  documents: LakeDocuments;
}

/** One import under way. */
export interface ImportUnderWay {
  input: ImportInput;
  ctx: Context;
  job: RunningJob;
  row: ImportRow;
  connection: ConnectionRow;
  /** The dataset that gets the version; null makes one. */
  target: DatasetWithVersion | null;
  folder: string;
  startedAt: Date;
  /** Of a folder: what its files are known by, and whether some of them were not read again. */
  files: { seen: Record<string, string | null>; partial: boolean } | null;
}

/** Rows of JSON leave fields out, and a window of them, or some files of a folder, need not show all that there are. */
export const isLoose = ({ connection: { settings }, row: { mode }, files }: ImportUnderWay): boolean =>
  (settings.kind === 'http_json' && mode === 'incremental') || files?.partial === true;

/** Whether what comes is added to the version there is. */
export const isAdding = ({ row: { mode }, target, files }: ImportUnderWay): boolean =>
  target !== null && (mode === 'incremental' || files?.partial === true);
