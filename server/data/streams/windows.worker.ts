import type { TopicColumn, WindowKind } from '@stroma/contracts';
import { openDuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { serveTask } from '../../platform/threads/serve-task.ts';
import { landedSelect } from './landed-sql.ts';

export interface AssignInput {
  columns: readonly TopicColumn[];
  kind: WindowKind;
  sizeMs: number;
  slideMs: number;
  sessionKey: string | null;
  /** Parquet of the events that were kept open before; null for none. */
  state: string | null;
  /** New ones as lines of JSON, with `event_ms`; null for none. */
  events: string | null;
  /** Windows that end up to here are closed and are not made again. */
  closedUntilMs: number | null;
  /** Windows that end up to here close now. */
  watermarkMs: number | null;
  nextState: string;
  assigned: string;
  memoryMb: number;
}

export interface AssignOutput {
  /** Events of windows that stay open, and the lowest offset among them. */
  open: number;
  lowestOffset: number | null;
}

/** Puts events to the windows they fall into. A window is from its start up to, not with, its end. */
serveTask(async (input: AssignInput): Promise<AssignOutput> => {
  using db = await openDuckDb({ memoryMb: input.memoryMb, threads: 1, tempFolder: null });
  const sources = [
    ...(input.state === null ? [] : [`SELECT * FROM read_parquet(${quoteLiteral(input.state)})`]),
    ...(input.events === null ? [] : [landedSelect(input.events, input.columns, true)]),
  ];
  await db.run(`CREATE TEMP TABLE events AS ${sources.join(' UNION ALL ')}`);
  await db.run(`CREATE TEMP TABLE assigned AS ${assignment(input)}`);
  const after = `window_end_ms > ${input.closedUntilMs ?? '-9000000000000'}`;
  const moment = (name: string) => `make_timestamp(${name}_ms * 1000) AS ${name}`;
  await db.run(
    `COPY (SELECT * EXCLUDE (event_ms, window_start_ms, window_end_ms), ${moment('window_start')}, ${moment('window_end')}
       FROM assigned WHERE ${after}) TO ${quoteLiteral(input.assigned)} (FORMAT parquet)`,
  );
  const open = `window_end_ms > ${input.watermarkMs ?? '-9000000000000'}`;
  await db.run(
    `COPY (SELECT * FROM events WHERE event_offset IN (SELECT event_offset FROM assigned WHERE ${open}) ORDER BY event_offset)
       TO ${quoteLiteral(input.nextState)} (FORMAT parquet)`,
  );
  const [count, lowest] = await db.row(
    `SELECT count(*), min(event_offset) FROM read_parquet(${quoteLiteral(input.nextState)})`,
  );
  return { open: Number(count), lowestOffset: lowest === null ? null : Number(lowest) };
});

function assignment({ kind, sizeMs, slideMs, sessionKey }: AssignInput): string {
  if (kind === 'session') return sessions(sizeMs, sessionKey);
  const step = kind === 'sliding' ? slideMs : sizeMs;
  const last = `event_ms - ((event_ms % ${step}) + ${step}) % ${step}`;
  const starts =
    kind === 'tumbling'
      ? `SELECT *, ${last} AS window_start_ms FROM events`
      : `SELECT *, unnest(generate_series(${last} - ${Math.ceil(sizeMs / step - 1) * step}, ${last}, ${step})) AS window_start_ms FROM events`;
  return `SELECT *, window_start_ms + ${sizeMs} AS window_end_ms FROM (${starts}) WHERE window_start_ms + ${sizeMs} > event_ms`;
}

/** A session ends one silence after its last event. */
function sessions(gapMs: number, key: string | null): string {
  const by = key === null ? '' : `PARTITION BY ${quoteIdentifier(key)}`;
  const byNumber = key === null ? 'PARTITION BY session_number' : `${by}, session_number`;
  return `
    SELECT * EXCLUDE (session_number, session_begins),
      min(event_ms) OVER (${byNumber}) AS window_start_ms,
      max(event_ms) OVER (${byNumber}) + ${gapMs} AS window_end_ms
    FROM (
      SELECT *, sum(session_begins) OVER (${by} ORDER BY event_ms, event_offset ROWS UNBOUNDED PRECEDING) AS session_number
      FROM (
        SELECT *, CASE WHEN event_ms - lag(event_ms) OVER (${by} ORDER BY event_ms, event_offset) < ${gapMs} THEN 0 ELSE 1 END AS session_begins
        FROM events
      )
    )`;
}
