import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, inputClass, Select } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass } from '../../components/page.tsx';
import { client } from '../../lib/client.ts';

const choices = [15, 30, 60, 120, 240] as const;
const shortestReason = 20;

/** The reason and the time, and what follows from opening it. */
export function OpenEmergency() {
  const { t } = useTranslation('emergency');
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState(60);
  const open = useMutation({
    mutationFn: () => client.breakGlass.open({ body: { reason: reason.trim(), minutes } }),
    // What one may see has changed everywhere.
    onSuccess: () => queryClient.invalidateQueries(),
  });
  const start = (event: FormEvent) => {
    event.preventDefault();
    open.mutate();
  };
  return (
    <form onSubmit={start} className={`${panelClass} grid max-w-2xl grid-cols-1 gap-4 p-6`}>
      <Field label={t('reason')} hint={t('reason_hint')}>
        {(props) => (
          <textarea
            {...props}
            rows={3}
            required
            minLength={shortestReason}
            maxLength={2000}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            className={`${inputClass} h-auto py-1.5`}
          />
        )}
      </Field>
      <div className="w-40">
        <Field label={t('minutes')}>
          {(props) => (
            <Select {...props} value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
              {choices.map((each) => (
                <option key={each} value={each}>
                  {t('minutes_option', { count: each })}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {open.error && <ErrorNotice error={open.error} />}
      <div>
        <Button
          type="submit"
          look="primary"
          disabled={open.isPending || reason.trim().length < shortestReason}
        >
          {t('open')}
        </Button>
      </div>
    </form>
  );
}
