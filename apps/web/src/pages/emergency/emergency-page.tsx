import { useQuery } from '@tanstack/react-query';
import { Siren } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, panelClass, Section } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission, useSession } from '../../lib/session.ts';
import { EmergencyItem } from './emergency-item.tsx';
import { OpenEmergency } from './open-emergency.tsx';

/** Emergency access: to open it for oneself, and to review what others did with it. */
export function EmergencyPage() {
  const { t } = useTranslation('emergency');
  const session = useSession();
  const mayUse = usePermission('break-glass:use');
  const mayReview = usePermission('break-glass:review');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.emergencies,
    queryFn: ({ signal }) => client.breakGlass.list({ query: { limit: 200 }, signal }),
  });
  const own = data?.items.find(
    ({ status, user_id }) => status === 'open' && user_id === session?.user.user_id,
  );
  return (
    <Page title={t('title')} intro={t('intro')}>
      <div className="grid grid-cols-1 gap-8">
        {mayUse && data && own === undefined && <OpenEmergency />}
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={4} />
        ) : (
          <Section title={t(mayReview ? 'all' : 'yours')}>
            {data.items.length === 0 ? (
              <EmptyState icon={Siren} title={t('none_title')}>
                {t('none_text')}
              </EmptyState>
            ) : (
              <ul className={`${panelClass} divide-y divide-line`}>
                {data.items.map((each) => (
                  <EmergencyItem
                    key={each.emergency_id}
                    emergency={each}
                    own={each.user_id === session?.user.user_id}
                    mayReview={mayReview}
                  />
                ))}
              </ul>
            )}
          </Section>
        )}
      </div>
    </Page>
  );
}
