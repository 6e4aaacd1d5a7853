import type { FeatureView } from '@stroma/contracts';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Layers, Plus, TableProperties } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { Page } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../components/plain-table.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatCount, formatTime } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { FreshnessMark } from './freshness-mark.tsx';
import { JoinDialog } from './join-dialog.tsx';

const route = getRouteApi('/frame/models/features');
const wide = `${cellClass} max-md:hidden`;

/** Features as they are defined once, for training and for what runs. */
export function FeaturesPage() {
  const { t } = useTranslation('features');
  useCrumbName(t('title'));
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = usePermission('models:write');
  const [joining, setJoining] = useState(false);
  const query = { limit: 50, ...(search !== '' && { search }) };
  const pages = usePages(queryKeys.featureList(query), (cursor, signal) =>
    client.features.list({ query: { ...query, ...cursor }, signal }),
  );
  return (
    <Page
      title={t('title')}
      intro={t('intro')}
      actions={
        mayWrite && (
          <>
            {(pages.items?.length ?? 0) > 0 && (
              <Button onClick={() => setJoining(true)}>
                <TableProperties size={16} aria-hidden />
                {t('join')}
              </Button>
            )}
            <Link to="/models/features/new" className={buttonClass({ look: 'primary' })}>
              <Plus size={16} aria-hidden />
              {t('new')}
            </Link>
          </>
        )
      }
    >
      <SearchField
        label={t('find')}
        value={search}
        onText={(text) => void navigate({ search: text === '' ? {} : { search: text }, replace: true })}
        className="mb-4"
      />
      <PagedList
        pages={pages}
        empty={
          search !== '' ? (
            <p className="text-ink-soft">{t('none_found')}</p>
          ) : (
            <EmptyState
              icon={Layers}
              title={t('empty_title')}
              action={
                mayWrite && (
                  <Link to="/models/features/new" className={buttonClass({})}>
                    {t('new')}
                  </Link>
                )
              }
            >
              {t('empty_text')}
            </EmptyState>
          )
        }
      >
        {(items) => (
          <PlainTable
            label={t('title')}
            headings={[
              { label: t('name'), className: `${cellClass} text-start` },
              { label: t('entity'), className: `${cellClass} text-start max-sm:hidden` },
              { label: t('features'), className: `${numberClass} max-sm:hidden` },
              { label: t('rows'), className: `${numberClass} max-md:hidden` },
              { label: t('freshness'), className: `${cellClass} text-start` },
              { label: t('last_event'), className: `${wide} text-start` },
              { label: t('owner'), className: `${wide} text-start` },
            ]}
          >
            {items.map((view) => (
              <ViewRow key={view.view_id} view={view} />
            ))}
          </PlainTable>
        )}
      </PagedList>
      {joining && <JoinDialog chosen={[]} onClose={() => setJoining(false)} />}
    </Page>
  );
}

function ViewRow({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const last = view.newest?.last_event_at ?? null;
  return (
    <tr className="hover:bg-hover">
      <td className={cellClass}>
        <Link
          to="/models/features/$viewId"
          params={{ viewId: view.view_id }}
          className="font-mono font-medium text-ink hover:text-accent wrap-anywhere"
        >
          {view.name}
        </Link>
        {view.description !== '' && (
          <p className="line-clamp-1 text-small text-ink-faint">{view.description}</p>
        )}
      </td>
      <td className={`${cellClass} max-sm:hidden`}>{view.entity.name}</td>
      <td className={`${numberClass} max-sm:hidden`}>{formatCount(view.features.length)}</td>
      <td className={`${numberClass} max-md:hidden`}>
        {view.newest === null ? t('nothing') : formatCount(view.newest.rows)}
      </td>
      <td className={cellClass}>
        <FreshnessMark freshness={view.freshness} />
      </td>
      <td className={wide}>
        {last === null ? (
          t('nothing')
        ) : (
          <time dateTime={last} title={formatTime(last)}>
            {formatAgo(last)}
          </time>
        )}
      </td>
      <td className={wide}>{view.owner.name ?? t('nothing')}</td>
    </tr>
  );
}
