import type { Answer, Dataset } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ChartPanel } from '../../components/chart/chart-panel.tsx';
import { ResultTable } from '../../components/grid/result-table.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { cellLabel } from '../../lib/cell.ts';
import { formatCount } from '../../lib/format.ts';
import { answerQuery } from '../../lib/questions.ts';
import { AnswerFacts } from './answer-facts.tsx';
import { Interpretation } from './interpretation.tsx';
import { SqlPanel } from './sql-panel.tsx';
import { Unanswerable } from './unanswerable.tsx';

const route = getRouteApi('/frame/ask');

/** The answer to what the address asks. */
export function AnswerPanel({ datasets }: { datasets: readonly Dataset[] }) {
  const { t } = useTranslation('ask');
  const { q, sql, fixes = [] } = route.useSearch();
  const navigate = route.useNavigate();
  const request = {
    datasetIds: datasets.map(({ dataset_id }) => dataset_id),
    question: q,
    sql,
    corrections: fixes,
  };
  const query = useQuery({ ...answerQuery(request), placeholderData: keepPreviousData });
  if (q === undefined && sql === undefined) return null;
  const answer = query.data;
  const old = query.isPlaceholderData;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-6" aria-busy={query.isFetching}>
      {sql !== undefined && q !== undefined && (
        <Notice
          tone="info"
          title={t('sql_edited')}
          action={
            <Button size="small" onClick={() => void navigate({ search: ({ sql: _, ...rest }) => rest })}>
              {t('sql_back')}
            </Button>
          }
        />
      )}
      {sql !== undefined && (
        <SqlPanel
          datasets={datasets}
          sql={sql}
          running={query.isFetching}
          {...(query.error && { onRetry: () => void query.refetch() })}
        />
      )}
      {query.error ? (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : answer === undefined ? (
        <AnswerSkeleton />
      ) : (
        <div className={clsx('grid min-w-0 grid-cols-1 gap-6', old && 'opacity-50')} inert={old}>
          {answer.unanswerable ? (
            <Unanswerable answer={answer} datasets={datasets} />
          ) : (
            <AnswerBody answer={answer} datasets={datasets} withSql={sql === undefined} />
          )}
        </div>
      )}
    </div>
  );
}

function AnswerBody({
  answer,
  datasets,
  withSql,
}: {
  answer: Answer;
  datasets: readonly Dataset[];
  withSql: boolean;
}) {
  const { t } = useTranslation('ask');
  const { t: common } = useTranslation();
  const { chart, columns, rows } = answer;
  const title = answer.question ?? t('result');
  const drawn = chart !== null && chart.spec !== null && rows.length > 0;
  return (
    <>
      {answer.interpretation && (
        <Interpretation
          interpretation={answer.interpretation}
          question={answer.question}
          datasets={datasets}
        />
      )}
      <AnswerFacts answer={answer} />
      {answer.explanation && (
        <p className="max-w-prose text-ink-soft" data-answer="explanation">
          {answer.explanation}
        </p>
      )}
      {chart?.type === 'number' && rows[0] && (
        <figure className={`${panelClass} px-6 py-8`}>
          <p className="text-figure font-semibold" data-answer="number">
            {cellLabel(rows[0].at(-1))}
          </p>
          <figcaption className="mt-1 text-ink-soft">{chart.title || columns.at(-1)?.name}</figcaption>
        </figure>
      )}
      {drawn && chart.spec && (
        <ChartPanel title={chart.title || title} spec={chart.spec} columns={columns} rows={rows} />
      )}
      <Section title={t('result')}>
        {rows.length === 0 ? (
          <p className="text-ink-soft">{t('empty_result')}</p>
        ) : (
          <ResultTable label={title} columns={columns} rows={rows} />
        )}
        {answer.truncated && (
          <p className="mt-2 text-warning">
            {t('truncated', {
              rows: common('rows', { count: rows.length, shown: formatCount(rows.length) }),
            })}
          </p>
        )}
      </Section>
      {withSql && answer.sql !== null && <SqlPanel datasets={datasets} sql={answer.sql} running={false} />}
    </>
  );
}

function AnswerSkeleton() {
  return (
    <div className="grid gap-6">
      <Skeleton className="h-8 w-3/5" />
      <Skeleton className="h-96" />
      <Skeleton className="h-48" />
    </div>
  );
}
