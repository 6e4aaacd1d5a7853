import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Database, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { recentDatasetsQuery, useLoadSamples } from '../../lib/datasets.ts';
import { usePermission, useSession } from '../../lib/session.ts';
import { RecentDashboards } from './recent-dashboards.tsx';
import { RecentDatasets } from './recent-datasets.tsx';
import { RecentQuestions } from './recent-questions.tsx';
import { RunningNow } from './running-now.tsx';

export function HomePage() {
  const { t } = useTranslation('home');
  const session = useSession();
  const mayReadBoards = usePermission('dashboards:read');
  const datasets = useQuery(recentDatasetsQuery);
  const empty = datasets.data?.items.length === 0;
  const action = empty ? (
    <Link to="/data" className={buttonClass({ look: 'primary' })}>
      <Plus size={16} aria-hidden />
      {t('next_upload')}
    </Link>
  ) : (
    <Link to="/ask" className={buttonClass({ look: 'primary' })}>
      {t('next_ask')}
    </Link>
  );
  return (
    <Page
      title={t('title')}
      heading={t('welcome', { name: session?.user.name || session?.user.email })}
      intro={t('intro')}
      actions={
        <>
          {!empty && (
            <Link to="/data" className={buttonClass({})}>
              <Plus size={16} aria-hidden />
              {t('next_upload')}
            </Link>
          )}
          {action}
        </>
      }
    >
      {datasets.error ? (
        <ErrorNotice error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : empty ? (
        <NothingYet />
      ) : (
        <div className="grid grid-cols-1 gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="grid grid-cols-1 content-start gap-10">
            <Section
              title={t('datasets')}
              actions={
                <Link to="/data" className="rounded text-accent hover:underline">
                  {t('datasets_all')}
                </Link>
              }
            >
              <RecentDatasets datasets={datasets.data?.items} />
            </Section>
            {mayReadBoards && <RecentDashboards />}
          </div>
          <div className="grid grid-cols-1 content-start gap-10">
            <RecentQuestions datasets={datasets.data?.items} />
            <RunningNow />
          </div>
        </div>
      )}
    </Page>
  );
}

function NothingYet() {
  const { t } = useTranslation('home');
  const load = useLoadSamples();
  return (
    <EmptyState
      icon={Database}
      title={t('no_data_title')}
      action={
        <Button onClick={() => load.mutate()} disabled={load.isPending || load.isSuccess}>
          {t('load_samples')}
        </Button>
      }
    >
      {t('no_data_text')}
    </EmptyState>
  );
}
