import type { InsightGroup, InsightReport } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, RefreshCw, Sparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Field, Select } from '../../../components/field.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { ProvenanceButton } from '../../../components/provenance/provenance-button.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { formatCount } from '../../../lib/format.ts';
import { generateInsights, insightsCsv, keptInsightsQuery } from '../../../lib/insights.ts';
import { jobEnded, jobQuery } from '../../../lib/jobs.ts';
import { fileStem, saveFile } from '../../../lib/table-export.ts';
import type { DatasetPart } from '../shown-version.ts';
import { FindingCard } from './finding-card.tsx';

const groups: readonly InsightGroup[] = ['changed', 'odd', 'drives', 'quality', 'todo'];

/** What the version tells by itself: what changed, what is odd, what drives a measure, and what to do. */
export function InsightsTab({ dataset, version }: DatasetPart) {
  const { t } = useTranslation('insights');
  const about = { datasetId: dataset.dataset_id, versionId: version.version_id };
  const kept = keptInsightsQuery(about);
  const { data: report, error, refetch } = useQuery(kept);
  const cache = useQueryClient();
  const [jobId, setJobId] = useState<string | null>(null);
  const generate = useMutation({
    mutationFn: (measure: string | null) => generateInsights(about, measure),
    onSuccess: ({ report: made, job_id }) => {
      if (made !== null) cache.setQueryData(kept.queryKey, made);
      setJobId(job_id);
    },
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (report === undefined) return <SkeletonRows rows={4} className="h-24" />;
  const isWorking = generate.isPending || jobId !== null;
  return (
    <div className="grid gap-6">
      {generate.error && (
        <ErrorNotice error={generate.error} onRetry={() => generate.mutate(generate.variables ?? null)} />
      )}
      {jobId !== null && (
        <FollowedJob
          jobId={jobId}
          onEnded={() => {
            setJobId(null);
            void refetch();
          }}
        />
      )}
      {report === null ? (
        <EmptyState
          icon={Sparkles}
          title={t('empty_title')}
          action={
            <Button look="primary" disabled={isWorking} onClick={() => generate.mutate(null)}>
              {isWorking ? t('working') : t('generate')}
            </Button>
          }
        >
          {t('empty_text')}
        </EmptyState>
      ) : (
        <Report
          report={report}
          name={dataset.name}
          isWorking={isWorking}
          onGenerate={(measure) => generate.mutate(measure)}
        />
      )}
    </div>
  );
}

function FollowedJob({ jobId, onEnded }: { jobId: string; onEnded: () => void }) {
  const { t } = useTranslation('insights');
  const { data: job } = useQuery(jobQuery(jobId));
  const status = job?.status;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it has ended well
  useEffect(() => {
    if (status === 'succeeded') onEnded();
  }, [status]);
  if (job !== undefined && jobEnded(job.status) && job.status !== 'succeeded')
    return <ErrorNotice error={new Error(job.error?.message ?? t('job_ended'))} onRetry={onEnded} />;
  return (
    <div className={`${panelClass} grid gap-2 px-4 py-3`}>
      <p>{t('working_job')}</p>
      <ProgressBar value={job?.progress ?? 0} label={t('working_job')} />
    </div>
  );
}

interface ReportProps {
  report: InsightReport;
  name: string;
  isWorking: boolean;
  onGenerate: (measure: string | null) => void;
}

function Report({ report, name, isWorking, onGenerate }: ReportProps) {
  const { t } = useTranslation('insights');
  const [measure, setMeasure] = useState(report.measure);
  const { overview, findings } = report;
  return (
    <>
      <div className="flex flex-wrap items-end gap-3">
        {report.measures.length > 0 && (
          <div className="w-56">
            <Field label={t('measure')}>
              {(field) => (
                <Select
                  {...field}
                  value={measure ?? ''}
                  onChange={(event) => {
                    setMeasure(event.target.value);
                    onGenerate(event.target.value);
                  }}
                >
                  {report.measures.map((each) => (
                    <option key={each} value={each}>
                      {each}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        )}
        <div className="ms-auto flex flex-wrap gap-2">
          <Button disabled={isWorking} onClick={() => onGenerate(measure)}>
            <RefreshCw size={16} aria-hidden />
            {isWorking ? t('working') : t('again')}
          </Button>
          <ExportMenu report={report} name={name} />
          <ProvenanceButton id={report.provenance_id} onRunAgain={() => onGenerate(measure)} />
        </div>
      </div>
      <section aria-label={t('overview')} className={`${panelClass} px-4 py-4`}>
        <p className="max-w-prose wrap-anywhere">{overview.text}</p>
        <p className="mt-2 text-small text-ink-faint">
          {t(`written_by_${overview.written_by}`)} {overview.note}{' '}
          {t('how', {
            rows: formatCount(report.rows),
            tests: formatCount(report.tests),
            level: report.level * 100,
            seed: report.seed,
          })}
        </p>
        {report.restricted && <p className="mt-2 text-small text-ink-faint">{t('restricted')}</p>}
      </section>
      {findings.length === 0 && (
        <Notice tone="plain" title={t('nothing_title')}>
          {t('nothing_text')}
        </Notice>
      )}
      {groups.map((group) => (
        <Group key={group} group={group} report={report} />
      ))}
      {report.not_found.length > 0 && (
        <Section title={t('not_found')}>
          <ul className="grid list-disc gap-1 ps-5 text-ink-soft">
            {report.not_found.map((text) => (
              <li key={text} className="max-w-prose wrap-anywhere">
                {text}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Group({ group, report }: { group: InsightGroup; report: InsightReport }) {
  const { t } = useTranslation('insights');
  const [all, setAll] = useState(false);
  const findings = report.findings.filter((each) => each.group === group);
  if (findings.length === 0) return null;
  const shown = all ? findings : findings.slice(0, 6);
  return (
    <Section title={t(`group_${group}`)} note={t('findings', { count: findings.length })}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {shown.map((finding) => (
          <FindingCard key={finding.finding_id} finding={finding} report={report} />
        ))}
      </div>
      {findings.length > shown.length && (
        <Button className="mt-4" onClick={() => setAll(true)}>
          {t('show_all', { count: findings.length })}
        </Button>
      )}
    </Section>
  );
}

function ExportMenu({ report, name }: { report: InsightReport; name: string }) {
  const { t } = useTranslation('insights');
  const stem = fileStem(`${name} insights`);
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button>
          <Download size={16} aria-hidden />
          {t('export')}
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem onSelect={() => saveFile(`${stem}.csv`, insightsCsv(report.findings))}>
          {t('export_csv')}
        </MenuItem>
        <MenuItem
          onSelect={() => saveFile(`${stem}.json`, JSON.stringify(report, null, 2), 'application/json')}
        >
          {t('export_json')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
