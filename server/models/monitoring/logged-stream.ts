import { StromaError } from '@stroma/kernel';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { MonitorRow } from './monitors.store.ts';
import type { LoggedTexts } from './observed-rows.ts';
import type { Outcomes } from './outcomes.service.ts';
import { countLogged, idBehind, type LoggedRow, loggedAfter } from './outcomes.store.ts';

/** Predictions that are looked at at once, at most. */
export const mostLogged = 20_000;
const pageRows = 500;
const hourMs = 3_600_000;

export interface LoggedStream extends LoggedTexts {
  ids: string[];
  /** Of those there are; the rest was not drawn. */
  drawnShare: number;
  /** Behind which windows of so many rows are counted; null where there is nothing yet. */
  anchorId: string | null;
}

/** The least id that is made at this moment or later. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `prd_${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * The newest predictions of a version that its windows need. Windows of so many rows are counted from the first that was
 * kept, and what lies before those that are looked at is left behind whole windows at a time, so that they stay the same.
 */
export async function loggedStream(
  parts: ModelParts,
  outcomes: Outcomes,
  monitor: MonitorRow,
  number: number,
  now: Date,
): Promise<LoggedStream> {
  const { sql } = parts.platform.db;
  const { tenantId, modelId, window, windows } = monitor;
  let after = '';
  if (window.kind === 'count') {
    after = monitor.anchorNumber === number ? (monitor.anchorId ?? '') : '';
    const there = await countLogged(sql, tenantId, { modelId, number, after });
    const beyond = Math.floor(there / window.rows) - windows;
    if (beyond > 0)
      after =
        (await idBehind(sql, tenantId, { modelId, number, after, skip: beyond * window.rows })) ?? after;
  } else {
    const lengthMs = window.hours * hourMs;
    after = firstIdAt((Math.floor(now.getTime() / lengthMs) - windows + 1) * lengthMs);
  }
  const count = await countLogged(sql, tenantId, { modelId, number, after });
  const every = window.kind === 'time' ? Math.max(1, Math.ceil(count / mostLogged)) : 1;
  const rows = await openLogged(parts, outcomes, { tenantId, modelId, number, after }, (row) =>
    isDrawn(row.id, every),
  );
  return { ...rows, drawnShare: 1 / every, anchorId: after === '' ? null : after };
}

/** One of `every`, by the random end of its id: the same ones at every look. */
const isDrawn = (id: string, every: number): boolean =>
  every === 1 || Number.parseInt(id.slice(-8), 16) % every === 0;

/** Whose outcome is known, of every version of a model, the newest. */
export async function labelledStream(
  parts: ModelParts,
  outcomes: Outcomes,
  { tenantId, modelId }: Pick<MonitorRow, 'tenantId' | 'modelId'>,
  since: Date,
): Promise<LoggedTexts> {
  const after = firstIdAt(since.getTime());
  return openLogged(parts, outcomes, { tenantId, modelId, after, labelled: true }, () => true);
}

/** Of every version of a model. */
export const newestLogged = (
  parts: ModelParts,
  outcomes: Outcomes,
  { tenantId, modelId }: Pick<MonitorRow, 'tenantId' | 'modelId'>,
): Promise<LoggedTexts & { ids: string[] }> =>
  openLogged(parts, outcomes, { tenantId, modelId, after: '' }, () => true);

/** At most `mostLogged`, the newest of them, opened in bounded pages. */
async function openLogged(
  { platform }: ModelParts,
  outcomes: Outcomes,
  query: { tenantId: string; modelId: string; number?: number; after: string; labelled?: boolean },
  isWanted: (row: LoggedRow) => boolean,
): Promise<LoggedTexts & { ids: string[] }> {
  const known = platform.sealed.get('ml_predictions');
  if (known === undefined) throw new StromaError('NOT_READY', 'The log of predictions is not open.');
  const texts = known as unknown as SealedTable<'said'>;
  const { tenantId, ...where } = query;
  const kept: { id: string; said: string; observed: string | null; at: number }[] = [];
  for (let after = query.after; ; ) {
    const rows = await loggedAfter(platform.db.sql, tenantId, { ...where, after, limit: pageRows });
    const wanted = rows.filter(isWanted);
    const opened = await texts.openAll(
      tenantId,
      wanted.map(({ id, said, sealed }) => ({ id, said, sealed })),
      ({ id }) => id,
    );
    const known = await outcomes.known(
      tenantId,
      wanted.flatMap(({ id, observed }) => (observed === null ? [] : [{ id, ...observed }])),
    );
    wanted.forEach(({ id, createdAt }, place) => {
      const observed = known.get(id);
      kept.push({
        id,
        said: opened[place]?.said ?? '{}',
        observed: observed === undefined ? null : JSON.stringify(observed),
        at: createdAt.getTime(),
      });
    });
    if (kept.length > mostLogged) kept.splice(0, kept.length - mostLogged);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) break;
    after = last.id;
  }
  return {
    ids: kept.map(({ id }) => id),
    said: kept.map(({ said }) => said),
    observed: kept.map(({ observed }) => observed),
    at: Float64Array.from(kept, ({ at }) => at),
  };
}
