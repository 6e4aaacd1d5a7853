import type { FeatureView } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../components/button.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton, SkeletonRows } from '../../components/skeleton.tsx';
import { type FeatureTab, featureTabs } from '../../search-parameters.ts';
import { DefinitionTab } from './definition-tab.tsx';
import { viewQuery } from './feature-queries.ts';
import { FeaturesTab } from './features-tab.tsx';
import { FreshnessMark } from './freshness-mark.tsx';
import { HistoryTab } from './history-tab.tsx';
import { OnlineLookup } from './online-lookup.tsx';
import { ViewActions } from './view-actions.tsx';

const route = getRouteApi('/frame/models/features/$viewId');

/** One feature view: what it gives, how it is made, what is stored of it. */
export function ViewPage() {
  const { t } = useTranslation('features');
  const { viewId } = route.useParams();
  const { data, error, refetch } = useQuery(viewQuery(viewId));
  useCrumbName(data?.name ?? null);
  if (error) {
    const isGone = error instanceof ApiError && error.status === 404;
    return (
      <Page title={t(isGone ? 'view_not_found' : 'view')}>
        {isGone ? null : <ErrorNotice error={error} onRetry={() => void refetch()} />}
        <Link to="/models/features" className={buttonClass({}, 'mt-4')}>
          {t('to_features')}
        </Link>
      </Page>
    );
  }
  if (data === undefined)
    return (
      <Page title="Stroma" wide heading={<Skeleton className="h-8 w-64" />}>
        <SkeletonRows rows={8} />
      </Page>
    );
  return <LoadedView view={data} />;
}

function LoadedView({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const { tab = 'features' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      wide
      title={view.name}
      heading={
        <span className="flex flex-wrap items-center gap-3">
          <span className="font-mono wrap-anywhere">{view.name}</span>
          <FreshnessMark freshness={view.freshness} />
        </span>
      }
      intro={
        <>
          <Link to="/models/features" className="text-accent hover:underline">
            {t('title')}
          </Link>
          {view.description !== '' && <span className="block">{view.description}</span>}
        </>
      }
      actions={<ViewActions view={view} />}
    >
      {!view.sees_all && (
        <div className="mb-4">
          <Notice tone="info" title={t('sees_part')}>
            {t('sees_part_text')}
          </Notice>
        </div>
      )}
      <Tabs.Root
        value={tab}
        onValueChange={(next) => {
          const chosen = featureTabs.find((each) => each === next);
          void navigate({ search: chosen === undefined || chosen === 'features' ? {} : { tab: chosen } });
        }}
      >
        <Tabs.List
          aria-label={t('tabs')}
          className="relative flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
        >
          {featureTabs.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px flex h-10 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-ink-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {t(`tab_${name}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value={tab} className="pt-6 -outline-offset-2">
          <TabBody tab={tab} view={view} />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  );
}

function TabBody({ tab, view }: { tab: FeatureTab; view: FeatureView }) {
  switch (tab) {
    case 'features':
      return <FeaturesTab view={view} />;
    case 'definition':
      return <DefinitionTab view={view} />;
    case 'online':
      return <OnlineLookup key={view.version} view={view} />;
    case 'history':
      return <HistoryTab view={view} />;
  }
}
