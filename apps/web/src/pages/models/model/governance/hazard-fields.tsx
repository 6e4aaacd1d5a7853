import {
  type Hazard,
  hazardKinds,
  hazardLikelihoods,
  hazardSeverities,
  riskLevelOf,
} from '@stroma/contracts';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Field, Input, inputClass, Select } from '../../../../components/field.tsx';
import { IconButton } from '../../../../components/icon-button.tsx';
import { panelClass } from '../../../../components/page.tsx';

export const newHazard: Hazard = {
  kind: 'error',
  hazard: '',
  affected: '',
  likelihood: 'possible',
  severity: 'serious',
  mitigation: '',
  residual_likelihood: 'possible',
  residual_severity: 'serious',
  accepted: false,
  reason: '',
};

const tones = { low: 'good', medium: 'warning', high: 'critical' } as const;

/** One hazard: what, to whom, how likely and severe, what is done about it, and what remains. */
export function HazardFields({
  at,
  hazard,
  onChange,
  onRemove,
}: {
  at: number;
  hazard: Hazard;
  onChange: (next: Hazard) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('governance');
  const set = (change: Partial<Hazard>) => onChange({ ...hazard, ...change });
  const text = (name: 'hazard' | 'affected' | 'mitigation' | 'reason', required = false) => (
    <Field label={t(`hazard_${name}_label`)}>
      {(field) => (
        <Input
          {...field}
          required={required}
          value={hazard[name]}
          maxLength={1000}
          onChange={({ target }) => set({ [name]: target.value })}
        />
      )}
    </Field>
  );
  return (
    <fieldset className={`${panelClass} grid grid-cols-1 gap-3 p-4`}>
      <div className="flex items-center justify-between gap-4">
        <legend className="contents font-medium">{t('hazard_number', { number: at + 1 })}</legend>
        <IconButton icon={X} label={t('remove_hazard')} onClick={onRemove} />
      </div>
      <Field label={t('hazard_kind')}>
        {(field) => (
          <Select
            {...field}
            value={hazard.kind}
            onChange={({ target }) =>
              set({ kind: hazardKinds.find((each) => each === target.value) ?? 'other' })
            }
          >
            {hazardKinds.map((each) => (
              <option key={each} value={each}>
                {t(`hazard_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {text('hazard', true)}
      {text('affected')}
      <Matrix
        likelihood={hazard.likelihood}
        severity={hazard.severity}
        label={t('risk')}
        onChange={(likelihood, severity) => set({ likelihood, severity })}
      />
      {text('mitigation')}
      <Matrix
        likelihood={hazard.residual_likelihood}
        severity={hazard.residual_severity}
        label={t('residual')}
        onChange={(residual_likelihood, residual_severity) => set({ residual_likelihood, residual_severity })}
      />
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={hazard.accepted}
          onChange={({ target }) => set({ accepted: target.checked })}
          className="size-4 accent-accent"
        />
        {t('accept_residual')}
      </label>
      {hazard.accepted && text('reason')}
    </fieldset>
  );
}

function Matrix({
  likelihood,
  severity,
  label,
  onChange,
}: {
  likelihood: Hazard['likelihood'];
  severity: Hazard['severity'];
  label: string;
  onChange: (likelihood: Hazard['likelihood'], severity: Hazard['severity']) => void;
}) {
  const { t } = useTranslation('governance');
  const level = riskLevelOf(likelihood, severity);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="w-28 font-medium">{label}</span>
      <select
        aria-label={`${label}: ${t('likelihood')}`}
        value={likelihood}
        onChange={({ target }) =>
          onChange(hazardLikelihoods.find((each) => each === target.value) ?? likelihood, severity)
        }
        className={`${inputClass} w-40! flex-none`}
      >
        {hazardLikelihoods.map((each) => (
          <option key={each} value={each}>
            {t(`likelihood_${each}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={`${label}: ${t('severity')}`}
        value={severity}
        onChange={({ target }) =>
          onChange(likelihood, hazardSeverities.find((each) => each === target.value) ?? severity)
        }
        className={`${inputClass} w-40! flex-none`}
      >
        {hazardSeverities.map((each) => (
          <option key={each} value={each}>
            {t(`severity_${each}`)}
          </option>
        ))}
      </select>
      <Badge tone={tones[level]}>{t(`level_${level}`)}</Badge>
    </div>
  );
}
