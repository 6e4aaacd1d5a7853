import type { Model, PredictionLog } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Select } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';
import { formatPercent } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { predictionLogQuery } from './monitoring-queries.ts';

const shares = [1, 0.5, 0.1, 0.01];

/** Whether predictions of the model are kept, without which there is nothing to look at. */
export function LogSwitch({ model }: { model: Model }) {
  const { t } = useTranslation('monitoring');
  const maySay = usePermission('models:promote', { ownerId: model.created_by.user_id });
  const cache = useQueryClient();
  const { data: log, error, refetch } = useQuery(predictionLogQuery(model.model_id));
  const [share, setShare] = useState<number | null>(null);
  const save = useMutation({
    mutationFn: (wanted: PredictionLog) =>
      client.predictions.setLog({ params: { id: model.model_id }, body: wanted }),
    onSuccess: async () => {
      toast(t('log_saved'));
      await Promise.all([
        cache.invalidateQueries({ queryKey: queryKeys.modelPart(model.model_id, 'prediction-log') }),
        cache.invalidateQueries({ queryKey: queryKeys.monitors }),
      ]);
    },
    onError: (cause) => toast(cause.message, { tone: 'critical' }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (log === undefined) return null;
  const set = (change: Partial<PredictionLog>) =>
    save.mutate({ enabled: log.enabled, share: log.share, ...change });
  if (!log.enabled)
    return (
      <Notice
        tone="warning"
        title={t('log_off')}
        action={
          maySay && (
            <Button disabled={save.isPending} onClick={() => set({ enabled: true })}>
              {t('log_on')}
            </Button>
          )
        }
      >
        {t('log_off_text')}
      </Notice>
    );
  const chosen = share ?? log.share;
  return (
    <div className={`${panelClass} flex min-h-12 flex-wrap items-center gap-3 px-4 py-2`}>
      <p className="min-w-0 flex-1 basis-40">
        {t('log')} <span className="text-ink-faint">{formatPercent(log.share)}</span>
      </p>
      {maySay && (
        <>
          <Select
            aria-label={t('log_share')}
            className="w-28!"
            value={chosen}
            disabled={save.isPending}
            onChange={({ target }) => {
              setShare(Number(target.value));
              set({ share: Number(target.value) });
            }}
          >
            {[...new Set([...shares, log.share])].map((each) => (
              <option key={each} value={each}>
                {formatPercent(each)}
              </option>
            ))}
          </Select>
          <Button look="quiet" disabled={save.isPending} onClick={() => set({ enabled: false })}>
            {t('log_stop')}
          </Button>
        </>
      )}
    </div>
  );
}
