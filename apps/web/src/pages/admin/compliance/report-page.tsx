import type {
  ComplianceControl,
  ComplianceEvidence,
  ComplianceReport,
  ControlStatus,
} from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { FileDown, FileJson } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { SignatureList } from '../../../components/signatures/signature-list.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { saveFile } from '../../../lib/table-export.ts';
import { ControlStatusMark } from './control-status.tsx';

const statuses = ['met', 'partly', 'not_met', 'organisational'] as const;

/** One report: every control, what was measured for it, and what is left to the organisation. */
export function ReportPage() {
  const { t } = useTranslation('compliance');
  const { reportId } = useParams({ from: '/frame/admin/compliance/$reportId' });
  const maySeeSignatures = usePermission('signatures:read');
  const [status, setStatus] = useState<ControlStatus | 'all'>('all');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.complianceReport(reportId),
    queryFn: ({ signal }) => client.compliance.get({ params: { id: reportId }, signal }),
  });
  const shown = data?.controls.filter((each) => status === 'all' || each.status === status);
  return (
    <Page
      wide
      title={data?.title ?? t('title')}
      intro={data?.notice}
      actions={
        data && (
          <>
            <Button onClick={() => saveJson(data)}>
              <FileJson size={16} aria-hidden />
              {t('json')}
            </Button>
            <Button
              look="primary"
              onClick={() => window.location.assign(client.compliance.pdf.url({ params: { id: reportId } }))}
            >
              <FileDown size={16} aria-hidden />
              {t('print')}
            </Button>
          </>
        )
      }
    >
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={6} className="h-16" />}
      {data && (
        <div className="grid grid-cols-1 gap-8">
          {!data.signature_valid && <Notice tone="critical" title={t('signature_invalid')} />}
          <Section
            title={t('controls')}
            actions={
              <div className="max-w-full overflow-x-auto">
                <Segmented<ControlStatus | 'all'>
                  label={t('every_control')}
                  value={status}
                  onChange={setStatus}
                  options={[
                    {
                      value: 'all',
                      label: (
                        <span className="whitespace-nowrap">
                          {t('all')} {data.controls.length}
                        </span>
                      ),
                    },
                    ...statuses.map((each) => ({
                      value: each,
                      label: <ControlStatusMark status={each} count={data.counts[each]} />,
                    })),
                  ]}
                />
              </div>
            }
          >
            <ul className={`${panelClass} divide-y divide-line`}>
              {shown?.length === 0 && <li className="px-4 py-6 text-ink-soft">{t('no_control')}</li>}
              {shown?.map((control) => (
                <ControlLine key={control.clause} control={control} />
              ))}
            </ul>
          </Section>
          {maySeeSignatures && (
            <Section title={t('signatures')}>
              <SignatureList object={{ kind: 'compliance_report', id: reportId }} signing />
            </Section>
          )}
          <Section title={t('signature')}>
            <Facts
              facts={[
                [t('measured'), formatTime(data.made_at)],
                [t('made'), t('by', { name: data.made_by.name })],
                [
                  t('period'),
                  t('from_to', { from: formatTime(data.period.from), to: formatTime(data.period.to) }),
                ],
                [t('version'), `Stroma ${data.version}`],
                [t('sha256'), <code key="hash">{data.sha256}</code>],
                [t('key'), <code key="key">{data.key_id}</code>],
                [t('signature'), data.signature_valid ? t('signature_valid') : t('signature_invalid')],
              ]}
            />
          </Section>
        </div>
      )}
    </Page>
  );
}

function ControlLine({ control }: { control: ComplianceControl }) {
  const { t } = useTranslation('compliance');
  return (
    <li className="grid items-start gap-3 px-4 py-4 md:grid-cols-[10rem_1fr]">
      <ControlStatusMark status={control.status} />
      <div className="grid min-w-0 gap-3">
        <h3 className="font-medium">
          <span className="text-ink-soft">{control.clause}</span> {control.title}
        </h3>
        {control.evidence.map((evidence) => (
          <Evidence key={evidence.check} evidence={evidence} />
        ))}
        {control.organisation && (
          <p className="text-ink-soft">
            <span className="font-medium text-ink">{t('organisation')}:</span> {control.organisation}
          </p>
        )}
      </div>
    </li>
  );
}

function Evidence({ evidence: { status, finding, figures, event_ids } }: { evidence: ComplianceEvidence }) {
  const { t } = useTranslation('compliance');
  const word = (value: ComplianceEvidence['figures'][number]['value']) =>
    value === null ? t('none_value') : value === true ? t('yes') : value === false ? t('no') : String(value);
  return (
    <div className="border-s-2 border-line ps-3">
      <p>
        <ControlStatusMark status={status} /> · {finding}
      </p>
      <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-small text-ink-soft">
        {figures.map(({ name, value }) => (
          <div key={name} className="flex flex-wrap gap-x-1">
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd className="text-ink tabular-nums wrap-anywhere">{word(value)}</dd>
          </div>
        ))}
      </dl>
      {event_ids.length > 0 && (
        <details className="mt-1 text-small">
          <summary className="cursor-pointer text-ink-soft hover:text-ink">
            {t('events')} ({event_ids.length})
          </summary>
          <ul className="mt-1 grid gap-0.5">
            {event_ids.map((id) => (
              <li key={id}>
                <Link
                  to="/admin/audit"
                  search={{ event: id }}
                  className="font-mono text-accent wrap-anywhere hover:underline"
                >
                  {id}
                </Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function saveJson(report: ComplianceReport): void {
  const name = `compliance-${report.standard}-${report.made_at.slice(0, 10)}.json`;
  saveFile(name, JSON.stringify(report, null, 2), 'application/json');
}
