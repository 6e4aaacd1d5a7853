import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';

const usual = { hourly: '0 * * * *', daily: '0 5 * * *', weekly: '0 5 * * 1' } as const;
type Often = 'once' | keyof typeof usual | 'own';

/** When an import runs again: never, at a usual time, or by a cron expression of one's own. */
export function ScheduleField({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (schedule: string | null) => void;
}) {
  const { t } = useTranslation('connections');
  const [often, setOften] = useState<Often>(() => oftenOf(value));
  return (
    <>
      <Field label={t('schedule')} hint={t('schedule_hint')}>
        {(props) => (
          <Select
            {...props}
            value={often}
            onChange={({ target }) => {
              const next = target.value as Often;
              setOften(next);
              onChange(next === 'once' ? null : next === 'own' ? (value ?? usual.daily) : usual[next]);
            }}
          >
            {(['once', 'hourly', 'daily', 'weekly', 'own'] as const).map((each) => (
              <option key={each} value={each}>
                {t(`schedule_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {often === 'own' && (
        <Field label={t('cron')} hint={t('cron_hint')}>
          {(props) => (
            <Input
              {...props}
              required
              className="font-mono"
              value={value ?? ''}
              onChange={({ target }) => onChange(target.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}

function oftenOf(schedule: string | null): Often {
  if (schedule === null) return 'once';
  for (const [often, cron] of Object.entries(usual))
    if (cron === schedule) return often as keyof typeof usual;
  return 'own';
}
