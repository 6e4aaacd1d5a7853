import type { MonitorSettings } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input } from '../../../components/field.tsx';
import { formatNumber } from '../../../lib/format.ts';

type Thresholds = MonitorSettings['thresholds'];

/** What holds where nothing is said, as the engine has it. */
const usual = {
  false_discovery: 0.05,
  moderate_psi: 0.1,
  severe_psi: 0.25,
  moderate_loss: 0.1,
  severe_loss: 0.25,
} as const satisfies Required<Thresholds>;
const names = Object.keys(usual) as (keyof typeof usual)[];

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
          <Field key={name} label={t(`threshold_${name}`)}>
            {(field) => (
              <Input
                {...field}
                type="number"
                step="any"
                min={0.0001}
                max={name === 'false_discovery' ? 0.5 : 10}
                placeholder={formatNumber(usual[name])}
                value={thresholds[name] ?? ''}
                onChange={({ target }) => {
                  const { [name]: _, ...others } = thresholds;
                  onChange(target.value === '' ? others : { ...others, [name]: target.valueAsNumber });
                }}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}
