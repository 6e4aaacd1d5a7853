import type { FeatureView } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import { CalendarClock, MoreHorizontal, RefreshCw, TableProperties, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/menu.tsx';
import { useBegunJob } from '../../lib/begun-job.ts';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { JoinDialog } from './join-dialog.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';

/** What can be done with a view: store its features, join them, say when they are stored, delete it. */
export function ViewActions({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const mayJoin = usePermission('models:write');
  const [open, setOpen] = useState<'join' | 'schedule' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const params = { id: view.view_id };
  const materialise = useBegunJob(
    () => client.features.materialise({ params }),
    ({ status, error }) => {
      if (status === 'succeeded') toast(t('materialised', { name: view.name }));
      else toast(error?.message ?? t('not_materialised'), { tone: 'critical' });
      void queryClient.invalidateQueries({ queryKey: queryKeys.features });
    },
  );
  return (
    <>
      {view.may_change && (
        <Button disabled={materialise.isBusy || !view.sees_all} onClick={materialise.start}>
          <RefreshCw
            size={16}
            aria-hidden
            className={clsx('max-sm:hidden', materialise.isBusy && 'animate-spin')}
          />
          {t(materialise.isBusy ? 'materialising' : 'materialise')}
        </Button>
      )}
      {mayJoin && (
        <Button look="primary" onClick={() => setOpen('join')}>
          <TableProperties size={16} aria-hidden className="max-sm:hidden" />
          {t('join')}
        </Button>
      )}
      {view.may_change && (
        <Menu>
          <MenuTrigger asChild>
            <Button aria-label={t('more')} look="quiet" size="icon">
              <MoreHorizontal size={16} aria-hidden />
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => setOpen('schedule')}>
              <CalendarClock size={16} aria-hidden />
              {t('schedule')}
            </MenuItem>
            <MenuItem onSelect={() => setOpen('delete')}>
              <Trash2 size={16} aria-hidden />
              {t('delete')}
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
      {open === 'join' && <JoinDialog chosen={[view.view_id]} onClose={close} />}
      {open === 'schedule' && <ScheduleDialog view={view} onClose={close} />}
      {open === 'delete' && (
        <ConfirmDialog
          title={t('delete_title', { name: view.name })}
          text={t('delete_text')}
          button={t('delete')}
          danger
          run={async () => {
            await client.features.remove({ params });
            await navigate({ to: '/models/features' });
            await queryClient.invalidateQueries({ queryKey: queryKeys.features });
          }}
          onClose={close}
        />
      )}
    </>
  );
}
