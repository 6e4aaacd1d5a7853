import type { Dashboard } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { client } from '../../lib/client.ts';
import { formatTime } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

/** Every version of a board: who, when, what; each can be had again. */
export function VersionsDialog({
  board,
  onClose,
  onRestored,
}: {
  board: Dashboard;
  onClose: () => void;
  onRestored: (board: Dashboard) => void;
}) {
  const { t } = useTranslation('dashboards');
  const queryClient = useQueryClient();
  const id = board.dashboard_id;
  const pages = usePages([...queryKeys.boardPart(id, 'versions'), board.revision], (cursor, signal) =>
    client.dashboards.versions({ params: { id }, query: { limit: 50, ...cursor }, signal }),
  );
  const restore = useMutation({
    mutationFn: (revision: number) => client.dashboards.restoreVersion({ params: { id, revision } }),
    onSuccess: (restored) => {
      queryClient.setQueryData(queryKeys.board(id), restored);
      onRestored(restored);
      toast(t('version_restored'));
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('versions')} description={t('versions_intro')}>
        {restore.error && <ErrorNotice error={restore.error} />}
        <PagedList pages={pages} empty={null}>
          {(items) => (
            <ul className="divide-y divide-line">
              {items.map((version) => (
                <li key={version.revision} className="flex items-center gap-4 py-2">
                  <div className="min-w-0 flex-1">
                    <p className="flex items-center gap-2">
                      <span className="font-medium">{t('version_number', { number: version.revision })}</span>
                      {version.revision === board.revision && <Badge tone="accent">{t('version_now')}</Badge>}
                    </p>
                    <p className="wrap-anywhere text-ink-soft">{version.note}</p>
                    <p className="text-small text-ink-faint">
                      {formatTime(version.created_at)}
                      {version.created_by.name !== null && ` · ${version.created_by.name}`}
                    </p>
                  </div>
                  {board.may_change && version.revision !== board.revision && (
                    <Button
                      size="small"
                      disabled={restore.isPending}
                      onClick={() => restore.mutate(version.revision)}
                    >
                      {t('version_restore')}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )}
        </PagedList>
      </DialogContent>
    </Dialog>
  );
}
