import type { MonitorRetraining } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';
import { CadenceField } from './cadence-field.tsx';

/** Whether the model may be trained again by itself, how often at most, and what is asked for then. */
export function RetrainingFields({
  retraining,
  onChange,
}: {
  retraining: MonitorRetraining | null;
  onChange: (retraining: MonitorRetraining | null) => void;
}) {
  const { t } = useTranslation('monitoring');
  return (
    <section className="grid grid-cols-1 gap-3">
      <label className="flex items-center gap-2 font-medium">
        <input
          type="checkbox"
          checked={retraining !== null}
          onChange={({ target }) =>
            onChange(target.checked ? { schedule: null, floor_hours: 24, promote_to: 'production' } : null)
          }
          className="size-4 accent-accent"
        />
        {t('retrain_at_all')}
      </label>
      {retraining !== null && (
        <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-2">
          <Field label={t('floor')}>
            {(field) => (
              <Input
                {...field}
                type="number"
                min={1}
                max={8784}
                required
                value={retraining.floor_hours || ''}
                onChange={({ target }) => onChange({ ...retraining, floor_hours: target.valueAsNumber || 0 })}
              />
            )}
          </Field>
          <Field label={t('promote_to')}>
            {(field) => (
              <Select
                {...field}
                value={retraining.promote_to ?? 'nowhere'}
                onChange={({ target }) =>
                  onChange({
                    ...retraining,
                    promote_to:
                      target.value === 'nowhere' ? null : (target.value as 'staging' | 'production'),
                  })
                }
              >
                {(['nowhere', 'staging', 'production'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`promote_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <CadenceField
            label={t('retrain_schedule')}
            schedule={retraining.schedule}
            onChange={(schedule) => onChange({ ...retraining, schedule })}
          />
        </div>
      )}
    </section>
  );
}
