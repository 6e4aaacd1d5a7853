import type { DashboardShare } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { AppWindow, Link2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatMoment } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';

export function ShareList({ dashboardId }: { dashboardId: string }) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const queryKey = queryKeys.boardPart(dashboardId, 'shares');
  const [ending, setEnding] = useState<DashboardShare | null>(null);
  const pages = usePages(queryKey, (cursor, signal) =>
    client.dashboardShares.list({ params: { id: dashboardId }, query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <section aria-label={t('shares')} className="grid gap-2">
      <h3 className="font-semibold">{t('shares')}</h3>
      <PagedList
        pages={pages}
        skeleton={{ rows: 2 }}
        empty={<p className="text-ink-faint">{t('no_shares')}</p>}
      >
        {(items) => (
          <ul className="divide-y divide-line rounded-lg border border-line">
            {items.map((share) => (
              <ShareLine key={share.share_id} share={share} onEnd={() => setEnding(share)} />
            ))}
          </ul>
        )}
      </PagedList>
      {ending !== null && (
        <ConfirmDialog
          danger
          title={t('end_title')}
          text={t('end_text')}
          button={t('end')}
          onClose={() => setEnding(null)}
          run={async () => {
            await client.dashboardShares.revoke({
              params: { id: dashboardId, share_id: ending.share_id },
            });
            toast(t('ended'));
            await queryClient.invalidateQueries({ queryKey });
          }}
        />
      )}
    </section>
  );
}

function ShareLine({ share, onEnd }: { share: DashboardShare; onEnd: () => void }) {
  const { t } = useTranslation('leaving');
  const Icon = share.kind === 'link' ? Link2 : AppWindow;
  const facts = [
    share.created_by.name ?? t('gone'),
    t('opened', { count: share.opened }),
    share.expires_at === null ? t('until_ended') : t('until', { when: formatMoment(share.expires_at) }),
    ...(share.has_password ? [t('with_password')] : []),
    ...share.allowed_origins,
  ];
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <Icon size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {share.label === '' ? t(share.kind) : share.label}
          <Badge tone={share.status === 'open' ? 'good' : 'plain'}>{t(`share_${share.status}`)}</Badge>
        </p>
        <p className="text-small text-ink-faint wrap-anywhere">{facts.join(' · ')}</p>
        {share.why_closed !== null && <p className="text-small text-warning">{share.why_closed}</p>}
      </div>
      {(share.status === 'open' || share.status === 'closed') && (
        <Button size="small" look="danger" onClick={onEnd}>
          {t('end')}
        </Button>
      )}
    </li>
  );
}
