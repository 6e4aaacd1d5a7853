import type { BoardDocument, BoardState, Dashboard, RowFilter } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Check, ChevronDown, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input, inputClass, Select } from '../../components/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../components/popover.tsx';
import { cellLabel } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { filtersOf } from './board-state.ts';
import { filterText } from './filter-text.ts';
import { TimeRangeButton } from './time-range.tsx';

/** What holds for all tiles: filters, the time range, variables, and what was clicked. */
export function FilterBar({
  board,
  columns,
  state,
  setState,
}: {
  board: Dashboard | (BoardDocument & { dashboard_id: string });
  /** Names of the columns of its data. */
  columns: readonly string[];
  state: BoardState;
  setState: (change: (now: BoardState) => BoardState) => void;
}) {
  const { t } = useTranslation('dashboards');
  const filters = filtersOf(board, state);
  const setFilters = (next: RowFilter[]) => setState((now) => ({ ...now, filters: next }));
  const isOwn =
    state.filters !== undefined || state.time_range !== undefined || Object.keys(state.variables).length > 0;
  return (
    <section aria-label={t('filters')} className="flex min-h-8 flex-wrap items-center gap-2">
      <TimeRangeButton
        value={state.time_range === undefined ? board.time_range : state.time_range}
        columns={columns}
        onChange={(time_range) => setState((now) => ({ ...now, time_range }))}
      />
      {filters.map((filter, at) => (
        <FilterButton
          // biome-ignore lint/suspicious/noArrayIndexKey: a column may have several filters, known by their order
          key={`${filter.column} ${at}`}
          boardId={board.dashboard_id}
          label={
            board.filters[at]?.column === filter.column
              ? board.filters[at]?.label || filter.column
              : filter.column
          }
          filter={filter}
          onChange={(next) => setFilters(filters.map((each, place) => (place === at ? next : each)))}
          onRemove={
            at < board.filters.length
              ? undefined
              : () => setFilters(filters.filter((_, place) => place !== at))
          }
        />
      ))}
      {board.variables.map((variable) => {
        const { name, label, type, choices } = variable;
        const value = state.variables[name] ?? variable.value;
        const set = (next: string) =>
          setState((now) => ({
            ...now,
            variables: {
              ...now.variables,
              [name]:
                type === 'number'
                  ? Number(next)
                  : type === 'list'
                    ? next.split(',').map((each) => each.trim())
                    : next,
            },
          }));
        const shown = Array.isArray(value) ? value.join(', ') : String(value ?? '');
        const own = { 'aria-label': label || name, value: shown };
        return (
          <span key={name} className="inline-flex items-center gap-1.5">
            <span aria-hidden className="text-ink-soft">
              {label || name}
            </span>
            {choices.length > 0 ? (
              <Select {...own} className="w-36" onChange={({ target }) => set(target.value)}>
                {choices.map((choice) => (
                  <option key={String(choice)} value={String(choice)}>
                    {cellLabel(choice)}
                  </option>
                ))}
              </Select>
            ) : (
              <Input
                key={shown}
                {...{ 'aria-label': own['aria-label'], defaultValue: shown }}
                type={type === 'number' ? 'number' : type === 'date' ? 'date' : 'text'}
                className="w-36"
                onBlur={({ target }) => target.value !== shown && set(target.value)}
                onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
              />
            )}
          </span>
        );
      })}
      {columns.length > 0 && (
        <AddFilter
          columns={columns}
          onAdd={(column) => setFilters([...filters, { column, op: 'in', values: [], dataset_id: null }])}
        />
      )}
      {state.cross.map(({ tile_id, filters: clicked }) => (
        <span
          key={tile_id}
          data-cross={tile_id}
          className="inline-flex h-8 max-w-80 items-center gap-1 rounded-md bg-accent-soft ps-3 pe-1 text-accent"
        >
          <span className="truncate">{filterText(clicked)}</span>
          <button
            type="button"
            aria-label={t('cross_clear', { filter: filterText(clicked) })}
            onClick={() =>
              setState((now) => ({ ...now, cross: now.cross.filter((each) => each.tile_id !== tile_id) }))
            }
            className="grid size-6 place-items-center rounded hover:bg-hover"
          >
            <X size={14} aria-hidden />
          </button>
        </span>
      ))}
      {(isOwn || state.cross.length > 0 || state.drill.length > 0) && (
        <Button look="quiet" onClick={() => setState(() => ({ variables: {}, cross: [], drill: [] }))}>
          {t('filters_reset')}
        </Button>
      )}
    </section>
  );
}

function AddFilter({ columns, onAdd }: { columns: readonly string[]; onAdd: (column: string) => void }) {
  const { t } = useTranslation('dashboards');
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const found = columns.filter((column) => column.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button look="quiet">
          <Plus size={16} aria-hidden />
          {t('filter_add')}
        </Button>
      </PopoverTrigger>
      <PopoverContent label={t('filter_add')} className="p-2">
        <Input
          type="search"
          aria-label={t('filter_find')}
          placeholder={t('filter_find')}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <ul className="mt-2 max-h-64 overflow-y-auto">
          {found.map((column) => (
            <li key={column}>
              <button
                type="button"
                onClick={() => {
                  onAdd(column);
                  setOpen(false);
                }}
                className="h-8 w-full truncate rounded-md px-2 text-start -outline-offset-2 hover:bg-hover"
              >
                {column}
              </button>
            </li>
          ))}
        </ul>
      </PopoverContent>
    </Popover>
  );
}

