import {
  type SeverityResponses,
  type ThreatKind,
  type ThreatPolicy,
  threatResponses,
  threatSeverities,
} from '@stroma/contracts';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';
import { panelClass } from '../../../components/page.tsx';
import { ThreatSeverityMark } from './threat-marks.tsx';

/** The thresholds of each kind, in the order they are asked for. */
const thresholds = {
  impossible_travel: ['speed_kmh', 'distance_km'],
  credential_stuffing: [
    'window_minutes',
    'accounts_per_address',
    'addresses_per_account',
    'accounts_overall',
  ],
  unusual_export: ['deviations', 'floor_rows', 'floor_megabytes', 'floor_files'],
  privilege_escalation: ['window_minutes', 'kinds', 'refusals'],
  prompt_injection: ['score'],
} as const satisfies Record<ThreatKind, readonly string[]>;

export function KindPolicy({
  kind,
  policy,
  disabled,
  onChange,
  children,
}: {
  kind: ThreatKind;
  policy: ThreatPolicy;
  disabled: boolean;
  onChange: (change: Record<string, unknown>) => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation('security');
  const { enabled, responses } = policy[kind];
  const values = policy[kind] as unknown as Record<string, number>;
  const off = disabled || !enabled;
  return (
    <section className={`${panelClass} p-4`}>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="text-section font-semibold">{t(`kind_${kind}`)}</h2>
          <p className="mt-1 max-w-prose text-ink-soft">{t(`about_${kind}`)}</p>
        </div>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={enabled}
            disabled={disabled}
            aria-label={t('watched_named', { kind: t(`kind_${kind}`) })}
            onChange={({ target }) => onChange({ enabled: target.checked })}
          />
          {t('watched')}
        </label>
      </div>
      {children && <div className="mt-3">{children}</div>}
      <div className="mt-4 grid grid-cols-1 items-start gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {threatSeverities.map((severity) => (
          <div key={severity} className="grid gap-1">
            <ThreatSeverityMark severity={severity} />
            <Select
              aria-label={t('response_named', {
                kind: t(`kind_${kind}`),
                severity: t(`severity_${severity}`),
              })}
              value={responses[severity]}
              disabled={off}
              onChange={({ target }) =>
                onChange({
                  responses: { ...responses, [severity]: target.value } satisfies SeverityResponses,
                })
              }
            >
              {threatResponses.map((response) => (
                <option key={response} value={response}>
                  {t(`response_${response}`)}
                </option>
              ))}
            </Select>
          </div>
        ))}
        {thresholds[kind].map((name) => (
          <NumberField
            key={name}
            label={t(`field_${name}`)}
            hint={t(`hint_${name}`)}
            value={values[name] ?? Number.NaN}
            disabled={off}
            onChange={(value) => onChange({ [name]: value })}
          />
        ))}
        {kind === 'prompt_injection' && (
          <Field label={t('field_question')} hint={t('hint_question')}>
            {(field) => (
              <Select
                {...field}
                value={policy.prompt_injection.question}
                disabled={off}
                onChange={({ target }) => onChange({ question: target.value })}
              >
                {(['without_model', 'refuse'] as const).map((value) => (
                  <option key={value} value={value}>
                    {t(`question_${value}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
    </section>
  );
}

/** A number as it is typed; NaN while it is none. */
export function NumberField({
  label,
  hint,
  value,
  disabled,
  onChange,
}: {
  label: string;
  hint: string;
  value: number;
  disabled: boolean;
  onChange: (value: number) => void;
}) {
  const { t } = useTranslation('security');
  const [typed, setTyped] = useState(String(value));
  const shown = Number(typed) === value || Number.isNaN(value) ? typed : String(value);
  return (
    <Field label={label} hint={hint} error={Number.isNaN(value) ? t('expected_number') : null}>
      {(field) => (
        <Input
          {...field}
          inputMode="decimal"
          disabled={disabled}
          value={shown}
          onChange={({ target }) => {
            setTyped(target.value);
            onChange(target.value.trim() === '' ? Number.NaN : Number(target.value));
          }}
        />
      )}
    </Field>
  );
}
