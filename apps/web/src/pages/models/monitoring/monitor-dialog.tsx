import type { Model, ModelMonitor, MonitorRule, MonitorSettings } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { CadenceField, daily } from './cadence-field.tsx';
import { RecipientFields } from './recipient-fields.tsx';
import { RetrainingFields } from './retraining-fields.tsx';
import { RuleFields } from './rule-fields.tsx';
import { ThresholdFields } from './threshold-fields.tsx';
import { WindowFields } from './window-fields.tsx';

/** What a monitor looks at, when, and what follows: a new one of one of the models, or the settings of one. */
export function MonitorDialog({
  models,
  monitor,
  onClose,
}: {
  models: readonly Model[];
  monitor: ModelMonitor | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('monitoring');
  const cache = useQueryClient();
  const [modelId, setModelId] = useState(models[0]?.model_id ?? '');
  const model = models.find(({ model_id }) => model_id === modelId);
  const [settings, setSettings] = useState<MonitorSettings>(() =>
    monitor === null ? usual(models[0], t('new_rule'), t('rule_worse_name')) : settingsOf(monitor),
  );
  const set = (change: Partial<MonitorSettings>) => setSettings((now) => ({ ...now, ...change }));
  const { rules, retraining } = settings;
  const save = useMutation({
    mutationFn: () =>
      monitor === null
        ? client.modelMonitoring.create({ body: { ...settings, model_id: modelId } })
        : client.modelMonitoring.update({
            params: { id: monitor.monitor_id },
            body: { ...settings, revision: monitor.revision },
          }),
    onSuccess: async ({ model_name: name }) => {
      toast(monitor === null ? t('created', { name }) : t('saved'));
      await cache.invalidateQueries({ queryKey: queryKeys.monitors });
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side
        title={monitor === null ? t('watch') : t('settings')}
        description={t('settings_text')}
      >
        <EntryForm sending={save} button={t('save')}>
          {monitor === null && models.length > 1 && (
            <Field label={t('choose_model')}>
              {(field) => (
                <Select
                  {...field}
                  value={modelId}
                  onChange={({ target }) => {
                    const chosen = models.find(({ model_id }) => model_id === target.value);
                    setModelId(target.value);
                    set({ name: chosen?.name.slice(0, 120) ?? '', version: usualVersion(chosen) });
                  }}
                >
                  {models.map(({ model_id, name }) => (
                    <option key={model_id} value={model_id}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <Field label={t('name')}>
            {(field) => (
              <Input
                {...field}
                required
                maxLength={120}
                value={settings.name}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
          <Field label={t('watched_version')}>
            {(field) => (
              <Select
                {...field}
                value={settings.version}
                onChange={({ target }) => set({ version: target.value })}
              >
                {versionsToWatch(model, settings.version).map((each) => (
                  <option key={each} value={each}>
                    {each === 'production'
                      ? t('in_production')
                      : each === 'latest'
                        ? t('newest_version')
                        : /^\d+$/.test(each)
                          ? t('version', { number: each })
                          : each}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <WindowFields settings={settings} onChange={set} />
          <CadenceField
            label={t('schedule')}
            schedule={settings.schedule}
            onChange={(schedule) => set({ schedule })}
          />
          <section className="grid grid-cols-1 gap-3">
            <h3 className="font-medium">{t('rules')}</h3>
            {rules.map((rule, at) => (
              <RuleFields
                key={rule.rule_id}
                rule={rule}
                retrains={retraining !== null}
                onChange={(next) => set({ rules: rules.with(at, next) })}
                onRemove={() => set({ rules: rules.toSpliced(at, 1) })}
              />
            ))}
            <Button
              size="small"
              look="quiet"
              className="justify-self-start"
              disabled={rules.length >= 20}
              onClick={() => set({ rules: [...rules, driftRule(freeId(rules), t('new_rule'))] })}
            >
              <Plus size={14} aria-hidden />
              {t('add_rule')}
            </Button>
          </section>
          <ThresholdFields thresholds={settings.thresholds} onChange={(thresholds) => set({ thresholds })} />
          <RecipientFields
            notify={settings.notify}
            known={monitor?.notified ?? []}
            onChange={(notify) => set({ notify })}
          />
          <RetrainingFields
            retraining={retraining}
            onChange={(next) =>
              set({
                retraining: next,
                ...(next === null && { rules: rules.map((rule) => ({ ...rule, retrain: false })) }),
              })
            }
          />
          {monitor !== null && (
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={settings.paused}
                onChange={({ target }) => set({ paused: target.checked })}
                className="size-4 accent-accent"
              />
              {t('paused')}
            </label>
          )}
        </EntryForm>
      </DialogContent>
    </Dialog>
  );
}

const usualVersion = (model: Model | undefined): string =>
  model?.stages.production === undefined ? 'latest' : 'production';

const driftRule = (rule_id: string, name: string): MonitorRule => ({
  rule_id,
  name,
  when: { kind: 'drift', of: 'any', column: null, at_least: 'moderate' },
  for_windows: 1,
  retrain: false,
});

function usual(model: Model | undefined, drift: string, worse: string): MonitorSettings {
  return {
    name: model?.name.slice(0, 120) ?? '',
    version: usualVersion(model),
    window: { kind: 'time', hours: 24 },
    windows: 12,
    schedule: daily(),
    paused: false,
    thresholds: {},
    rules: [driftRule('drift', drift), { ...driftRule('worse', worse), when: { kind: 'worse' } }],
    notify: [],
    retraining: null,
    seed: 1,
  };
}

/** What of a monitor can be set. */
function settingsOf(monitor: ModelMonitor): MonitorSettings {
  const { name, version, window, windows, schedule, paused } = monitor;
  const { thresholds, rules, notify, retraining, seed } = monitor;
  return { name, version, window, windows, schedule, paused, thresholds, rules, notify, retraining, seed };
}

function versionsToWatch(model: Model | undefined, present: string): string[] {
  const newest = model?.newest?.number ?? 0;
  const numbers = Array.from({ length: Math.min(newest, 20) }, (_, at) => String(newest - at));
  return [...new Set(['production', 'latest', ...Object.keys(model?.aliases ?? {}), ...numbers, present])];
}

/** The first that no rule has. */
function freeId(rules: readonly MonitorRule[]): string {
  const taken = new Set(rules.map(({ rule_id }) => rule_id));
  let at = rules.length + 1;
  while (taken.has(`rule-${at}`)) at++;
  return `rule-${at}`;
}
