import type { TimeRange } from '@stroma/contracts';
import { CalendarClock, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input, Select } from '../../components/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../components/popover.tsx';

const lasts = ['PT1H', 'P1D', 'P7D', 'P30D', 'P12M'] as const;

/** The time range that holds for every tile whose data has a time. */
export function TimeRangeButton({
  value,
  columns,
  onChange,
}: {
  value: TimeRange | null;
  columns: readonly string[];
  onChange: (range: TimeRange | null) => void;
}) {
  const { t } = useTranslation('dashboards');
  const [open, setOpen] = useState(false);
  const last = value !== null && 'last' in value ? value.last : null;
  const from = value !== null && 'from' in value ? (value.from ?? '') : '';
  const to = value !== null && 'to' in value ? (value.to ?? '') : '';
  const column = value?.column ?? null;
  const known = lasts.find((each) => each === last);
  const text =
    value === null
      ? t('time_all')
      : last !== null
        ? known === undefined
          ? last
          : t(`time_${known}`)
        : from !== '' && to !== ''
          ? `${from.slice(0, 10)} – ${to.slice(0, 10)}`
          : from !== ''
            ? t('time_since', { from: from.slice(0, 10) })
            : t('time_until', { to: to.slice(0, 10) });
  const setDays = (first: string, second: string) =>
    onChange(first === '' && second === '' ? null : { column, from: first || null, to: second || null });
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button aria-label={t('time_range_is', { range: text })}>
          <CalendarClock size={16} aria-hidden className="text-ink-faint" />
          {text}
          <ChevronDown size={14} aria-hidden className="text-ink-faint" />
        </Button>
      </PopoverTrigger>
      <PopoverContent label={t('time_range')} className="p-2">
        <ul>
          {[null, ...lasts].map((each) => (
            <li key={each}>
              <button
                type="button"
                aria-pressed={each === null ? value === null : last === each}
                onClick={() => {
                  onChange(each === null ? null : { column, last: each });
                  setOpen(false);
                }}
                className="h-8 w-full rounded-md px-2 text-start -outline-offset-2 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent"
              >
                {each === null ? t('time_all') : t(`time_${each}`)}
              </button>
            </li>
          ))}
        </ul>
        <div className="mt-2 grid grid-cols-2 gap-2 border-t border-line p-2">
          <Field label={t('from')}>
            {(props) => (
              <Input
                {...props}
                type="date"
                value={from.slice(0, 10)}
                onChange={({ target }) => setDays(target.value, to)}
              />
            )}
          </Field>
          <Field label={t('to')}>
            {(props) => (
              <Input
                {...props}
                type="date"
                value={to.slice(0, 10)}
                onChange={({ target }) => setDays(from, target.value)}
              />
            )}
          </Field>
          <div className="col-span-2">
            <Field label={t('time_column')}>
              {(props) => (
                <Select
                  {...props}
                  value={column ?? ''}
                  disabled={value === null}
                  onChange={({ target }) => value && onChange({ ...value, column: target.value || null })}
                >
                  <option value="">{t('time_column_main')}</option>
                  {columns.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        </div>
      </PopoverContent>
    </Popover>
  );
}
