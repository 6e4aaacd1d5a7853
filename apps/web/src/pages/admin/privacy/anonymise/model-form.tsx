import type { PrivacyModelDocument } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import type { Actions, PreviewColumn } from './plan.ts';

/** How alike rows must be, and how varied what is to stay unknown. */
export function ModelForm({
  columns,
  actions,
  model,
  onChange,
}: {
  columns: readonly PreviewColumn[];
  actions: Actions;
  model: PrivacyModelDocument;
  onChange: (model: PrivacyModelDocument) => void;
}) {
  const { t } = useTranslation('anonymise');
  const possible = columns.filter(({ name }) => {
    const kind = actions[name]?.kind;
    return kind !== 'remove' && kind !== 'quasi_identifier';
  });
  const [sensitive = ''] = model.sensitive_columns;
  const setSensitive = (name: string) =>
    onChange(
      name === ''
        ? { ...model, sensitive_columns: [], l: null, t: null }
        : { ...model, sensitive_columns: [name] },
    );
  return (
    <div className={`${panelClass} grid items-start gap-4 p-4 sm:grid-cols-2 lg:grid-cols-4`}>
      <Field label={t('k')} hint={t('k_hint', { k: model.k })}>
        {(props) => (
          <Input
            {...props}
            type="number"
            min={2}
            max={1000}
            value={model.k}
            onChange={({ target }) => {
              const k = Math.round(target.valueAsNumber);
              if (k >= 2 && k <= 1000) onChange({ ...model, k });
            }}
          />
        )}
      </Field>
      <Field label={t('suppression')} hint={t('suppression_hint')}>
        {(props) => (
          <Input
            {...props}
            type="number"
            min={0}
            max={100}
            value={Math.round(model.suppression_limit * 100)}
            onChange={({ target }) => {
              const limit = target.valueAsNumber / 100;
              if (limit >= 0 && limit <= 1) onChange({ ...model, suppression_limit: limit });
            }}
          />
        )}
      </Field>
      <Field label={t('sensitive')} hint={t('sensitive_hint')}>
        {(props) => (
          <Select {...props} value={sensitive} onChange={({ target }) => setSensitive(target.value)}>
            <option value="">{t('sensitive_none')}</option>
            {possible.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-2 items-start gap-3">
        <Field label="l" hint={t('l_hint')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min={1}
              disabled={sensitive === ''}
              value={model.l?.l ?? ''}
              onChange={({ target }) =>
                onChange({
                  ...model,
                  l: target.value === '' ? null : { l: Math.max(1, target.valueAsNumber), kind: 'distinct' },
                })
              }
            />
          )}
        </Field>
        <Field label="t" hint={t('t_hint')}>
          {(props) => (
            <Input
              {...props}
              type="number"
              min={0}
              max={1}
              step={0.05}
              disabled={sensitive === ''}
              value={model.t ?? ''}
              onChange={({ target }) =>
                onChange({
                  ...model,
                  t: target.value === '' ? null : Math.min(1, Math.max(0, target.valueAsNumber)),
                })
              }
            />
          )}
        </Field>
      </div>
      <div className="sm:col-span-2 lg:col-span-4">
        <Segmented
          label={t('method')}
          value={model.method}
          options={[
            { value: 'full_domain', label: t('method_full_domain') },
            { value: 'mondrian', label: t('method_mondrian') },
          ]}
          onChange={(method) => onChange({ ...model, method })}
        />
        <p className="mt-1 max-w-prose text-small text-ink-faint">{t(`method_${model.method}_hint`)}</p>
      </div>
    </div>
  );
}