function FilterButton({
  boardId,
  label,
  filter,
  onChange,
  onRemove,
}: {
  boardId: string;
  label: string;
  filter: RowFilter;
  onChange: (filter: RowFilter) => void;
  onRemove: (() => void) | undefined;
}) {
  const { t } = useTranslation('dashboards');
  const isSet = filter.values.length > 0 || filter.op === 'is_missing' || filter.op === 'not_missing';
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button className="max-w-72">
          <span className="truncate">
            {label}
            {': '}
            <span className={isSet ? 'font-medium' : 'text-ink-soft'}>
              {isSet ? filterText([filter], false) : t('filter_all')}
            </span>
          </span>
          <ChevronDown size={14} aria-hidden className="shrink-0 text-ink-faint" />
        </Button>
      </PopoverTrigger>
      <PopoverContent label={label} className="p-2">
        <FilterValues boardId={boardId} filter={filter} onChange={onChange} />
        <div className="mt-2 flex justify-between border-t border-line pt-2">
          <Button
            look="quiet"
            size="small"
            disabled={!isSet}
            onClick={() => onChange({ ...filter, op: 'in', values: [] })}
          >
            {t('filter_clear')}
          </Button>
          {onRemove && (
            <Button look="quiet" size="small" onClick={onRemove}>
              {t('filter_remove')}
            </Button>
          )}
        </div>
      </PopoverContent>
    </Popover>
  );
}

function FilterValues({
  boardId,
  filter,
  onChange,
}: {
  boardId: string;
  filter: RowFilter;
  onChange: (filter: RowFilter) => void;
}) {
  const { t } = useTranslation('dashboards');
  const { t: common } = useTranslation();
  const [search, setSearch] = useState('');
  const { column } = filter;
  const { data } = useQuery({
    queryKey: queryKeys.boardPart(boardId, 'values', { column, search }),
    queryFn: ({ signal }) =>
      client.dashboards.values({ params: { id: boardId }, body: { column, search, limit: 100 }, signal }),
    placeholderData: keepPreviousData,
  });
  const isRange = data?.type === 'number' || data?.type === 'date' || data?.type === 'timestamp';
  const [asList, setAsList] = useState(filter.op === 'in' && filter.values.length > 0);
  if (isRange && !asList)
    return (
      <div className="grid gap-2">
        <Range
          filter={filter}
          type={data.type ?? 'number'}
          min={data.min}
          max={data.max}
          onChange={onChange}
        />
        <Button look="quiet" size="small" onClick={() => setAsList(true)}>
          {t('filter_as_list')}
        </Button>
      </div>
    );
  const chosen = (value: unknown) => filter.op === 'in' && filter.values.some((each) => each === value);
  return (
    <>
      <Input
        type="search"
        aria-label={t('filter_find_value')}
        placeholder={t('filter_find_value')}
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      <ul aria-label={column} className="mt-2 max-h-64 min-h-24 overflow-y-auto">
        {data?.items.map(({ value, count }) => (
          <li key={String(value)}>
            <button
              type="button"
              role="checkbox"
              aria-checked={chosen(value)}
              onClick={() => {
                const values = filter.op === 'in' ? filter.values : [];
                onChange({
                  ...filter,
                  op: 'in',
                  values: chosen(value) ? values.filter((each) => each !== value) : [...values, value],
                });
              }}
              className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-start -outline-offset-2 hover:bg-hover"
            >
              <span className="grid size-4 shrink-0 place-items-center rounded border border-line-strong">
                {chosen(value) && <Check size={12} aria-hidden className="text-accent" />}
              </span>
              <span className="min-w-0 flex-1 truncate">
                {value === null ? <i>{common('missing')}</i> : cellLabel(value)}
              </span>
              <span className="text-small text-ink-faint">{formatCount(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {data?.items.length === 0 && <p className="p-2 text-ink-soft">{t('filter_no_values')}</p>}
    </>
  );
}

function Range({
  filter,
  type,
  min,
  max,
  onChange,
}: {
  filter: RowFilter;
  type: string;
  min: unknown;
  max: unknown;
  onChange: (filter: RowFilter) => void;
}) {
  const { t } = useTranslation('dashboards');
  const isNumber = type === 'number';
  const [from, to] =
    filter.op === 'between'
      ? filter.values
      : filter.op === 'gte'
        ? [filter.values[0], '']
        : filter.op === 'lte'
          ? ['', filter.values[0]]
          : ['', ''];
  const set = (first: unknown, last: unknown) => {
    const value = (each: unknown) => (isNumber ? Number(each) : String(each));
    const [a, b] = [
      first === '' || first == null ? null : value(first),
      last === '' || last == null ? null : value(last),
    ];
    if (a !== null && b !== null) onChange({ ...filter, op: 'between', values: [a, b] });
    else if (a !== null) onChange({ ...filter, op: 'gte', values: [a] });
    else if (b !== null) onChange({ ...filter, op: 'lte', values: [b] });
    else onChange({ ...filter, op: 'in', values: [] });
  };
  const shown = (value: unknown) => (isNumber ? String(value ?? '') : String(value ?? '').slice(0, 10));
  const input = (label: string, value: unknown, other: (next: string) => void, hint: unknown) => (
    <Field label={label}>
      {(props) => (
        <input
          {...props}
          key={String(value)}
          type={isNumber ? 'number' : 'date'}
          step="any"
          defaultValue={shown(value)}
          placeholder={shown(hint)}
          onBlur={({ target }) => target.value !== shown(value) && other(target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          className={inputClass}
        />
      )}
    </Field>
  );
  return (
    <div className="grid grid-cols-2 gap-2">
      {input(t('from'), from, (next) => set(next, to), min)}
      {input(t('to'), to, (next) => set(from, next), max)}
    </div>
  );
}
