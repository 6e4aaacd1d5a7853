import type { ColumnMaskRule } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Input, Select } from '../../../components/field.tsx';
import { type MaskKind, maskOf } from './rule-drafts.ts';

const units = ['year', 'quarter', 'month'] as const;

/** How a value is masked, and by how much. */
export function MaskControl({
  mask,
  kinds,
  label,
  onChange,
}: {
  mask: ColumnMaskRule;
  kinds: readonly MaskKind[];
  label: string;
  onChange: (mask: ColumnMaskRule) => void;
}) {
  const { t } = useTranslation('access');
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        className="max-w-64"
        aria-label={`${label}: ${t('mask')}`}
        value={mask.kind}
        onChange={({ target }) => onChange(maskOf(kinds.find((kind) => kind === target.value) ?? 'hide'))}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`mask_${kind}`)}
          </option>
        ))}
      </Select>
      <MaskDetail mask={mask} label={label} onChange={onChange} />
    </div>
  );
}

function MaskDetail({
  mask,
  label,
  onChange,
}: {
  mask: ColumnMaskRule;
  label: string;
  onChange: (mask: ColumnMaskRule) => void;
}) {
  const { t } = useTranslation('access');
  const number = (name: string, value: number | undefined, set: (value: number) => void) => (
    <span className="flex items-center gap-2">
      <span className="whitespace-nowrap text-ink-soft">{name}</span>
      <span className="block w-24">
        <Input
          type="number"
          min={1}
          aria-label={`${label}: ${name}`}
          value={value ?? ''}
          onChange={({ target }) => set(target.valueAsNumber)}
        />
      </span>
    </span>
  );
  switch (mask.kind) {
    case 'hide':
    case 'pseudonym':
      return null;
    case 'replace':
      return (
        <Input
          className="max-w-40"
          aria-label={`${label}: ${t('mask_text')}`}
          value={mask.text}
          maxLength={100}
          onChange={({ target }) => onChange({ ...mask, text: target.value })}
        />
      );
    case 'start':
    case 'end':
      return number(t('mask_characters'), mask.characters, (value) =>
        onChange({ ...mask, characters: Math.min(100, Math.max(1, Math.round(value || 1))) }),
      );
    case 'period':
      return (
        <Select
          className="max-w-32"
          aria-label={`${label}: ${t('mask_unit')}`}
          value={mask.unit}
          onChange={({ target }) =>
            onChange({ ...mask, unit: units.find((unit) => unit === target.value) ?? 'year' })
          }
        >
          {units.map((unit) => (
            <option key={unit} value={unit}>
              {t(`unit_${unit}`)}
            </option>
          ))}
        </Select>
      );
    case 'range':
      return (
        <>
          {number(t('mask_width'), mask.width, (value) =>
            onChange({ ...mask, width: value > 0 ? value : 1 }),
          )}
          {number(t('mask_cap'), mask.cap, (value) =>
            onChange({
              kind: 'range',
              width: mask.width,
              ...(Number.isNaN(value) ? {} : { cap: value }),
            }),
          )}
        </>
      );
  }
}
