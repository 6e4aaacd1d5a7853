import type { BoardDocument } from '@stroma/contracts';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../components/field.tsx';
import { FormEnd } from '../../components/form-end.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { TimeRangeButton } from './time-range.tsx';

const refreshes = [5, 15, 60, 300, 900, 3600];
const types = ['text', 'number', 'date', 'list'] as const;

/** What a board is called, what can be filtered by, its variables, and how often it looks again. */
export function BoardSettings({
  document: given,
  columns,
  onChange,
  onClose,
}: {
  document: BoardDocument;
  columns: readonly string[];
  onChange: (document: BoardDocument) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('dashboards');
  const [draft, setDraft] = useState(given);
  const set = (part: Partial<BoardDocument>) => setDraft((now) => ({ ...now, ...part }));
  const { filters, variables } = draft;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('board_settings')} description={t('board_settings_intro')}>
        <form
          className="grid gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            onChange(draft);
            onClose();
          }}
        >
          <Field label={t('name')}>
            {(props) => (
              <Input
                {...props}
                required
                maxLength={200}
                value={draft.name}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
          <Field label={t('description')}>
            {(props) => (
              <textarea
                {...props}
                rows={2}
                maxLength={5000}
                value={draft.description}
                onChange={({ target }) => set({ description: target.value })}
                className={`${inputClass} h-auto py-1.5`}
              />
            )}
          </Field>
          <fieldset className="grid gap-2">
            <legend className="mb-1 font-medium">{t('filters')}</legend>
            <p className="text-small text-ink-faint">{t('filters_hint')}</p>
            {filters.map((filter, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: filters are their order
              <div key={at} className="flex gap-2">
                <Select
                  aria-label={t('column')}
                  value={filter.column}
                  onChange={({ target }) =>
                    set({
                      filters: filters.map((each, place) =>
                        place === at ? { ...each, column: target.value, op: 'in', values: [] } : each,
                      ),
                    })
                  }
                >
                  {[...new Set([filter.column, ...columns])].map((column) => (
                    <option key={column}>{column}</option>
                  ))}
                </Select>
                <Input
                  aria-label={t('label')}
                  placeholder={t('label')}
                  maxLength={120}
                  value={filter.label}
                  onChange={({ target }) =>
                    set({
                      filters: filters.map((each, place) =>
                        place === at ? { ...each, label: target.value } : each,
                      ),
                    })
                  }
                />
                <IconButton
                  icon={Trash2}
                  label={t('filter_remove')}
                  onClick={() => set({ filters: filters.filter((_, place) => place !== at) })}
                />
              </div>
            ))}
            <Button
              className="justify-self-start"
              size="small"
              disabled={columns.length === 0}
              onClick={() =>
                set({
                  filters: [
                    ...filters,
                    { column: columns[0] ?? '', op: 'in', values: [], dataset_id: null, label: '' },
                  ],
                })
              }
            >
              <Plus size={14} aria-hidden />
              {t('filter_add')}
            </Button>
          </fieldset>
          <div className="grid gap-1">
            <span className="font-medium">{t('time_range')}</span>
            <span>
              <TimeRangeButton
                value={draft.time_range}
                columns={columns}
                onChange={(time_range) => set({ time_range })}
              />
            </span>
          </div>
          <fieldset className="grid gap-2">
            <legend className="mb-1 font-medium">{t('variables')}</legend>
            <p className="text-small text-ink-faint">{t('variables_hint')}</p>
            {variables.map((variable, at) => {
              const change = (part: Partial<typeof variable>) =>
                set({
                  variables: variables.map((each, place) => (place === at ? { ...each, ...part } : each)),
                });
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: variables are their order
                <div key={at} className="flex gap-2">
                  <Input
                    aria-label={t('variable_name')}
                    placeholder="name"
                    pattern="[a-z][a-z0-9_]{0,59}"
                    required
                    value={variable.name}
                    onChange={({ target }) => change({ name: target.value })}
                  />
                  <Select
                    aria-label={t('variable_type')}
                    value={variable.type}
                    onChange={({ target }) => change({ type: target.value as (typeof types)[number] })}
                  >
                    {types.map((type) => (
                      <option key={type} value={type}>
                        {t(`variable_${type}`)}
                      </option>
                    ))}
                  </Select>
                  <Input
                    aria-label={t('variable_value')}
                    placeholder={t('variable_value')}
                    value={
                      Array.isArray(variable.value) ? variable.value.join(', ') : String(variable.value ?? '')
                    }
                    onChange={({ target }) =>
                      change({
                        value:
                          variable.type === 'number'
                            ? Number(target.value)
                            : variable.type === 'list'
                              ? target.value.split(',').map((each) => each.trim())
                              : target.value,
                      })
                    }
                  />
                  <IconButton
                    icon={Trash2}
                    label={t('variable_remove')}
                    onClick={() => set({ variables: variables.filter((_, place) => place !== at) })}
                  />
                </div>
              );
            })}
            <Button
              className="justify-self-start"
              size="small"
              onClick={() =>
                set({
                  variables: [
                    ...variables,
                    {
                      name: `value_${variables.length + 1}`,
                      label: '',
                      type: 'text',
                      value: '',
                      choices: [],
                    },
                  ],
                })
              }
            >
              <Plus size={14} aria-hidden />
              {t('variable_add')}
            </Button>
          </fieldset>
          <Field label={t('auto_refresh')}>
            {(props) => (
              <Select
                {...props}
                value={draft.refresh_s ?? ''}
                onChange={({ target }) =>
                  set({ refresh_s: target.value === '' ? null : Number(target.value) })
                }
              >
                <option value="">{t('refresh_events')}</option>
                {refreshes.map((seconds) => (
                  <option key={seconds} value={seconds}>
                    {seconds < 60
                      ? t('refresh_seconds', { count: seconds })
                      : t('refresh_minutes', { count: seconds / 60 })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={draft.cross_filter}
              onChange={({ target }) => set({ cross_filter: target.checked })}
            />
            {t('cross_filter')}
          </label>
          <FormEnd button={t('apply')} onCancel={onClose} />
        </form>
      </DialogContent>
    </Dialog>
  );
}
