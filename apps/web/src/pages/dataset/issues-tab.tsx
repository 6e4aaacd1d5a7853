import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass } from '../../components/page.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { formatCount, formatPercent } from '../../lib/format.ts';
import { type DatasetPart, profileQuery } from './shown-version.ts';

const route = getRouteApi('/frame/data/$datasetId');
const order = { critical: 0, warning: 1, info: 2 } as const;

/** What to know before trusting a figure, gravest first, each with what to do. */
export function IssuesTab(part: DatasetPart) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(profileQuery(part));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={5} className="h-20" />;
  if (data.issues.length === 0) {
    return (
      <EmptyState icon={ShieldCheck} title={t('issues_none_title')}>
        {t('issues_none_text')}
      </EmptyState>
    );
  }
  const issues = data.issues.toSorted((a, b) => order[a.severity] - order[b.severity] || b.share - a.share);
  return (
    <>
      <p className="mb-3 text-ink-soft">{t('issues_intro', { count: issues.length })}</p>
      <ul className={`${panelClass} divide-y divide-line`}>
        {issues.map((issue, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a column may have one kind of issue twice
            key={`${issue.kind} ${issue.column} ${index}`}
            className="grid items-start gap-x-6 gap-y-2 px-4 py-4 sm:grid-cols-[8rem_minmax(0,1fr)_auto]"
          >
            <SeverityMark severity={issue.severity} />
            <div className="min-w-0">
              <p className="font-medium wrap-anywhere">
                {issue.column !== null && (
                  <code className="me-2 rounded bg-hover px-1 font-mono text-small">{issue.column}</code>
                )}
                {issue.message}
              </p>
              <p className="mt-1 max-w-prose text-ink-soft">{t(`todo_${issue.kind}`)}</p>
              <p className="mt-1 text-small text-ink-faint">
                {issue.column === null && `${t('issue_whole')} · `}
                {t('issue_rows', {
                  rows: common('rows', { count: issue.count, shown: formatCount(issue.count) }),
                  share: formatPercent(issue.share),
                })}
              </p>
            </div>
            {issue.kind === 'rejected_rows' ? (
              <Button
                size="small"
                onClick={() => void navigate({ search: (now) => ({ ...now, tab: 'rejects' }) })}
              >
                {t('issue_to_rejects')}
              </Button>
            ) : (
              issue.column !== null && (
                <Button
                  size="small"
                  onClick={() =>
                    void navigate({
                      search: (now) => ({ ...now, tab: 'profile', column: issue.column ?? undefined }),
                    })
                  }
                >
                  {t('issue_to_column')}
                </Button>
              )
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
