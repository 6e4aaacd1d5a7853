import type { BaseModelDocument, RegisteredBase, TransferMode } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { BaseCard } from './base-card.tsx';
import { TuningFields } from './network-fields.tsx';
import { baseModelsQuery } from './training-queries.ts';
import type { Way } from './way.ts';

const nameOf = ({ name, number }: RegisteredBase): string => `${name} ${number}`;

/** Which model is learned on from, what its card says, and how much of it is learned. */
export function TransferFields({
  way,
  columns,
  onChange,
}: {
  way: Way;
  /** That may be learned from. */
  columns: readonly string[];
  onChange: (change: Partial<Way>) => void;
}) {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useQuery(baseModelsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton className="h-14" />;
  const { items, versions, refused } = data;
  if (items.length + versions.length === 0)
    return (
      <Notice tone="info" title={t('no_bases')}>
        {t('no_bases_text')}
      </Notice>
    );
  const { base } = way;
  const version =
    base !== null && 'model_id' in base ? versions.find((own) => own.model_id === base.model_id) : undefined;
  const file = base !== null && 'name' in base ? items.find(({ name }) => name === base.name) : undefined;
  const chosen: RegisteredBase | BaseModelDocument | undefined = version ?? file;
  const modes: readonly TransferMode[] = version?.modes ?? ['frozen'];
  const missing = (chosen?.columns ?? []).filter((name) => !columns.includes(name));
  const choose = (value: string) => {
    const model = versions.find(({ model_id }) => `version ${model_id}` === value);
    const mode = model?.modes.includes('last_layers') ? 'last_layers' : 'frozen';
    if (model !== undefined)
      onChange({ base: { model_id: model.model_id, version: String(model.number) }, mode });
    else onChange({ base: { name: value.slice('file '.length) }, mode });
  };
  return (
    <>
      <Field label={t('base_model')} hint={t('base_model_hint')}>
        {(field) => (
          <Select
            {...field}
            required
            value={version ? `version ${version.model_id}` : file ? `file ${file.name}` : ''}
            onChange={({ target }) => choose(target.value)}
          >
            <option value="" disabled>
              {t('choose_base')}
            </option>
            {versions.length > 0 && (
              <optgroup label={t('bases_registry')}>
                {versions.map((each) => (
                  <option key={each.model_id} value={`version ${each.model_id}`}>
                    {nameOf(each)}
                  </option>
                ))}
              </optgroup>
            )}
            {items.length > 0 && (
              <optgroup label={t('bases_beside')}>
                {items.map(({ name }) => (
                  <option key={name} value={`file ${name}`}>
                    {name}
                  </option>
                ))}
              </optgroup>
            )}
          </Select>
        )}
      </Field>
      {chosen !== undefined && <BaseCard base={chosen} />}
      {missing.length > 0 && (
        <Notice tone="warning" title={t('base_columns_missing', { count: missing.length })}>
          {missing.slice(0, 12).join(', ')}
          {missing.length > 12 && ` ${t('and_more', { count: missing.length - 12 })}`}
        </Notice>
      )}
      {chosen !== undefined && (
        <Field label={t('transfer_mode')} hint={t(`mode_${way.mode}_hint`)}>
          {(field) => (
            <Select
              {...field}
              value={way.mode}
              disabled={modes.length < 2}
              onChange={({ target }) => onChange({ mode: target.value as TransferMode })}
            >
              {modes.map((mode) => (
                <option key={mode} value={mode}>
                  {t(`mode_${mode}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {chosen !== undefined && way.mode !== 'frozen' && <TuningFields way={way} onChange={onChange} />}
      {refused.length > 0 && (
        <details>
          <summary className="w-fit rounded text-small text-ink-soft">{t('bases_refused')}</summary>
          <ul className="mt-1 grid gap-1 text-small text-ink-faint">
            {refused.map(({ path, why }) => (
              <li key={path} className="wrap-anywhere">
                {path}: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
