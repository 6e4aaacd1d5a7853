import type { Model, ModelComparison } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { formatNumber } from '../../../../lib/format.ts';
import { Sameness } from '../../experiments/sameness.tsx';
import { metricText, namedMetric } from '../../metric-text.ts';
import { comparisonQuery } from '../model-queries.ts';

/** Two versions side by side: what changed from the earlier to the later. */
export function VersionComparison({
  model,
  numbers,
  onClose,
}: {
  model: Model;
  numbers: readonly [from: number, to: number];
  onClose: () => void;
}) {
  const { t } = useTranslation('models');
  const [from, to] = numbers;
  const { data, error, refetch } = useQuery(comparisonQuery(model.model_id, from, to));
  return (
    <Section
      title={t('compared_versions', { from, to })}
      actions={<IconButton icon={X} label={t('close_comparison')} onClick={onClose} />}
    >
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={6} />
      ) : (
        <Compared comparison={data} />
      )}
    </Section>
  );
}

function Compared({ comparison }: { comparison: ModelComparison }) {
  const { t } = useTranslation('models');
  const { from, to, metrics, params, artifacts, same_data, same_code } = comparison;
  const different = params.filter(({ differs }) => differs);
  const headings = [
    { label: t('name'), className: `${cellClass} text-start` },
    { label: t('version', { number: from }), className: numberClass },
    { label: t('version', { number: to }), className: numberClass },
  ];
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Sameness same={same_data} what="data" />
        <Sameness same={same_code} what="code" />
      </div>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        {metrics.length > 0 && (
          <PlainTable
            label={t('metrics')}
            headings={[...headings, { label: t('change'), className: numberClass }]}
          >
            {metrics.map(({ key, from: before, to: after, change }) => (
              <tr key={key}>
                <th
                  scope="row"
                  className={`${cellClass} text-start font-normal text-ink-soft wrap-break-word`}
                >
                  {namedMetric(t, [key, 0])[0]}
                </th>
                <td className={numberClass}>{before === null ? t('nothing') : metricText(before)}</td>
                <td className={numberClass}>{after === null ? t('nothing') : metricText(after)}</td>
                <td className={numberClass}>{change === null ? t('nothing') : signed(change)}</td>
              </tr>
            ))}
          </PlainTable>
        )}
        <div className="grid grid-cols-1 gap-4">
          {different.length > 0 ? (
            <PlainTable label={t('parameters')} headings={headings}>
              {different.map(({ key, from: before, to: after }) => (
                <tr key={key}>
                  <th
                    scope="row"
                    className={`${cellClass} text-start font-normal text-ink-soft wrap-anywhere`}
                  >
                    {key}
                  </th>
                  <td className={`${cellClass} text-end wrap-anywhere`}>{before ?? t('nothing')}</td>
                  <td className={`${cellClass} text-end wrap-anywhere`}>{after ?? t('nothing')}</td>
                </tr>
              ))}
            </PlainTable>
          ) : (
            <p className="text-ink-soft">{t('same_parameters')}</p>
          )}
          {artifacts.length > 0 && (
            <PlainTable
              label={t('files')}
              headings={[
                { label: t('files'), className: `${cellClass} text-start` },
                { label: t('state'), className: numberClass },
              ]}
            >
              {artifacts.map(({ path, state }) => (
                <tr key={path}>
                  <td className={`${cellClass} font-mono text-small wrap-anywhere`}>{path}</td>
                  <td className={numberClass}>{t(`artifact_${state}`)}</td>
                </tr>
              ))}
            </PlainTable>
          )}
        </div>
      </div>
    </div>
  );
}

const signed = (change: number): string =>
  change === 0 ? '0' : `${change < 0 ? '−' : '+'}${formatNumber(Math.abs(change), 3)}`;
