import { useTranslation } from 'react-i18next';
import { cellLabel } from '../../../lib/cell.ts';
import { formatCount, formatNumber, formatPercent } from '../../../lib/format.ts';
import { type ColumnProfile, Histogram } from './histogram.tsx';
import { ValueBars } from './top-values.tsx';

/** Everything the profile knows of one column. */
export function ColumnDetails({ column, rows }: { column: ColumnProfile; rows: number }) {
  const { t } = useTranslation('dataset');
  const { outliers, text_length, quantiles } = column;
  const facts: [string, string | null][] = [
    [t('fact_sql_type'), column.sql_type],
    [t('fact_semantic'), column.semantic && t(`semantic_${column.semantic}`)],
    [t('fact_unit'), column.unit],
    [t('fact_nulls'), `${formatCount(column.nulls)} (${formatPercent(column.null_share, 2)})`],
    [t('fact_distinct'), formatCount(column.distinct)],
    [t('fact_min'), column.min === null ? null : cellLabel(column.min)],
    [t('fact_max'), column.max === null ? null : cellLabel(column.max)],
    [t('fact_mean'), column.mean === null ? null : formatNumber(column.mean, 6)],
    [t('fact_sd'), column.sd === null ? null : formatNumber(column.sd, 6)],
    [t('fact_skewness'), column.skewness === null ? null : formatNumber(column.skewness, 3)],
    [
      t('fact_outliers'),
      outliers &&
        t('fact_outliers_value', {
          count: outliers.count,
          lower: formatNumber(outliers.lower),
          upper: formatNumber(outliers.upper),
        }),
    ],
    [
      t('fact_length'),
      text_length &&
        t('fact_length_value', {
          min: text_length.min,
          max: text_length.max,
          mean: formatNumber(text_length.mean, 3),
        }),
    ],
  ];
  return (
    <div className="grid grid-cols-1 gap-x-10 gap-y-6 border-t border-line bg-canvas px-4 py-6 sm:grid-cols-[repeat(auto-fit,minmax(20rem,1fr))] sm:px-8">
      {column.histogram.length > 1 && (
        <div className="min-w-0">
          <h4 className="mb-2 text-small text-ink-faint">{t('distribution')}</h4>
          <Histogram column={column} height={120} labels />
          {quantiles && (
            <table className="mt-4 w-full table-fixed text-small">
              <caption className="sr-only">{t('quantiles')}</caption>
              <thead className="text-ink-faint">
                <tr>
                  {Object.keys(quantiles).map((name) => (
                    <th key={name} scope="col" className="text-start font-normal">
                      {Number(name.slice(1))} %
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                <tr>
                  {Object.entries(quantiles).map(([name, value]) => (
                    <td key={name} className="truncate" title={String(value)}>
                      {formatNumber(value)}
                    </td>
                  ))}
                </tr>
              </tbody>
            </table>
          )}
        </div>
      )}
      {(column.top_values[0]?.count ?? 0) > 1 && (
        <div className="min-w-0">
          <h4 className="mb-2 text-small text-ink-faint">{t('top_values')}</h4>
          <ValueBars column={column} rows={rows} />
        </div>
      )}
      <dl className="grid content-start gap-1">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name} className="flex justify-between gap-4">
                <dt className="shrink-0 text-ink-faint">{name}</dt>
                <dd className="min-w-0 text-end wrap-anywhere">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}
