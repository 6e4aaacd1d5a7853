import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';

const query = { limit: 4 };

/** Nothing at all before the first: what a dashboard is, its own page says. */
export function RecentDashboards() {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation();
  const boards = useQuery({
    queryKey: queryKeys.boardList(query),
    queryFn: ({ signal }) => client.dashboards.list({ query, signal }),
  });
  if (!boards.data?.items.length) return null;
  return (
    <Section
      title={t('dashboards')}
      actions={
        <Link to="/dashboards" className="rounded text-accent hover:underline">
          {t('dashboards_all')}
        </Link>
      }
    >
      <ul className={`${panelClass} divide-y divide-line`}>
        {boards.data.items.map(({ dashboard_id: id, name, sample, updated_at }) => (
          <li key={id}>
            <Link
              to="/dashboards/$dashboardId"
              params={{ dashboardId: id }}
              className="flex h-16 flex-col justify-center px-4 -outline-offset-2 hover:bg-hover"
            >
              <span className="flex items-center gap-2">
                <span className="truncate font-medium">{name}</span>
                {sample && <Badge>{common('sample')}</Badge>}
              </span>
              <span className="truncate text-small text-ink-faint">{formatAgo(updated_at)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
