import type { Dataset } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { MessageCircleQuestion } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { allDatasetsQuery } from '../../lib/datasets.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { DatasetPicker } from './dataset-picker.tsx';
import { History } from './history.tsx';
import { QuestionBox } from './question-box.tsx';

const route = getRouteApi('/frame/ask');

export function AskPage() {
  const { t } = useTranslation('ask');
  const { data, error, refetch } = useQuery(allDatasetsQuery);
  return (
    <Page wide title={t('title')} intro={t('intro')}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-40" />
      ) : data.items.length === 0 ? (
        <EmptyState
          icon={MessageCircleQuestion}
          title={t('no_data_title')}
          action={
            <Link to="/data" className={buttonClass({ look: 'primary' })}>
              {t('no_data_action')}
            </Link>
          }
        >
          {t('no_data_text')}
        </EmptyState>
      ) : (
        <AskDesk all={data.items} />
      )}
    </Page>
  );
}

function AskDesk({ all }: { all: readonly Dataset[] }) {
  const { datasets: named } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = named?.split(',') ?? [];
  const found = wanted.flatMap((id) => all.find(({ dataset_id }) => dataset_id === id) ?? []);
  const newest = all.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at))[0];
  const chosen = found.length > 0 || newest === undefined ? found : [newest];
  return (
    <div className="grid grid-cols-1 gap-x-12 gap-y-10 xl:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="grid min-w-0 grid-cols-1 content-start gap-6">
        <DatasetPicker
          all={all}
          chosen={chosen}
          onChange={(next) =>
            void navigate({
              search: ({ fixes: _, sql: __, ...rest }) => ({
                ...rest,
                datasets: next.map(({ dataset_id }) => dataset_id).join(','),
              }),
            })
          }
        />
        <QuestionBox key={chosen.map(({ dataset_id }) => dataset_id).join()} datasets={chosen} />
        <AnswerPanel datasets={chosen} />
      </div>
      <History all={all} />
    </div>
  );
}
