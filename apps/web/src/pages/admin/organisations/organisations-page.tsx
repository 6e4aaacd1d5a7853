import type { Tenant } from '@stroma/contracts';
import { Building2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { OrganisationDialog, type Wish } from './organisation-dialogs.tsx';
import { OrganisationTable } from './organisation-table.tsx';

/** The organisations of this installation, for who keeps it. */
export function OrganisationsPage() {
  const { t } = useTranslation('organisations');
  const mayChange = usePermission('tenants:write');
  const [wish, setWish] = useState<Wish | null>(null);
  const pages = usePages<Tenant>(queryKeys.tenants, (cursor, signal) =>
    client.tenants.list({ query: { limit: 50, ...cursor }, signal }),
  );
  const alone = pages.items?.length === 1 && pages.more === null;
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => setWish({ what: 'make' })}>
            <Building2 size={16} aria-hidden />
            {t('make')}
          </Button>
        )
      }
    >
      <PagedList pages={pages} empty={null}>
        {(tenants) => <OrganisationTable tenants={tenants} mayChange={mayChange} onWish={setWish} />}
      </PagedList>
      {alone && (
        <div className="mt-6">
          <EmptyState icon={Building2} title={t('alone_title')}>
            {t('alone_text')}
          </EmptyState>
        </div>
      )}
      {wish !== null && <OrganisationDialog wish={wish} onClose={() => setWish(null)} />}
    </Page>
  );
}
