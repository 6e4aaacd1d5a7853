import { type MonitorSettings, usualDriftLimits } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input } from '../../../components/field.tsx';
import { formatNumber } from '../../../lib/format.ts';

type Thresholds = MonitorSettings['thresholds'];

const names = Object.keys(usualDriftLimits) as (keyof typeof usualDriftLimits)[];

/** From where on drift is called moderate or severe; left empty the usual holds. */
export function ThresholdFields({
  thresholds,
  onChange,
}: {
  thresholds: Thresholds;
  onChange: (thresholds: Thresholds) => void;
}) {
  const { t } = useTranslation('monitoring');
  return (
    <details open={Object.keys(thresholds).length > 0}>
      <summary className="cursor-pointer font-medium">{t('thresholds')}</summary>
      <p className="mt-1 text-small text-ink-faint">{t('thresholds_hint')}</p>
      <div className="mt-3 grid grid-cols-1 items-start gap-3 sm:grid-cols-2">
        {names.map((name) => (
          <div key={name} className={name === 'false_discovery' ? 'sm:col-span-2' : undefined}>
            <Field label={t(`threshold_${name}`)}>
              {(field) => (
                <Input
                  {...field}
                  type="number"
                  step="any"
                  min={0.0001}
                  max={name === 'false_discovery' ? 0.5 : 10}
                  placeholder={formatNumber(usualDriftLimits[name])}
                  value={thresholds[name] ?? ''}
                  onChange={({ target }) => {
                    const { [name]: _, ...others } = thresholds;
                    onChange(target.value === '' ? others : { ...others, [name]: target.valueAsNumber });
                  }}
                />
              )}
            </Field>
          </div>
        ))}
      </div>
    </details>
  );
}
