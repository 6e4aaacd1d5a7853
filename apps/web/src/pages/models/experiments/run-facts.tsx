import type { Run } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatBytes, formatMoment } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { metricText } from '../metric-text.ts';
import { CurveChoice } from './metric-curves.tsx';
import { RunStatusMark } from './run-status.tsx';

/** All that is on record of one run. */
export function RunFacts({ run }: { run: Run }) {
  const { t } = useTranslation('models');
  const params = Object.entries(run.params);
  const metrics = Object.entries(run.metrics);
  return (
    <div className="grid grid-cols-1 gap-6">
      <Facts
        facts={[
          [t('state'), <RunStatusMark key="state" status={run.status} />],
          [t('began'), formatMoment(run.started_at)],
          [t('ended'), run.ended_at === null ? t('nothing') : formatMoment(run.ended_at)],
          [t('owner'), run.created_by.name ?? t('nothing')],
          ...(run.code_version === null
            ? []
            : [
                [
                  t('code_version'),
                  <code key="code" className="font-mono text-small">
                    {run.code_version}
                  </code>,
                ] as const,
              ]),
        ]}
      />
      {run.inputs.length > 0 && (
        <Section title={t('data')}>
          <ul className="grid gap-1">
            {run.inputs.map(({ name, digest, dataset_id, context }) => (
              <li key={`${name} ${digest} ${context}`} className="wrap-anywhere">
                {dataset_id === null ? (
                  name
                ) : (
                  <Link
                    to="/data/$datasetId"
                    params={{ datasetId: dataset_id }}
                    className="text-accent hover:underline"
                  >
                    {name}
                  </Link>
                )}
                {context !== null && <span className="ms-2 text-small text-ink-faint">{context}</span>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {metrics.length > 0 && (
        <Section title={t('metrics')}>
          <Facts facts={metrics.map(([key, { value }]) => [key, metricText(value)])} />
        </Section>
      )}
      <CurveChoice runs={[run]} keys={metrics.map(([key]) => key)} />
      {params.length > 0 && (
        <Section title={t('parameters')}>
          <Facts facts={params} />
        </Section>
      )}
      <Artifacts runId={run.run_id} />
    </div>
  );
}

function Artifacts({ runId }: { runId: string }) {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.runPart(runId, 'artifacts'),
    queryFn: ({ signal }) =>
      client.experiments.artifacts({ params: { id: runId }, query: { limit: 200 }, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={2} />;
  if (data.items.length === 0) return null;
  return (
    <Section title={t('files')}>
      <Facts
        facts={data.items.map(({ path, bytes }) => [
          path,
          <a
            key={path}
            className="text-accent hover:underline"
            download
            href={`/api/v1/ml/runs/${runId}/artifact?path=${encodeURIComponent(path)}`}
          >
            {t('download', { size: formatBytes(bytes) })}
          </a>,
        ])}
      />
    </Section>
  );
}
