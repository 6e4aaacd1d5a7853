import type { MonitorSettings } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';

type Schedule = MonitorSettings['schedule'];

const cadences = { none: null, hourly: '0 * * * *', daily: '0 6 * * *', weekly: '0 6 * * 1' } as const;
type Cadence = keyof typeof cadences | 'own';

export const daily = (): NonNullable<Schedule> => ({
  cron: cadences.daily,
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** When something is done by itself. */
export function CadenceField({
  label,
  schedule,
  onChange,
}: {
  label: string;
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
}) {
  const { t } = useTranslation('monitoring');
  const present = schedule?.cron ?? null;
  const known = (Object.keys(cadences) as (keyof typeof cadences)[]).find(
    (each) => cadences[each] === present,
  );
  const [own, setOwn] = useState(known === undefined);
  const set = (cron: string | null) =>
    onChange(cron === null ? null : { cron, time_zone: schedule?.time_zone ?? daily().time_zone });
  return (
    <>
      <Field label={label}>
        {(field) => (
          <Select
            {...field}
            value={own ? 'own' : known}
            onChange={({ target }) => {
              const next = target.value as Cadence;
              setOwn(next === 'own');
              set(next === 'own' ? (present ?? cadences.daily) : cadences[next]);
            }}
          >
            {(['none', 'hourly', 'daily', 'weekly', 'own'] as const).map((each) => (
              <option key={each} value={each}>
                {t(`cadence_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {own && (
        <Field label={t('cron')}>
          {(field) => (
            <Input
              {...field}
              required
              maxLength={100}
              className="font-mono"
              value={present ?? ''}
              onChange={({ target }) => set(target.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}
