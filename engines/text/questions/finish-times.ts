import { ReadFailure } from './frame.ts';
import { mainDates } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

export function addTimeGroup(state: ReaderState): void {
  if (state.groups.some((group) => group.grain !== null || group.column.temporal || group.column.year))
    return;
  const columns = state.index.columns;
  const table = state.table?.table;
  const near = table === undefined ? columns : columns.filter((column) => column.table === table);
  const dates = mainDates(
    (near.some((column) => column.temporal) ? near : columns).filter((column) => column.temporal),
  );
  const date = dates[0];
  if (dates.length > 1)
    throw new ReadFailure(
      `There are several dates: ${dates
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(', ')}; say which.`,
      ['over time'],
      true,
    );
  if (date !== undefined) {
    state.groups.unshift({ column: date, grain: naturalGrain(date), part: null });
    return;
  }
  const year = columns.find((column) => column.year);
  const named = ['time', 'timepoint', 'date']
    .map((name) => columns.find((column) => column.joined === name && column.numeric))
    .find((column) => column !== undefined);
  const other = ['day', 'days', 'week', 'weeks', 'month', 'visit', 'period', 'hour', 'age']
    .map((name) => columns.find((column) => column.joined === name))
    .find((column) => column !== undefined);
  const chosen =
    state.groups.length === 0 && year !== undefined && named !== undefined ? year : (year ?? named ?? other);
  if (chosen === undefined) throw new ReadFailure('No column holds a time.', ['over time']);
  state.groups.unshift({ column: chosen, grain: null, part: null });
}

function naturalGrain(column: IndexedColumn): 'year' | 'month' | 'day' | 'hour' {
  const span = (Date.parse(String(column.profile.max)) - Date.parse(String(column.profile.min))) / 86_400_000;
  if (!Number.isFinite(span)) return 'month';
  if (span > 3650) return 'year';
  if (span > 92) return 'month';
  return span > 3 || column.profile.type === 'date' ? 'day' : 'hour';
}
