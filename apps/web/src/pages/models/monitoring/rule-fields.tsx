import {
  driftSides,
  type LearningMetric,
  learningMetrics,
  type MonitorCondition,
  type MonitorRule,
  windowMeasures,
} from '@stroma/contracts';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { panelClass } from '../../../components/page.tsx';

type Kind = MonitorCondition['kind'];
type Of<Wanted extends Kind> = Extract<MonitorCondition, { kind: Wanted }>;

const beginnings: { readonly [Each in Kind]: Of<Each> } = {
  drift: { kind: 'drift', of: 'any', column: null, at_least: 'moderate' },
  worse: { kind: 'worse' },
  metric: { kind: 'metric', metric: 'accuracy', is: 'below', value: 0.9, surely: false },
  measure: { kind: 'measure', measure: 'missing_share', column: null, is: 'above', value: 0.1 },
};

/** A rule: when it fires, after how many windows, and whether a retraining begins. */
export function RuleFields({
  rule,
  retrains,
  onChange,
  onRemove,
}: {
  rule: MonitorRule;
  /** Whether the monitor may retrain at all. */
  retrains: boolean;
  onChange: (rule: MonitorRule) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('monitoring');
  const { when } = rule;
  const setWhen = (next: MonitorCondition) => onChange({ ...rule, when: next });
  return (
    <fieldset className={`${panelClass} grid grid-cols-1 gap-3 p-3`}>
      <legend className="sr-only">{rule.name}</legend>
      <div className="flex items-start gap-2">
        <Input
          aria-label={t('rule_name')}
          required
          maxLength={120}
          value={rule.name}
          onChange={({ target }) => onChange({ ...rule, name: target.value })}
        />
        <IconButton icon={X} label={t('remove_rule')} onClick={onRemove} />
      </div>
      <Choice
        label={t('when')}
        value={when.kind}
        onChange={(kind) => setWhen(beginnings[kind])}
        options={(['drift', 'worse', 'metric', 'measure'] as const).map((value) => [
          value,
          t(`when_${value}`),
        ])}
      />
      {when.kind === 'drift' && (
        <Pair>
          <Choice
            label={t('of')}
            value={when.of}
            onChange={(of) => setWhen({ ...when, of })}
            options={driftSides.map((value) => [value, t(`side_${value}`)])}
          />
          <Choice
            label={t('at_least')}
            value={when.at_least}
            onChange={(at_least) => setWhen({ ...when, at_least })}
            options={(['slight', 'moderate', 'severe'] as const).map((value) => [
              value,
              t(`severity_at_least_${value}`),
            ])}
          />
        </Pair>
      )}
      {when.kind === 'metric' && (
        <>
          <MetricChoice value={when.metric} onChange={(metric) => setWhen({ ...when, metric })} />
          <Bound when={when} onChange={setWhen} />
        </>
      )}
      {when.kind === 'measure' && (
        <>
          <Choice
            label={t('measure')}
            value={when.measure}
            onChange={(measure) => setWhen({ ...when, measure })}
            options={windowMeasures.map((value) => [value, t(`measure_${value}`)])}
          />
          <Bound when={when} onChange={setWhen} />
        </>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-40">
          <Field label={t('for_windows')}>
            {(field) => (
              <Input
                {...field}
                type="number"
                min={1}
                max={20}
                required
                value={rule.for_windows || ''}
                onChange={({ target }) => onChange({ ...rule, for_windows: target.valueAsNumber || 0 })}
              />
            )}
          </Field>
        </div>
        {retrains && (
          <label className="flex h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={rule.retrain}
              onChange={({ target }) => onChange({ ...rule, retrain: target.checked })}
              className="size-4 accent-accent"
            />
            {t('rule_retrains')}
          </label>
        )}
      </div>
    </fieldset>
  );
}

const Pair = ({ children }: { children: ReactNode }) => (
  <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-2">{children}</div>
);

function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}) {
  return (
    <Field label={label}>
      {(field) => (
        <Select {...field} value={value} onChange={({ target }) => onChange(target.value as Value)}>
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function MetricChoice({
  value,
  onChange,
}: {
  value: LearningMetric;
  onChange: (metric: LearningMetric) => void;
}) {
  const { t } = useTranslation('monitoring');
  const { t: words } = useTranslation('models');
  return (
    <Choice
      label={t('metric')}
      value={value}
      onChange={onChange}
      options={learningMetrics.map((each) => [each, words(`metric_${each}`)])}
    />
  );
}

function Bound<When extends Of<'metric'> | Of<'measure'>>({
  when,
  onChange,
}: {
  when: When;
  onChange: (when: When) => void;
}) {
  const { t } = useTranslation('monitoring');
  return (
    <Pair>
      <Choice
        label={t('is')}
        value={when.is}
        onChange={(is) => onChange({ ...when, is })}
        options={(['above', 'below'] as const).map((each) => [each, t(each)])}
      />
      <Field label={t('bound')}>
        {(field) => (
          <Input
            {...field}
            type="number"
            step="any"
            required
            value={Number.isNaN(when.value) ? '' : when.value}
            onChange={({ target }) => onChange({ ...when, value: target.valueAsNumber })}
          />
        )}
      </Field>
    </Pair>
  );
}
