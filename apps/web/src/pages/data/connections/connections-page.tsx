import type { DataConnection } from '@stroma/contracts';
import { Link, useNavigate } from '@tanstack/react-router';
import { Cable, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Page, panelClass } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { ConnectionDialog } from './connection-dialog.tsx';
import { placeOf } from './source-place.ts';

/** Where data is fetched from beside files that are sent. */
export function ConnectionsPage() {
  const { t } = useTranslation('connections');
  const mayChange = usePermission('connections:write');
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const pages = usePages<DataConnection>(queryKeys.sources, (cursor, signal) =>
    client.connections.list({ query: { limit: 50, ...cursor }, signal }),
  );
  const add = mayChange && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={16} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <Page title={t('title')} intro={t('intro')} actions={add}>
      <PagedList
        pages={pages}
        skeleton={{ rows: 4, className: 'h-16' }}
        empty={
          <EmptyState icon={Cable} title={t('none')}>
            {t(mayChange ? 'none_text' : 'none_text_reader')}
          </EmptyState>
        }
      >
        {(connections) => (
          <ul className={`${panelClass} divide-y divide-line`}>
            {connections.map((each) => (
              <ConnectionLine key={each.connection_id} connection={each} />
            ))}
          </ul>
        )}
      </PagedList>
      {adding && (
        <ConnectionDialog
          present={null}
          onClose={() => setAdding(false)}
          onDone={({ connection_id: connectionId }) =>
            void navigate({ to: '/data/connections/$connectionId', params: { connectionId } })
          }
        />
      )}
    </Page>
  );
}

function ConnectionLine({ connection }: { connection: DataConnection }) {
  const { t } = useTranslation('connections');
  const { connection_id: connectionId, name, settings, tested, last_run, imports } = connection;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Cable size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          <Link to="/data/connections/$connectionId" params={{ connectionId }} className="hover:underline">
            {name}
          </Link>
          <Badge>{t(`kind_${settings.kind}`)}</Badge>
          <ConnectionState connection={connection} />
        </p>
        <p className="text-small text-ink-faint wrap-anywhere">
          {tested.problem === null ? placeOf(settings) : tested.problem.message}
        </p>
      </div>
      <p className="text-small text-ink-soft">
        {last_run === null
          ? t('never_imported')
          : t(`run_${last_run.status}_ago`, { ago: formatAgo(last_run.ended_at) })}
        {imports > 0 && ` · ${t('imports_count', { count: imports })}`}
      </p>
    </li>
  );
}

export function ConnectionState({ connection: { tested } }: { connection: DataConnection }) {
  const { t } = useTranslation('connections');
  return (
    <Badge tone={tested.problem === null ? 'good' : 'critical'}>
      {t(tested.problem === null ? 'reached' : 'not_reached')}
    </Badge>
  );
}
