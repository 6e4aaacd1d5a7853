import type { RowFilter } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input, inputClass } from '../../components/field.tsx';
import { cellLabel } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';

/** What a column can be filtered by: a range of its numbers or days, or a choice of its values. */
export function FilterValues({
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
