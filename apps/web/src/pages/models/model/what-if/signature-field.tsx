import type { PredictionRow, SignatureColumn } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { formatNumber } from '../../../../lib/format.ts';

type Value = PredictionRow[string];
interface Props {
  column: SignatureColumn;
  value: Value;
  onChange: (value: Value) => void;
}

/** A slider for a number, a choice for a category, a day for a time, free text else; empty is missing. */
export function SignatureField(props: Props) {
  switch (props.column.kind) {
    case 'number':
      return <NumberField {...props} />;
    case 'category':
      return <CategoryField {...props} />;
    case 'time':
      return <TimeField {...props} />;
    case 'text':
      return <TextField {...props} />;
  }
}

function NumberField({ column, value, onChange }: Props) {
  const { t } = useTranslation('models');
  const { name, low, high, whole } = column;
  const number = typeof value === 'number' ? value : null;
  const ranged = low !== null && high !== null && high > low;
  const step = !ranged ? 'any' : whole ? 1 : stepOf(high - low);
  return (
    <Field
      label={name}
      hint={
        number === null ? t('taken_as_missing') : ranged ? `${formatNumber(low)} – ${formatNumber(high)}` : ''
      }
    >
      {(field) => (
        <div className="flex items-center gap-3">
          {ranged && (
            <input
              type="range"
              aria-label={t('slider_of', { name })}
              min={low}
              max={high}
              step={step}
              value={number ?? (low + high) / 2}
              onChange={({ target }) => onChange(target.valueAsNumber)}
              className="min-w-0 flex-1 accent-accent"
            />
          )}
          <Input
            {...field}
            type="number"
            step="any"
            value={number ?? ''}
            onChange={({ target }) =>
              onChange(Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber)
            }
            className={ranged ? 'w-28! flex-none' : ''}
          />
        </div>
      )}
    </Field>
  );
}

/** A hundred steps or more over the range, of a round size. */
const stepOf = (range: number): number => 10 ** Math.floor(Math.log10(range / 100));

const missing = '\u0000';

function CategoryField({ column: { name, levels, more_levels }, value, onChange }: Props) {
  const { t } = useTranslation('models');
  const known = levels ?? [];
  const text = value === null ? missing : String(value);
  return (
    <Field label={name} hint={more_levels > 0 ? t('more_levels', { count: more_levels }) : ''}>
      {(field) => (
        <Select
          {...field}
          value={text}
          onChange={({ target }) => onChange(target.value === missing ? null : target.value)}
        >
          {known.map((level) => (
            <option key={level} value={level}>
              {level}
            </option>
          ))}
          {text !== missing && !known.includes(text) && <option value={text}>{text}</option>}
          <option value={missing}>{t('missing_value')}</option>
        </Select>
      )}
    </Field>
  );
}

function TimeField({ column: { name }, value, onChange }: Props) {
  const { t } = useTranslation('models');
  const at = value === null ? Number.NaN : new Date(value as string | number).getTime();
  const day = Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
  return (
    <Field label={name} hint={day === '' ? t('taken_as_missing') : ''}>
      {(field) => (
        <Input
          {...field}
          type="date"
          value={day}
          onChange={({ target }) => onChange(target.value === '' ? null : target.value)}
        />
      )}
    </Field>
  );
}

function TextField({ column: { name }, value, onChange }: Props) {
  const { t } = useTranslation('models');
  return (
    <Field label={name} hint={value === null ? t('taken_as_missing') : ''}>
      {(field) => (
        <Input
          {...field}
          value={value === null ? '' : String(value)}
          onChange={({ target }) => onChange(target.value === '' ? null : target.value)}
        />
      )}
    </Field>
  );
}
