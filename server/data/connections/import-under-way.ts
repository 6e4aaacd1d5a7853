import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { RunningJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetVisibility } from '../datasets/dataset-visibility.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import type { ConnectionRow } from './connections.store.ts';
import type { ImportInput } from './imports.input.ts';
import type { ImportRow } from './imports.store.ts';
import type { Sources } from './sources.ts';

export interface ImportWalls {
  platform: Platform;
  audit: Audit;
  sources: Sources;
  visibility: DatasetVisibility;
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
}

/** Rows of JSON leave fields out, and a window of them need not show all that there are. */
export const isLoose = ({ settings }: ConnectionRow, { mode }: ImportRow): boolean =>
  settings.kind === 'http_json' && mode === 'incremental';
