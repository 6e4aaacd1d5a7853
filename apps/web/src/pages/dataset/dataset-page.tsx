import type { Dataset } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { BrainCircuit } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button, buttonClass } from '../../components/button.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { ProvenanceButton } from '../../components/provenance/provenance-button.tsx';
import { SignatureList } from '../../components/signatures/signature-list.tsx';
import { Skeleton, SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { datasetQuery } from '../../lib/datasets.ts';
import { formatCount } from '../../lib/format.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { type DatasetTab, datasetTabs } from '../../search-parameters.ts';
import { DatasetMenu } from '../data/dataset-menu.tsx';
import { PreviewTab } from './preview-tab.tsx';
import { RenameButton } from './rename-button.tsx';
import { useShownVersion } from './shown-version.ts';

const ProfileTab = lazy(async () => ({ default: (await import('./profile/profile-tab.tsx')).ProfileTab }));
const InsightsTab = lazy(async () => ({
  default: (await import('./insights/insights-tab.tsx')).InsightsTab,
}));
const IssuesTab = lazy(async () => ({ default: (await import('./issues-tab.tsx')).IssuesTab }));
const RejectsTab = lazy(async () => ({ default: (await import('./rejects-tab.tsx')).RejectsTab }));
const DecisionsTab = lazy(async () => ({
  default: (await import('./decisions/decisions-tab.tsx')).DecisionsTab,
}));
const AccessTab = lazy(async () => ({ default: (await import('./access/access-tab.tsx')).AccessTab }));
const VersionsTab = lazy(async () => ({ default: (await import('./versions-tab.tsx')).VersionsTab }));
const LineageTab = lazy(async () => ({ default: (await import('./lineage-tab.tsx')).LineageTab }));

const route = getRouteApi('/frame/data/$datasetId');

export function DatasetPage() {
  const { t } = useTranslation('dataset');
  const { datasetId } = route.useParams();
  const { data: dataset, error, refetch } = useQuery(datasetQuery(datasetId));
  useCrumbName(dataset?.name ?? null);
  if (error) {
    const gone = error instanceof ApiError && error.status === 404;
    return (
      <Page title={t('not_found')}>
        {gone ? null : <ErrorNotice error={error} onRetry={() => void refetch()} />}
        <Link to="/data" className={buttonClass({}, 'mt-4')}>
          {t('to_data')}
        </Link>
      </Page>
    );
  }
  if (dataset === undefined) {
    return (
      <Page title="Stroma" wide heading={<Skeleton className="h-8 w-64" />}>
        <SkeletonRows rows={8} />
      </Page>
    );
  }
  return <LoadedDataset dataset={dataset} />;
}

function LoadedDataset({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const { tab = 'preview' } = route.useSearch();
  const navigate = route.useNavigate();
  const version = useShownVersion(dataset);
  const show = (next: string) =>
    void navigate({
      search: ({ column: _, ...rest }) => ({ ...rest, tab: datasetTabs.find((each) => each === next) }),
    });
  const mayWrite = usePermission('datasets:write');
  const mayTrain = usePermission('models:write');
  const again = useMutation({
    mutationFn: () =>
      client.datasets.reingest({
        params: { id: dataset.dataset_id },
        body: { overrides: version.overrides },
      }),
    onSuccess: () => toast(t('again_started')),
    onError: (failure) => toast(failure.message, { tone: 'critical' }),
  });
  const tabList = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new tab may be out of sight on a narrow page
  useEffect(() => {
    const active = tabList.current?.querySelector<HTMLElement>('[data-state="active"]');
    const list = tabList.current;
    if (active && list) list.scrollLeft = active.offsetLeft - list.clientWidth / 2 + active.clientWidth / 2;
  }, [tab]);
  const counts: Partial<Record<DatasetTab, number>> = {
    issues: dataset.issue_count,
    rejects: version.rejected_rows,
    versions: dataset.version_count,
  };
  return (
    <Page
      wide
      title={dataset.name}
      heading={
        <span className="flex flex-wrap items-center gap-2">
          {dataset.name}
          <RenameButton dataset={dataset} />
          {dataset.sample && <Badge>{common('sample')}</Badge>}
        </span>
      }
      intro={t('summary', {
        rows: common('rows', { count: version.rows, shown: formatCount(version.rows) }),
        columns: common('columns', { count: version.columns.length, shown: version.columns.length }),
        file: dataset.file_name,
      })}
      actions={
        <>
          <ProvenanceButton
            id={version.version_id}
            onRunAgain={mayWrite ? () => again.mutate() : undefined}
          />
          {mayTrain && (
            <Link to="/models/train" search={{ dataset: dataset.dataset_id }} className={buttonClass({})}>
              <BrainCircuit size={16} aria-hidden />
              {t('train')}
            </Link>
          )}
          <Link
            to="/ask"
            search={{ datasets: dataset.dataset_id }}
            className={buttonClass({ look: 'primary' })}
          >
            {t('ask')}
          </Link>
          <DatasetMenu dataset={dataset} onDeleted={() => void navigate({ to: '/data' })} />
        </>
      }
    >
      {version.number !== dataset.version.number && (
        <div className="mb-4">
          <Notice
            tone="info"
            title={t('old_version', { number: version.number, newest: dataset.version.number })}
            action={
              <Button
                size="small"
                onClick={() => void navigate({ search: ({ version: _, ...rest }) => rest })}
              >
                {t('show_newest')}
              </Button>
            }
          />
        </div>
      )}
      {tab !== 'versions' && (
        <div className="mb-4 empty:hidden">
          <SignatureList object={{ kind: 'dataset_version', id: version.version_id }} />
        </div>
      )}
      <Tabs.Root value={tab} onValueChange={show}>
        <Tabs.List
          ref={tabList}
          aria-label={t('tabs')}
          className="relative flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
        >
          {datasetTabs.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px flex h-10 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-ink-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {t(`tab_${name}`)}
              {(counts[name] ?? 0) > 0 && (
                <span className="rounded bg-hover px-1.5 text-small text-ink-soft">
                  {formatCount(counts[name] ?? 0)}
                </span>
              )}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value={tab} className="pt-6 -outline-offset-2">
          <Suspense fallback={<SkeletonRows rows={6} className="h-12" />}>
            <TabContent tab={tab} dataset={dataset} />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  );
}

function TabContent({ tab, dataset }: { tab: DatasetTab; dataset: Dataset }) {
  const version = useShownVersion(dataset);
  const part = { dataset, version };
  switch (tab) {
    case 'preview':
      return <PreviewTab key={version.version_id} {...part} />;
    case 'profile':
      return <ProfileTab {...part} />;
    case 'insights':
      return <InsightsTab key={version.version_id} {...part} />;
    case 'issues':
      return <IssuesTab {...part} />;
    case 'rejects':
      return <RejectsTab {...part} />;
    case 'decisions':
      return <DecisionsTab key={version.version_id} {...part} />;
    case 'access':
      return <AccessTab {...part} />;
    case 'versions':
      return <VersionsTab {...part} />;
    case 'lineage':
      return <LineageTab {...part} />;
  }
}
