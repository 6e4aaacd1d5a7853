import type { Model, ModelMonitor } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { ClipboardCheck, Ellipsis, RefreshCw, Repeat, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { useBegunJob } from '../../../lib/begun-job.ts';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { MonitorDialog } from './monitor-dialog.tsx';
import { OutcomesDialog } from './outcomes-dialog.tsx';

/** What can be done with a monitor: let it look, tell it what was so, train again, change it, end it. */
export function MonitorActions({
  model,
  monitor,
  onChecked,
}: {
  model: Model;
  monitor: ModelMonitor;
  onChecked: () => void;
}) {
  const { t } = useTranslation('monitoring');
  const cache = useQueryClient();
  const [open, setOpen] = useState<'settings' | 'retrain' | 'outcomes' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const params = { id: monitor.monitor_id };
  const refresh = () => cache.invalidateQueries({ queryKey: queryKeys.monitors });
  const look = useBegunJob(
    () => client.modelMonitoring.check({ params }),
    ({ status, error }) => {
      if (status === 'succeeded') toast(t('checked', { name: monitor.name }));
      else toast(error?.message ?? t('not_checked'), { tone: 'critical' });
      void refresh();
      onChecked();
    },
  );
  return (
    <>
      <Button disabled={look.isBusy} onClick={look.start}>
        <RefreshCw size={16} aria-hidden className={clsx(look.isBusy && 'motion-safe:animate-spin')} />
        {t(look.isBusy ? 'checking' : 'check_now')}
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <IconButton icon={Ellipsis} label={t('more')} />
        </MenuTrigger>
        <MenuContent>
          <MenuItem icon={SlidersHorizontal} onSelect={() => setOpen('settings')}>
            {t('settings')}
          </MenuItem>
          <MenuItem icon={ClipboardCheck} onSelect={() => setOpen('outcomes')}>
            {t('outcomes')}
          </MenuItem>
          {monitor.retraining !== null && (
            <MenuItem
              icon={Repeat}
              disabled={monitor.running_retraining !== null}
              onSelect={() => setOpen('retrain')}
            >
              {t('retrain')}
            </MenuItem>
          )}
          <MenuItem icon={Trash2} tone="critical" onSelect={() => setOpen('delete')}>
            {t('delete')}
          </MenuItem>
        </MenuContent>
      </Menu>
      {open === 'settings' && <MonitorDialog models={[model]} monitor={monitor} onClose={close} />}
      {open === 'outcomes' && <OutcomesDialog modelId={model.model_id} onClose={close} />}
      {open === 'retrain' && (
        <ConfirmDialog
          title={t('retrain_title', { name: model.name })}
          text={t('retrain_text')}
          button={t('retrain')}
          run={async () => {
            await client.modelMonitoring.retrain({ params });
            toast(t('retraining_started'));
            await refresh();
          }}
          onClose={close}
        />
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={t('delete_title', { name: monitor.name })}
          text={t('delete_text')}
          button={t('delete')}
          danger
          run={async () => {
            await client.modelMonitoring.remove({ params });
            await refresh();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
