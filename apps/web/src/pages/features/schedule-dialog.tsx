import type { FeatureView } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EntryForm } from '../../components/entry-form.tsx';
import { Field, Input, Select } from '../../components/field.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

const cadences = { none: null, hourly: '0 * * * *', daily: '0 5 * * *', weekly: '0 5 * * 1' } as const;
type Cadence = keyof typeof cadences | 'own';

/** When a view is stored by itself, if there is something new to read. */
export function ScheduleDialog({ view, onClose }: { view: FeatureView; onClose: () => void }) {
  const { t } = useTranslation('features');
  const queryClient = useQueryClient();
  const present = view.schedule?.cron ?? null;
  const known = (Object.keys(cadences) as (keyof typeof cadences)[]).find(
    (each) => cadences[each] === present,
  );
  const [cadence, setCadence] = useState<Cadence>(known ?? 'own');
  const [cron, setCron] = useState(present ?? '0 5 * * *');
  const save = useMutation({
    mutationFn: () => {
      const wanted = cadence === 'own' ? cron.trim() : cadences[cadence];
      const time_zone = view.schedule?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
      return client.features.setSchedule({
        params: { id: view.view_id },
        body: { schedule: wanted === null ? null : { cron: wanted, time_zone } },
      });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.features });
      toast(t('schedule_saved'));
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('schedule')} description={t('schedule_intro')}>
        <EntryForm sending={save} button={t('save')}>
          <Field label={t('cadence')}>
            {(props) => (
              <Select
                {...props}
                value={cadence}
                onChange={({ target }) => setCadence(target.value as Cadence)}
              >
                {(['none', 'hourly', 'daily', 'weekly', 'own'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`cadence_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {cadence === 'own' && (
            <Field label={t('cron')} hint={t('cron_hint')}>
              {(props) => (
                <Input
                  {...props}
                  required
                  maxLength={100}
                  className="font-mono"
                  value={cron}
                  onChange={({ target }) => setCron(target.value)}
                />
              )}
            </Field>
          )}
        </EntryForm>
      </DialogContent>
    </Dialog>
  );
}
