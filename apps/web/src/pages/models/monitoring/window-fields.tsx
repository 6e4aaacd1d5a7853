import type { MonitorSettings } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';

type Windows = Pick<MonitorSettings, 'window' | 'windows'>;

/** How predictions are cut into windows, and how many of the newest are looked at. */
export function WindowFields({
  settings: { window, windows },
  onChange,
}: {
  settings: Windows;
  onChange: (change: Partial<Windows>) => void;
}) {
  const { t } = useTranslation('monitoring');
  const byTime = window.kind === 'time';
  return (
    <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-3">
      <Field label={t('window_kind')}>
        {(field) => (
          <Select
            {...field}
            value={window.kind}
            onChange={({ target }) =>
              onChange({
                window: target.value === 'time' ? { kind: 'time', hours: 24 } : { kind: 'count', rows: 200 },
              })
            }
          >
            <option value="time">{t('window_time')}</option>
            <option value="count">{t('window_count')}</option>
          </Select>
        )}
      </Field>
      <Field label={t(byTime ? 'hours' : 'rows_a_window')}>
        {(field) => (
          <Input
            {...field}
            type="number"
            required
            min={byTime ? 1 : 20}
            max={byTime ? 8784 : 10_000}
            value={(byTime ? window.hours : window.rows) || ''}
            onChange={({ target }) => {
              const size = target.valueAsNumber || 0;
              onChange({ window: byTime ? { kind: 'time', hours: size } : { kind: 'count', rows: size } });
            }}
          />
        )}
      </Field>
      <Field label={t('windows_looked')}>
        {(field) => (
          <Input
            {...field}
            type="number"
            required
            min={1}
            max={60}
            value={windows || ''}
            onChange={({ target }) => onChange({ windows: target.valueAsNumber || 0 })}
          />
        )}
      </Field>
    </div>
  );
}
