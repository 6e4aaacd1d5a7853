import type { ModelDrift, ModelEvaluation } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatCount, formatFixed, formatNumber, formatPercent } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { DatasetTask } from '../dataset-task.tsx';
import { ReportLine, SeverityOfDrift } from './report-marks.tsx';
import { reportOrNull } from './report-or-null.ts';

type ColumnDrift = ModelDrift['report']['columns'][number];

/** How a dataset differs from the one the version learned from. */
export function DriftTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { model_id: id, number } = evaluation;
  const cache = useQueryClient();
  const queryKey = queryKeys.modelPart(id, 'drift', { number });
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => reportOrNull(client.modelReports.drift({ params: { id, number }, signal })),
  });
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section title={t('drift_ask')} note={t('drift_note', { dataset: evaluation.dataset.name })}>
        <DatasetTask
          evaluation={evaluation}
          button={t('make_report')}
          progress={t('report_progress')}
          request={({ dataset_id }) =>
            client.modelReports.requestDrift({ params: { id, number }, body: { dataset_id } })
          }
          onMade={() => void cache.invalidateQueries({ queryKey })}
        />
      </Section>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={4} />
      ) : (
        data !== null && <Report drift={data} />
      )}
    </div>
  );
}

function Report({ drift }: { drift: ModelDrift }) {
  const { t } = useTranslation('models');
  const { report } = drift;
  const said = [...(report.labels === null ? [] : [report.labels]), ...report.predictions];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <SeverityOfDrift severity={report.severity} />
        <p>
          {t('drift_rows', {
            window: formatCount(report.window_rows),
            reference: formatCount(report.reference_rows),
          })}
        </p>
        <ReportLine report={drift} />
      </div>
      <Section
        title={t('columns_word')}
        note={t('drifted', { count: report.drifted_count, all: formatCount(report.column_count) })}
      >
        <DriftTable label={t('columns_word')} columns={report.columns} />
      </Section>
      {said.length > 0 && (
        <Section title={t('answers')}>
          <DriftTable label={t('answers')} columns={said} />
        </Section>
      )}
    </>
  );
}

function DriftTable({ label, columns }: { label: string; columns: readonly ColumnDrift[] }) {
  const { t } = useTranslation('models');
  return (
    <PlainTable
      label={label}
      headings={[
        { label: t('column'), className: `${cellClass} text-start` },
        { label: t('psi'), className: numberClass },
        { label: t('q_value'), className: numberClass },
        { label: t('missing_both'), className: `${numberClass} max-md:hidden` },
        { label: t('mean_both'), className: `${numberClass} max-md:hidden` },
        { label: t('unseen_share'), className: `${numberClass} max-sm:hidden` },
        { label: t('state'), className: numberClass },
      ]}
    >
      {columns.map(({ column, kind, psi, psi_by_chance, q_value, missing, mean, unseen, severity }) => (
        <tr key={column}>
          <td className={`${cellClass} font-medium wrap-anywhere`}>{column}</td>
          <td className={numberClass} title={t('psi_by_chance', { value: formatNumber(psi_by_chance, 2) })}>
            {formatFixed(psi, 3)}
          </td>
          <td className={numberClass}>
            {q_value < 0.005 ? formatNumber(q_value, 2) : formatFixed(q_value, 2)}
          </td>
          <td className={`${numberClass} max-md:hidden`}>
            {formatPercent(missing.reference)} / {formatPercent(missing.window)}
          </td>
          <td className={`${numberClass} max-md:hidden`}>
            {mean === null
              ? t('nothing')
              : `${meanText(kind, mean.reference)} / ${meanText(kind, mean.window)}`}
          </td>
          <td className={`${numberClass} max-sm:hidden`}>
            {unseen === null || unseen.share === 0 ? t('nothing') : formatPercent(unseen.share)}
          </td>
          <td className={numberClass}>
            <SeverityOfDrift severity={severity} />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

/** The mean of times is a day. */
const meanText = (kind: ColumnDrift['kind'], value: number): string =>
  kind === 'time' ? new Date(value).toISOString().slice(0, 10) : formatNumber(value);
