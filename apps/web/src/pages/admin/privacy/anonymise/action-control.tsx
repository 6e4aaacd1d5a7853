import type { ColumnActionDocument } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Input, Select } from '../../../../components/field.tsx';
import { type ActionKind, actionOf, choicesFor, type PreviewColumn } from './plan.ts';

const units = ['month', 'quarter', 'year', 'decade'] as const;

/** What is to become of a column, with what the choice needs beside it. */
export function ActionControl({
  column,
  columns,
  action,
  onChange,
}: {
  column: PreviewColumn;
  columns: readonly PreviewColumn[];
  action: ColumnActionDocument;
  onChange: (action: ColumnActionDocument) => void;
}) {
  const { t } = useTranslation('anonymise');
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,9rem)] gap-2">
      <Select
        aria-label={t('action_of', { column: column.name })}
        value={action.kind}
        onChange={({ target }) => onChange(actionOf(target.value as ActionKind, column, columns))}
      >
        {choicesFor(column).map((kind) => (
          <option key={kind} value={kind}>
            {t(`action_${kind}`)}
          </option>
        ))}
      </Select>
      <Parameter column={column} columns={columns} action={action} onChange={onChange} />
    </div>
  );
}

function Parameter({
  column,
  columns,
  action,
  onChange,
}: {
  column: PreviewColumn;
  columns: readonly PreviewColumn[];
  action: ColumnActionDocument;
  onChange: (action: ColumnActionDocument) => void;
}) {
  const { t } = useTranslation('anonymise');
  const number = (label: string, value: number, from: number, set: (value: number) => void) => (
    <Input
      type="number"
      min={from}
      aria-label={label}
      title={label}
      value={value}
      onChange={({ target }) => {
        if (Number.isFinite(target.valueAsNumber)) set(Math.max(from, target.valueAsNumber));
      }}
    />
  );
  switch (action.kind) {
    case 'mask':
      return number(t('keep_start'), action.keep_start, 0, (keep_start) =>
        onChange({ ...action, keep_start: Math.min(20, Math.round(keep_start)) }),
      );
    case 'bins':
      return number(t('bin_width'), action.width, 0.000001, (width) => onChange({ ...action, width }));
    case 'prefix':
      return number(t('characters'), action.characters, 1, (characters) =>
        onChange({ ...action, characters: Math.min(20, Math.round(characters)) }),
      );
    case 'top_code':
      return number(t('above'), action.above, 0, (above) => onChange({ ...action, above }));
    case 'period':
      return (
        <Select
          aria-label={t('unit')}
          value={action.unit}
          onChange={({ target }) => onChange({ ...action, unit: target.value as (typeof units)[number] })}
        >
          {units.map((unit) => (
            <option key={unit} value={unit}>
              {t(`unit_${unit}`)}
            </option>
          ))}
        </Select>
      );
    case 'shift_dates':
      return (
        <Select
          aria-label={t('person_column')}
          title={t('person_column')}
          value={action.person_column}
          onChange={({ target }) => onChange({ ...action, person_column: target.value })}
        >
          {columns
            .filter(({ name }) => name !== column.name)
            .map(({ name }) => (
              <option key={name} value={name}>
                {t('person_by', { column: name })}
              </option>
            ))}
        </Select>
      );
    case 'redact_text':
      return (
        <Select
          aria-label={t('replacement')}
          value={action.replacement}
          onChange={({ target }) =>
            onChange({ ...action, replacement: target.value === 'label' ? 'label' : 'pseudonym' })
          }
        >
          <option value="label">{t('replacement_label')}</option>
          <option value="pseudonym">{t('replacement_pseudonym')}</option>
        </Select>
      );
    default:
      return <span />;
  }
}
