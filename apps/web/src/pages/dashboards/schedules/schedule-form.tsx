import type { BoardState, ExportFormat } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { useSession } from '../../../lib/session.ts';
import { type Delivering, DeliveryFields, deliveryOf } from './delivery-fields.tsx';

const formats = ['pdf', 'png', 'svg', 'html', 'csv'] as const satisfies readonly ExportFormat[];
const cadences = { daily: '* * *', weekdays: '* * 1-5', weekly: '* * 1', monthly: '1 * *' } as const;
type Cadence = keyof typeof cadences | 'own';

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Five fields of cron for a cadence at a time of day. */
export function cronOf(cadence: keyof typeof cadences, time: string): string {
  const [hour = '7', minute = '0'] = time.split(':').map((each) => String(Number(each)));
  return `${minute} ${hour} ${cadences[cadence]}`;
}

export function ScheduleForm({
  dashboardId,
  state,
  onMade,
  onCancel,
}: {
  dashboardId: string;
  state: BoardState;
  /** With the secret of the webhook, where there is one. */
  onMade: (secret: string | null) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('leaving');
  const self = useSession()?.user.email ?? '';
  const [name, setName] = useState('');
  const [cadence, setCadence] = useState<Cadence>('weekly');
  const [time, setTime] = useState('07:00');
  const [cron, setCron] = useState('0 7 * * 1');
  const [zone, setZone] = useState(ownTimeZone);
  const [format, setFormat] = useState<ExportFormat>('pdf');
  const [delivering, setDelivering] = useState<Delivering>({ mail: self, webhook: '' });
  const make = useMutation({
    mutationFn: () =>
      client.dashboardSchedules.create({
        params: { id: dashboardId },
        body: {
          name,
          cron: cadence === 'own' ? cron : cronOf(cadence, time),
          time_zone: zone,
          format,
          state,
          deliver: deliveryOf(delivering),
        },
      }),
    onSuccess: ({ webhook_secret }) => onMade(webhook_secret),
  });
  return (
    <div className="grid gap-3 rounded-lg border border-line p-4">
      <EntryForm sending={make} button={t('make_schedule')}>
        <Field label={t('name')}>
          {(field) => (
            <Input
              {...field}
              required
              autoFocus
              maxLength={120}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label={t('when')}>
            {(field) => (
              <Select
                {...field}
                value={cadence}
                onChange={({ target }) => setCadence(target.value as Cadence)}
              >
                {([...(Object.keys(cadences) as Cadence[]), 'own'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`cadence_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {cadence === 'own' ? (
            <Field label={t('cron')}>
              {(field) => (
                <Input
                  {...field}
                  required
                  className="font-mono"
                  value={cron}
                  onChange={({ target }) => setCron(target.value)}
                />
              )}
            </Field>
          ) : (
            <Field label={t('time')}>
              {(field) => (
                <Input
                  {...field}
                  type="time"
                  required
                  value={time}
                  onChange={({ target }) => setTime(target.value)}
                />
              )}
            </Field>
          )}
          <Field label={t('time_zone')}>
            {(field) => (
              <Input {...field} required value={zone} onChange={({ target }) => setZone(target.value)} />
            )}
          </Field>
        </div>
        <Field label={t('format')}>
          {(field) => (
            <Select
              {...field}
              value={format}
              onChange={({ target }) => setFormat(target.value as ExportFormat)}
            >
              {formats.map((each) => (
                <option key={each} value={each}>
                  {t(`format_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <DeliveryFields value={delivering} onChange={setDelivering} />
      </EntryForm>
      <Button look="quiet" onClick={onCancel}>
        {t('cancel')}
      </Button>
    </div>
  );
}
