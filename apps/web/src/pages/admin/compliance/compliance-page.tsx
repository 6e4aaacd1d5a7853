import type { ComplianceSummary } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ClipboardCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatDays, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { useFollowedJob } from '../backups/followed-job.ts';
import { ControlStatusMark } from './control-status.tsx';
import { MakeDialog } from './make-dialog.tsx';
import { ReviewDialog } from './review-dialog.tsx';

/** Reports of how the installation stands against a standard. */
export function CompliancePage() {
  const { t } = useTranslation('compliance');
  const queries = useQueryClient();
  const mayMake = usePermission('compliance:write');
  const [open, setOpen] = useState<'make' | 'review' | null>(null);
  const reports = usePages(queryKeys.compliance, (cursor, signal) =>
    client.compliance.list({ query: { limit: 20, ...cursor }, signal }),
  );
  const job = useFollowedJob(() => void queries.invalidateQueries({ queryKey: queryKeys.compliance }));
  const make = mayMake && (
    <Button look="primary" disabled={job.running} onClick={() => setOpen('make')}>
      <ClipboardCheck size={16} aria-hidden />
      {job.running ? t('making') : t('make')}
    </Button>
  );
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        <>
          {mayMake && <Button onClick={() => setOpen('review')}>{t('review')}</Button>}
          {make}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-6">
        {job.error !== null && <ErrorNotice error={job.error} title={t('job_failed')} />}
        <Section title={t('reports')}>
          <PagedList
            pages={reports}
            skeleton={{ rows: 4, className: 'h-16' }}
            empty={
              <EmptyState icon={ClipboardCheck} title={t('none')}>
                {t('none_text')}
              </EmptyState>
            }
          >
            {(items) => (
              <ul
                className={`${panelClass} divide-y divide-line lg:grid lg:grid-cols-[minmax(0,1fr)_repeat(4,auto)]`}
              >
                {items.map((report) => (
                  <ReportLine key={report.report_id} report={report} />
                ))}
              </ul>
            )}
          </PagedList>
        </Section>
      </div>
      {open === 'make' && (
        <MakeDialog
          onClose={() => setOpen(null)}
          onMake={(body) => void job.follow(client.compliance.make({ body }))}
        />
      )}
      {open === 'review' && <ReviewDialog onClose={() => setOpen(null)} />}
    </Page>
  );
}

function ReportLine({ report }: { report: ComplianceSummary }) {
  const { t } = useTranslation('compliance');
  const { report_id, standard, period, made_at, made_by, counts } = report;
  return (
    <li className="grid gap-x-6 gap-y-2 px-4 py-3 lg:col-span-full lg:grid-cols-subgrid lg:items-center">
      <div className="min-w-0">
        <Link
          to="/admin/compliance/$reportId"
          params={{ reportId: report_id }}
          className="font-medium text-accent hover:underline"
        >
          {t(`standard_${standard}`)}
        </Link>
        <p className="text-small text-ink-soft">
          <time dateTime={made_at} title={formatTime(made_at)}>
            {formatAgo(made_at)}
          </time>{' '}
          {t('by', { name: made_by.name })} · {formatDays(period.from, period.to)}
        </p>
      </div>
      <div className="grid grid-cols-2 gap-x-4 gap-y-1 sm:flex lg:contents">
        {(['met', 'partly', 'not_met', 'organisational'] as const).map((status) => (
          <ControlStatusMark key={status} status={status} count={counts[status]} />
        ))}
      </div>
    </li>
  );
}
