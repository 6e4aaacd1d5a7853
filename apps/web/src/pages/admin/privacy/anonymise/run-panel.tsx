import type {
  AnonymisationPreview,
  AnonymisationResult,
  ColumnActionDocument,
  PrivacyModelDocument,
} from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../../components/button.tsx';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { ProgressBar } from '../../../../components/progress-bar.tsx';
import { client } from '../../../../lib/client.ts';
import { formatCount } from '../../../../lib/format.ts';
import { jobEnded, jobQuery } from '../../../../lib/jobs.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';

interface PlanBody {
  dataset_id: string;
  version_id: string;
  columns: { column: string; action: ColumnActionDocument }[];
  model: PrivacyModelDocument | null;
}

/** Where the result goes; trying it, making it, and the link to it. */
export function RunPanel({
  preview,
  body,
  tried,
  trying,
  onTry,
}: {
  preview: AnonymisationPreview;
  body: PlanBody;
  tried: boolean;
  trying: boolean;
  onTry: () => void;
}) {
  const { t } = useTranslation('anonymise');
  const mayRun = usePermission('privacy:write');
  const queryClient = useQueryClient();
  const [target, setTarget] = useState<'dataset' | 'version'>('dataset');
  const [name, setName] = useState(t('new_name', { name: preview.name }));
  const [key, setKey] = useState<'dataset' | 'organisation' | 'once'>('dataset');
  const run = useMutation({
    mutationFn: () =>
      client.anonymisation.anonymise({
        body: {
          ...body,
          key,
          target: target === 'dataset' ? { kind: 'dataset', name } : { kind: 'version' },
        },
      }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: queryKeys.jobs }),
  });
  return (
    <Section title={t('result')}>
      <div className={`${panelClass} grid gap-4 p-4`}>
        <div className="grid items-start gap-4 sm:grid-cols-3">
          <Field label={t('target')} hint={t(`target_${target}_hint`)}>
            {(props) => (
              <Select
                {...props}
                value={target}
                onChange={({ target: { value } }) => setTarget(value === 'version' ? 'version' : 'dataset')}
              >
                <option value="dataset">{t('target_dataset')}</option>
                <option value="version">{t('target_version')}</option>
              </Select>
            )}
          </Field>
          {target === 'dataset' && (
            <Field label={t('name')}>
              {(props) => (
                <Input
                  {...props}
                  maxLength={200}
                  value={name}
                  onChange={({ target: { value } }) => setName(value)}
                />
              )}
            </Field>
          )}
          <Field label={t('key')} hint={t(`key_${key}_hint`)}>
            {(props) => (
              <Select
                {...props}
                value={key}
                onChange={({ target: { value } }) => setKey(value as typeof key)}
              >
                {(['dataset', 'organisation', 'once'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`key_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={onTry} disabled={trying}>
            {trying ? t('trying') : tried ? t('try_again') : t('try')}
          </Button>
          <Button
            look="primary"
            disabled={!mayRun || run.isPending || (target === 'dataset' && name.trim() === '')}
            onClick={() => run.mutate()}
          >
            {t('run')}
          </Button>
        </div>
        {run.error && <ErrorNotice error={run.error} />}
        {run.data && <Progress jobId={run.data.job_id} />}
      </div>
    </Section>
  );
}

function Progress({ jobId }: { jobId: string }) {
  const { t } = useTranslation('anonymise');
  const { data: job } = useQuery(jobQuery(jobId));
  if (job === undefined || !jobEnded(job.status))
    return <ProgressBar label={t('running')} value={job?.progress ?? 0} />;
  if (job.error) return <ErrorNotice error={new Error(job.error.message)} />;
  const result = job.result as unknown as AnonymisationResult | null;
  if (result === null) return null;
  return (
    <>
      <Notice
        tone="info"
        title={t('done')}
        action={
          <Link
            to="/data/$datasetId"
            params={{ datasetId: result.dataset_id }}
            search={{ version: result.version_id }}
            className={buttonClass({})}
          >
            {t('open')}
          </Link>
        }
      >
        {t('done_text', {
          rows: formatCount(result.rows),
          removed: result.removed_columns,
          changed: result.changed_columns,
          suppressed: formatCount(result.suppressed_rows),
        })}
      </Notice>
      {result.leaks.length > 0 && (
        <Notice tone="warning" title={t('leaks_title')}>
          <ul className="list-disc ps-4">
            {result.leaks.map(({ column, removed_column, rows }) => (
              <li key={`${column} ${removed_column}`}>
                {t('leak', { column, removed: removed_column, rows: formatCount(rows) })}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
