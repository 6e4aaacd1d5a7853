import type { DataConnection } from '@stroma/contracts';
import { Link, useNavigate } from '@tanstack/react-router';
import { Cable } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { SourceLine, SourceListPage } from '../source-list.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import { placeOf } from './source-place.ts';

/** Where data is fetched from beside files that are sent. */
export function ConnectionsPage() {
  const { t } = useTranslation('connections');
  const mayChange = usePermission('connections:write');
  const navigate = useNavigate();
  return (
    <SourceListPage<DataConnection>
      texts={{
        title: t('title'),
        intro: t('intro'),
        add: t('add'),
        none: t('none'),
        noneText: t(mayChange ? 'none_text' : 'none_text_reader'),
      }}
      icon={Cable}
      queryKey={queryKeys.sources}
      fetch={(cursor, signal) => client.connections.list({ query: { limit: 50, ...cursor }, signal })}
      mayAdd={mayChange}
      form={(close) => (
        <ConnectionDialog
          present={null}
          onClose={close}
          onDone={({ connection_id: connectionId }) =>
            void navigate({ to: '/data/connections/$connectionId', params: { connectionId } })
          }
        />
      )}
      line={(each) => <ConnectionLine key={each.connection_id} connection={each} />}
    />
  );
}

function ConnectionLine({ connection }: { connection: DataConnection }) {
  const { t } = useTranslation('connections');
  const { connection_id: connectionId, name, settings, tested, last_run, imports } = connection;
  const ran =
    last_run === null
      ? t('never_imported')
      : t(`run_${last_run.status}_ago`, { ago: formatAgo(last_run.ended_at) });
  return (
    <SourceLine
      icon={Cable}
      name={
        <>
          <Link to="/data/connections/$connectionId" params={{ connectionId }} className="hover:underline">
            {name}
          </Link>
          <Badge>{t(`kind_${settings.kind}`)}</Badge>
          <ConnectionState connection={connection} />
        </>
      }
      about={tested.problem === null ? placeOf(settings) : tested.problem.message}
      state={imports > 0 ? `${ran} · ${t('imports_count', { count: imports })}` : ran}
    />
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
