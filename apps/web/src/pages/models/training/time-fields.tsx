import { longestTrainingSeconds } from '@stroma/contracts';
import { BrainCircuit } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import type { Effort } from './train-form.tsx';
import { WayFields } from './way-fields.tsx';

const choices = [60, 300, 900, 1800] as const;

/** How long may be looked, and the button that begins. */
export function TimeFields({
  effort,
  onChange,
  ready,
  columns,
  usualName,
  error,
}: {
  effort: Effort;
  onChange: (effort: Effort) => void;
  ready: boolean;
  /** That may be learned from. */
  columns: readonly string[];
  usualName: string;
  error: unknown;
}) {
  const { t } = useTranslation('models');
  const [own, setOwn] = useState(false);
  const set = (change: Partial<Effort>) => onChange({ ...effort, ...change });
  return (
    <section className="grid grid-cols-1 justify-items-stretch gap-3">
      <h2 className="text-section font-semibold">{t('step_time')}</h2>
      <div>
        <Segmented
          label={t('step_time')}
          value={own ? 'own' : String(effort.seconds)}
          onChange={(next) => {
            setOwn(next === 'own');
            if (next !== 'own') set({ seconds: Number(next) });
          }}
          options={[
            ...choices.map((seconds) => ({
              value: String(seconds),
              label: t('minutes', { count: seconds / 60 }),
            })),
            { value: 'own', label: t('time_own') },
          ]}
        />
      </div>
      {own && (
        <Field label={t('time_seconds')} hint={t('time_seconds_hint')}>
          {(field) => (
            <Input
              {...field}
              type="number"
              min={1}
              max={longestTrainingSeconds}
              required
              value={Number.isNaN(effort.seconds) ? '' : effort.seconds}
              onChange={({ target }) => set({ seconds: target.valueAsNumber })}
            />
          )}
        </Field>
      )}
      <details>
        <summary className="w-fit rounded text-ink-soft">{t('more_settings')}</summary>
        <div className="mt-3 grid gap-3">
          <Field label={t('model_name')} hint={t('model_name_hint')}>
            {(field) => (
              <Input
                {...field}
                maxLength={250}
                placeholder={usualName}
                value={effort.name}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
          <WayFields
            way={effort.way}
            columns={columns}
            onChange={(change) => set({ way: { ...effort.way, ...change } })}
          />
        </div>
      </details>
      {error !== null && <ErrorNotice error={error} />}
      <Button type="submit" look="primary" disabled={!ready || Number.isNaN(effort.seconds)}>
        <BrainCircuit size={16} aria-hidden />
        {t('start_training')}
      </Button>
    </section>
  );
}
