import { isAdministrator, type Member } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, panelClass } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { useAdminSections } from './admin-page.tsx';

/** Where to go, and how the organisation stands. */
export function AdminOverviewPage() {
  const { t } = useTranslation('admin');
  const sections = useAdminSections();
  const maySeeMembers = usePermission('members:read');
  return (
    <Page title={t('title')} intro={t('intro')}>
      <div className="grid gap-8">
        {maySeeMembers && <Standing />}
        <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {sections.map(({ to, label, about, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                className={`${panelClass} flex h-full gap-3 p-4 hover:border-line-strong hover:bg-hover`}
              >
                <Icon size={18} aria-hidden strokeWidth={1.75} className="mt-0.5 shrink-0 text-accent" />
                <span className="min-w-0">
                  <span className="block font-medium">{t(label)}</span>
                  <span className="mt-0.5 block text-ink-soft">{t(about)}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </Page>
  );
}

const page = 200;

function Standing() {
  const { t } = useTranslation('admin');
  const query = { limit: page };
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.memberList(query),
    queryFn: ({ signal }) => client.members.list({ query, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={1} className="h-16" />;
  const count = (matches: (member: Member) => boolean) => {
    const n = data.items.filter(matches).length;
    return data.next_cursor === null ? formatCount(n) : t('at_least', { shown: formatCount(n) });
  };
  const isActive = ({ status }: Member) => status === 'active';
  const facts: [string, string][] = [
    [t('count_active'), count(isActive)],
    [t('count_administrators'), count((each) => isActive(each) && isAdministrator(each.role))],
    [t('count_limited'), count((each) => isActive(each) && each.access_until !== null)],
    [t('count_deactivated'), count((each) => !isActive(each))],
  ];
  return (
    <dl className={`${panelClass} grid grid-cols-2 divide-line sm:grid-cols-4 sm:divide-x`}>
      {facts.map(([name, value]) => (
        <div key={name} className="p-4">
          <dt className="text-small text-ink-soft">{name}</dt>
          <dd className="mt-0.5 text-title font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
