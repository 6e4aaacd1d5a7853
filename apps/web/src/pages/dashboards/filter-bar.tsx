import type { BoardDocument, BoardState, Dashboard, RowFilter } from '@stroma/contracts';
import { ChevronDown, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Input, Select } from '../../components/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../components/popover.tsx';
import { cellLabel } from '../../lib/cell.ts';
import { crossed, filtersOf } from './board-state.ts';
import { filterText } from './filter-text.ts';
import { FilterValues } from './filter-values.tsx';
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
            <span aria-hidden className="whitespace-nowrap text-ink-soft">
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
              <span className="w-36">
                <Input
                  key={shown}
                  {...{ 'aria-label': own['aria-label'], defaultValue: shown }}
                  type={type === 'number' ? 'number' : type === 'date' ? 'date' : 'text'}
                  onBlur={({ target }) => target.value !== shown && set(target.value)}
                  onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
                />
              </span>
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
          key={`${tile_id} ${JSON.stringify(clicked)}`}
          data-cross={tile_id}
          className="inline-flex h-8 max-w-80 items-center gap-1 rounded-md bg-accent-soft ps-3 pe-1 text-accent"
        >
          <span className="truncate">{filterText(clicked)}</span>
          <button
            type="button"
            aria-label={t('cross_clear', { filter: filterText(clicked) })}
            onClick={() => setState((now) => crossed(now, tile_id, clicked, true))}
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
