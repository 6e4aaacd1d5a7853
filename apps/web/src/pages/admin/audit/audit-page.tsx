import type { AuditEvent, AuditFilter } from '@stroma/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { Download, ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { AuditFilters } from './audit-filters.tsx';
import { EventPanel } from './event-panel.tsx';
import { EventTable } from './event-table.tsx';
import { VerifyPanel } from './verify-panel.tsx';

const route = getRouteApi('/frame/admin/audit');

/** The record of who did what: searched, verified, exported. */
export function AuditPage() {
  const { t } = useTranslation('audit');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayExport = usePermission('audit:export');
  const filter = filterOf(search);
  const pages = usePages<AuditEvent>(queryKeys.auditList(filter), (cursor, signal) =>
    client.audit.events({ query: { ...filter, limit: 50, ...cursor }, signal }),
  );
  const open = (event: string | undefined) =>
    void navigate({ search: ({ event: _, ...rest }) => (event === undefined ? rest : { ...rest, event }) });
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        mayExport && (
          <Menu>
            <MenuTrigger asChild>
              <Button>
                <Download size={16} aria-hidden />
                {t('export')}
              </Button>
            </MenuTrigger>
            <MenuContent>
              {(['csv', 'json'] as const).map((format) => (
                <MenuItem key={format} onSelect={() => window.location.assign(exportAddress(filter, format))}>
                  {t(`export_${format}`)}
                </MenuItem>
              ))}
            </MenuContent>
          </Menu>
        )
      }
    >
      <div className="grid grid-cols-1 gap-6">
        <VerifyPanel />
        <div>
          <AuditFilters
            search={search}
            onChange={(change) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true })}
            onClear={() => void navigate({ search: {}, replace: true })}
          />
          <PagedList
            pages={pages}
            skeleton={{ rows: 10, className: 'h-10' }}
            empty={
              <EmptyState icon={ScrollText} title={t('none')}>
                {t('none_text')}
              </EmptyState>
            }
          >
            {(events) => <EventTable events={events} onOpen={open} />}
          </PagedList>
        </div>
      </div>
      <EventPanel
        id={search.event}
        onClose={() => open(undefined)}
        onFilter={(change) => void navigate({ search: ({ event: _, ...now }) => ({ ...now, ...change }) })}
      />
    </Page>
  );
}

export interface AuditPageSearch {
  search?: string;
  resource?: string;
  outcome?: 'success' | 'refused' | 'failure';
  from?: string;
  to?: string;
  actor?: string;
  object?: string;
  installation?: boolean;
  event?: string;
}

/** Days are whole days where the person is. */
function filterOf(search: AuditPageSearch): AuditFilter {
  const { search: words, resource, outcome, from, to, actor, object, installation } = search;
  return {
    ...(words && { search: words }),
    ...(resource && { action: `${resource}.` }),
    ...(outcome && { outcome }),
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to && { to: new Date(`${to}T23:59:59.999`).toISOString() }),
    ...(actor && { actor_id: actor }),
    ...(object && { object_id: object }),
    ...(installation && { installation: 'true' as const }),
  };
}

function exportAddress(filter: AuditFilter, format: 'csv' | 'json'): string {
  return `/api/v1/audit/export?${new URLSearchParams({ ...filter, format })}`;
}
