import type { Share } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, Share2, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { saveFile, toCsv } from '../../../lib/table-export.ts';
import { toast } from '../../../lib/toasts.ts';
import { ShareDialog } from './share-dialog.tsx';

/** What is shared with whom beside roles and projects, and until when. */
export function SharesPage() {
  const { t } = useTranslation('projects');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const [sharing, setSharing] = useState(false);
  const pages = usePages<Share>(queryKeys.shareList({}), (cursor, signal) =>
    client.projects.shares({ query: cursor, signal }),
  );
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.shares });
  const give = ({ resource_id: id, user_id, permission, expires_at }: Share) =>
    client.projects.share({ params: { id }, body: { user_id, permissions: [permission], expires_at } });
  const end = useMutation({
    mutationFn: ({ resource_id: id, grant_id }: Share) =>
      client.projects.unshare({ params: { id, grant_id } }),
    onSuccess: async (_, share) => {
      toast(t('share_ended', { name: share.user_name }), {
        action: {
          label: common('undo'),
          run: () =>
            void give(share).then(refresh, (error: unknown) =>
              toast(error instanceof Error ? error.message : String(error), { tone: 'critical' }),
            ),
        },
      });
      await refresh();
    },
  });
  const items = pages.items ?? [];
  return (
    <Page
      wide
      title={t('shares')}
      intro={t('shares_intro')}
      actions={
        <>
          {items.length > 0 && (
            <Button onClick={() => saveFile('shares.csv', csvOf(items))}>
              <Download size={16} aria-hidden />
              {common('export_csv')}
            </Button>
          )}
          <Button look="primary" onClick={() => setSharing(true)}>
            <Share2 size={16} aria-hidden />
            {t('share')}
          </Button>
        </>
      }
    >
      {end.error ? (
        <div className="mb-4">
          <ErrorNotice error={end.error} />
        </div>
      ) : null}
      <PagedList
        pages={pages}
        empty={
          <EmptyState icon={Share2} title={t('no_share')}>
            {t('no_share_text')}
          </EmptyState>
        }
      >
        {(shares) => <ShareTable shares={shares} onEnd={(share) => end.mutate(share)} />}
      </PagedList>
      {sharing && <ShareDialog onClose={() => setSharing(false)} onShared={refresh} />}
    </Page>
  );
}

function ShareTable({ shares, onEnd }: { shares: readonly Share[]; onEnd: (share: Share) => void }) {
  const { t } = useTranslation('projects');
  const wide = `${cellClass} hidden md:table-cell`;
  const wider = `${cellClass} hidden lg:table-cell`;
  return (
    <PlainTable
      label={t('shares')}
      headings={[
        { label: t('dataset') },
        { label: t('shared_with') },
        { label: t('permission'), className: wide },
        { label: t('until'), className: wide },
        { label: t('shared_by'), className: wider },
        { label: t('actions'), unseen: true },
      ]}
    >
      {shares.map((share) => (
        <tr key={share.grant_id}>
          <td className={cellClass}>
            <Link
              to="/data/$datasetId"
              params={{ datasetId: share.resource_id }}
              className="font-medium wrap-anywhere text-accent hover:underline"
            >
              {share.resource_name}
            </Link>
            <code className="mt-1 block font-mono text-small text-ink-soft md:hidden">
              {share.permission}
            </code>
          </td>
          <td className={cellClass}>{share.user_name}</td>
          <td className={wide}>
            <code className="font-mono text-small">{share.permission}</code>
          </td>
          <td className={`${wide} whitespace-nowrap`}>
            {share.expires_at === null ? t('without_end') : formatTime(share.expires_at)}
          </td>
          <td className={wider}>
            {share.created_by_name ?? t('somebody_gone')}
            <span className="block text-small text-ink-faint">{formatTime(share.created_at)}</span>
          </td>
          <td className={`${cellClass} w-12 text-end`}>
            {share.may_end && (
              <IconButton
                icon={X}
                label={t('end_share', { name: share.user_name, dataset: share.resource_name })}
                onClick={() => onEnd(share)}
              />
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

const columns = ['dataset_id', 'dataset', 'user_id', 'user', 'permission', 'until', 'shared_by', 'shared_at'];

const csvOf = (shares: readonly Share[]): string =>
  toCsv(
    columns.map((name) => ({ name, type: 'text' as const })),
    shares.map((each) => [
      each.resource_id,
      each.resource_name,
      each.user_id,
      each.user_name,
      each.permission,
      each.expires_at,
      each.created_by_name,
      each.created_at,
    ]),
  );
