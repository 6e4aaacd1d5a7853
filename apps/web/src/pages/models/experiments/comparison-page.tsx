import type { RunComparison } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { GitCompareArrows } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, Section } from '../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { metricText } from '../metric-text.ts';
import { CurveChoice, distinctNames } from './metric-curves.tsx';
import { RunStatusMark } from './run-status.tsx';
import { Sameness } from './sameness.tsx';

const route = getRouteApi('/frame/models/comparison');

/** Chosen runs side by side: what differs, which is best at what, and the curves on the same axes. */
export function ComparisonPage() {
  const { t } = useTranslation('models');
  const { runs = '' } = route.useSearch();
  const ids = runs.split(',').filter((id) => id !== '');
  useCrumbName(t('comparison'));
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.runComparison(ids),
    queryFn: ({ signal }) => client.experiments.compare({ body: { run_ids: ids }, signal }),
    enabled: ids.length > 1,
  });
  return (
    <Page wide title={t('comparison')} intro={t('comparison_intro')}>
      {ids.length < 2 ? (
        <EmptyState
          icon={GitCompareArrows}
          title={t('too_few_runs')}
          action={
            <Link to="/models" search={{ view: 'experiments' }} className={buttonClass({ look: 'primary' })}>
              {t('to_experiments')}
            </Link>
          }
        />
      ) : error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <Compared comparison={data} />
      )}
    </Page>
  );
}

function Compared({ comparison }: { comparison: RunComparison }) {
  const { t } = useTranslation('models');
  const { runs, metrics, params, same_data, same_code } = comparison;
  const names = distinctNames(runs);
  const headings = [
    { label: t('name'), className: `${cellClass} text-start` },
    ...names.map((label) => ({ label, className: `${cellClass} text-end` })),
  ];
  return (
    <div className="grid grid-cols-1 gap-8">
      <div className="flex flex-wrap items-center gap-2">
        <Sameness same={same_data} what="data" />
        <Sameness same={same_code} what="code" />
      </div>
      {metrics.length > 0 && (
        <Section title={t('metrics')} note={t('highest_note')}>
          <PlainTable label={t('metrics')} headings={headings}>
            <tr>
              <th scope="row" className={`${cellClass} text-start font-normal text-ink-soft`}>
                {t('state')}
              </th>
              {runs.map(({ run_id, status }) => (
                <td key={run_id} className={numberClass}>
                  <RunStatusMark status={status} />
                </td>
              ))}
            </tr>
            {metrics.map(({ key, values, highest, lowest, differs }) => (
              <tr key={key}>
                <th scope="row" className={`${cellClass} text-start font-normal text-ink-soft`}>
                  {key}
                </th>
                {runs.map(({ run_id }, at) => {
                  const value = values[at] ?? null;
                  return (
                    <td key={run_id} className={numberClass}>
                      {value === null ? t('nothing') : metricText(value)}
                      {differs && highest !== lowest && run_id === highest && (
                        <End text={t('highest')}>▲</End>
                      )}
                      {differs && highest !== lowest && run_id === lowest && <End text={t('lowest')}>▼</End>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </PlainTable>
        </Section>
      )}
      <CurveChoice runs={runs} keys={metrics.map(({ key }) => key)} />
      {params.length > 0 && <Params headings={headings} comparison={comparison} />}
    </div>
  );
}

function End({ text, children }: { text: string; children: string }) {
  return (
    <span className="ms-1 text-small text-accent" title={text}>
      <span aria-hidden>{children}</span>
      <span className="sr-only">{text}</span>
    </span>
  );
}

function Params({
  headings,
  comparison: { runs, params },
}: {
  headings: { label: string; className: string }[];
  comparison: RunComparison;
}) {
  const { t } = useTranslation('models');
  const [all, setAll] = useState(!params.some(({ differs }) => differs));
  const shown = all ? params : params.filter(({ differs }) => differs);
  return (
    <Section
      title={t('parameters')}
      actions={
        <Button look="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
          {t(all ? 'only_different' : 'show_all')}
        </Button>
      }
    >
      <PlainTable label={t('parameters')} headings={headings}>
        {shown.map(({ key, values, differs }) => (
          <tr key={key}>
            <th scope="row" className={`${cellClass} text-start font-normal text-ink-soft`}>
              {key}
            </th>
            {runs.map(({ run_id }, at) => (
              <td
                key={run_id}
                className={clsx(cellClass, 'text-end wrap-anywhere', differs && 'font-medium')}
              >
                {values[at] ?? t('nothing')}
              </td>
            ))}
          </tr>
        ))}
      </PlainTable>
    </Section>
  );
}
