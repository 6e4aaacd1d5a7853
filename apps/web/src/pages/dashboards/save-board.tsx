import type { BoardDocument, Dashboard } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

/** Saves a board; when somebody saved it meanwhile, says so and leaves every way open: nothing is lost. */
export function useSaveBoard(board: Dashboard, document: BoardDocument, onSaved: (board: Dashboard) => void) {
  const { t } = useTranslation('dashboards');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const params = { id: board.dashboard_id };
  const done = (saved: Dashboard) => {
    toast(t('saved'));
    onSaved(saved);
  };
  const save = useMutation({
    mutationFn: (revision: number) => client.dashboards.update({ params, body: { ...document, revision } }),
    onSuccess: done,
  });
  const over = useMutation({
    mutationFn: async () => {
      const { revision } = await client.dashboards.get({ params });
      return client.dashboards.update({ params, body: { ...document, revision } });
    },
    onSuccess: (saved) => {
      save.reset();
      done(saved);
    },
  });
  const copy = useMutation({
    mutationFn: () =>
      client.dashboards.create({ body: { ...document, name: t('copy_of', { name: document.name }) } }),
    onSuccess: (made) => {
      save.reset();
      void queryClient.invalidateQueries({ queryKey: queryKeys.board(board.dashboard_id) });
      void navigate({
        to: '/dashboards/$dashboardId',
        params: { dashboardId: made.dashboard_id },
        search: {},
      });
    },
  });
  const isStale = save.error instanceof ApiError && save.error.code === 'CONFLICT';
  const notice = isStale ? (
    <Notice
      tone="warning"
      title={t('stale_title')}
      action={
        <span className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => over.mutate()}>
            {t('stale_over')}
          </Button>
          <Button size="small" onClick={() => copy.mutate()}>
            {t('stale_copy')}
          </Button>
          <Button
            size="small"
            onClick={() => window.open(`/dashboards/${board.dashboard_id}`, '_blank', 'noopener')}
          >
            {t('stale_look')}
          </Button>
        </span>
      }
    >
      {t('stale_text')}
    </Notice>
  ) : (
    (save.error ?? over.error ?? copy.error) && <ErrorNotice error={save.error ?? over.error ?? copy.error} />
  );
  return { save: () => save.mutate(board.revision), isSaving: save.isPending || over.isPending, notice };
}
