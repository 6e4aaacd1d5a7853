import type { ModelEvaluation, ModelFairness } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatCount, formatFixed, formatNumber } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { DatasetTask } from '../dataset-task.tsx';
import { GroupChart } from './group-chart.tsx';
import { Mitigation } from './mitigation.tsx';
import { groupName, ReportLine, VerdictMark } from './report-marks.tsx';
import { reportOrNull } from './report-or-null.ts';

type By = ModelFairness['report']['by'][number];

/** How the version serves groups of people or things alike. */
export function FairnessTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { model_id: id, number, labels } = evaluation;
  const cache = useQueryClient();
  const queryKey = queryKeys.modelPart(id, 'fairness', { number });
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [positive, setPositive] = useState(labels[1] ?? labels[0] ?? '');
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => reportOrNull(client.modelReports.fairness({ params: { id, number }, signal })),
  });
  const toggle = (name: string) =>
    setColumns((now) =>
      now.includes(name) ? now.filter((each) => each !== name) : [...now, name].slice(-5),
    );
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section title={t('fairness_ask')} note={t('fairness_note')}>
        <DatasetTask
          evaluation={evaluation}
          button={t('make_report')}
          progress={t('report_progress')}
          unlearned
          ready={columns.length > 0}
          request={(dataset) =>
            client.modelReports.requestFairness({
              params: { id, number },
              body: {
                dataset_id: dataset.dataset_id,
                protected: [...columns],
                ...(labels.length > 0 && { positive }),
              },
            })
          }
          onMade={() => void cache.invalidateQueries({ queryKey })}
        >
          {(dataset) => (
            <>
              {labels.length > 0 && (
                <div className="w-64 max-w-full">
                  <Field label={t('positive')} hint={t('positive_hint')}>
                    {(field) => (
                      <Select
                        {...field}
                        value={positive}
                        onChange={({ target }) => setPositive(target.value)}
                      >
                        {labels.map((each) => (
                          <option key={each}>{each}</option>
                        ))}
                      </Select>
                    )}
                  </Field>
                </div>
              )}
              <fieldset>
                <legend className="mb-1 font-medium">{t('groups_by')}</legend>
                <div className="flex max-h-40 flex-wrap gap-x-4 gap-y-1 overflow-y-auto">
                  {dataset.version.columns
                    .filter(({ name }) => name !== evaluation.target)
                    .map(({ name }) => (
                      <label key={name} className="flex items-center gap-2">
                        <input
                          type="checkbox"
                          checked={columns.includes(name)}
                          onChange={() => toggle(name)}
                          className="size-4 accent-accent"
                        />
                        {name}
                      </label>
                    ))}
                </div>
              </fieldset>
            </>
          )}
        </DatasetTask>
      </Section>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={4} />
      ) : (
        data !== null && <Report fairness={data} />
      )}
    </div>
  );
}

function Report({ fairness }: { fairness: ModelFairness }) {
  const { t } = useTranslation('models');
  const { report } = fairness;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <VerdictMark verdict={report.verdict} />
        <p>{t('fairness_rows', { count: report.rows, shown: formatCount(report.rows) })}</p>
        <ReportLine report={fairness} />
      </div>
      {report.by.map((by) => (
        <Section
          key={by.columns.join()}
          title={by.columns.join(' × ')}
          note={by.small_group_count > 0 ? t('small_groups', { count: by.small_group_count }) : undefined}
          actions={<VerdictMark verdict={by.verdict} />}
        >
          <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
            <Criteria by={by} />
            <GroupChart by={by} />
          </div>
        </Section>
      ))}
      {report.kind === 'class' && report.mitigation !== undefined && (
        <Mitigation fairness={fairness} of={report.mitigation} />
      )}
    </>
  );
}

function Criteria({ by }: { by: By }) {
  const { t } = useTranslation('models');
  // Of classes all are shares; of numbers they are in the unit of the target.
  const isClass = by.groups.some((group) => 'selection_rate' in group);
  const figure = isClass ? formatFixed : formatNumber;
  return (
    <PlainTable
      label={t('criteria')}
      headings={[
        { label: t('criterion'), className: `${cellClass} text-start` },
        { label: t('difference'), className: numberClass },
        { label: t('lowest_highest'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('state'), className: `${numberClass} max-sm:hidden` },
      ]}
    >
      {by.criteria.map(({ name, difference, lowest, highest, verdict }) => (
        <tr key={name}>
          <td className={cellClass}>
            {t(`criterion_${name}` as 'criterion_calibration', name.replaceAll('_', ' '))}
            <span className="mt-1 block sm:hidden">
              <VerdictMark verdict={verdict} />
            </span>
          </td>
          <td className={numberClass}>
            {figure(difference.value, 3)}
            <span className="ms-2 text-small text-ink-faint max-sm:hidden">
              {figure(difference.low, 2)} – {figure(difference.high, 2)}
            </span>
          </td>
          <td className={`${cellClass} max-sm:hidden`}>
            {groupName(lowest)} / {groupName(highest)}
          </td>
          <td className={`${numberClass} max-sm:hidden`}>
            <VerdictMark verdict={verdict} />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
