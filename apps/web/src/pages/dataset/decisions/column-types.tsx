import type { IngestDecisionsDocument } from '@stroma/contracts';
import clsx from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { Select } from '../../../components/field.tsx';
import { panelClass } from '../../../components/page.tsx';
import { TypeMark } from '../../../components/type-mark.tsx';
import type { ColumnType } from '../../../lib/cell.ts';

const types: readonly ColumnType[] = [
  'boolean',
  'integer',
  'number',
  'text',
  'date',
  'time',
  'timestamp',
  'interval',
];
const firstColumns = 80;

/** The type of each column, the reason for it, and a choice of others. */
export function ColumnTypes({
  columns,
  chosen,
  disabled,
  onChoose,
}: {
  columns: IngestDecisionsDocument['columns'];
  chosen: Record<string, string>;
  disabled: boolean;
  /** Null takes the choice back. */
  onChoose: (column: string, type: ColumnType | null) => void;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? columns : columns.slice(0, firstColumns);
  return (
    <fieldset disabled={disabled} className={panelClass}>
      <legend className="sr-only">{t('column_types')}</legend>
      <ul className="divide-y divide-line">
        {shown.map(({ name, original_name, type }) => (
          <li
            key={name}
            data-column-type={name}
            className={clsx(
              'grid items-center gap-x-6 gap-y-1 px-4 py-2.5 md:grid-cols-[12rem_16rem_minmax(0,1fr)]',
              name in chosen && 'bg-accent-soft',
            )}
          >
            <span className="min-w-0">
              <span className="flex items-center gap-2 font-medium">
                <TypeMark type={type.value} />
                <span className="truncate">{name}</span>
                {type.given && <Badge tone="accent">{t('given')}</Badge>}
              </span>
              {original_name !== null && original_name !== name && (
                <span className="block truncate text-small text-ink-faint">
                  {t('column_original', { name: original_name })}
                </span>
              )}
            </span>
            <Select
              aria-label={t('column_type_of', { name })}
              value={chosen[name] ?? type.value}
              onChange={({ target }) => {
                const next = target.value as ColumnType;
                onChoose(name, next === type.value ? null : next);
              }}
            >
              {types.includes(type.value) ? null : (
                <option value={type.value}>{common(`type_${type.value}`)}</option>
              )}
              {types.map((each) => (
                <option key={each} value={each}>
                  {common(`type_${each}`)}
                </option>
              ))}
            </Select>
            <span className="text-ink-soft wrap-anywhere">{type.reason}</span>
          </li>
        ))}
      </ul>
      {shown.length < columns.length && (
        <Button className="m-3" onClick={() => setAll(true)}>
          {t('show_all_columns', { count: columns.length })}
        </Button>
      )}
    </fieldset>
  );
}
