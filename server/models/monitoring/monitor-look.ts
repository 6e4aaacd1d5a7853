import type { MonitorFindings } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ServedVersion } from '../serving/served-models.ts';
import type { LoggedStream } from './logged-stream.ts';
import type { Monitors, MonitorWalls } from './monitors.service.ts';
import type { MonitorRow } from './monitors.store.ts';
import type { Outcomes } from './outcomes.service.ts';

/** What a look takes. */
export interface CheckTools extends MonitorWalls {
  monitors: Monitors;
  outcomes: Outcomes;
  threads: Threads;
}

/** What was seen at one, with whose rights. */
export interface Looked {
  monitor: MonitorRow;
  owner: Context;
  found: ServedVersion;
  table: ReadableTable;
  stream: LoggedStream;
  findings: MonitorFindings | null;
  scheduled: boolean;
  startedAt: Date;
}
