import type { TileMeasure } from '@stroma/contracts';
import { tileAggregates } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { isNumeric } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import type { Columns } from './built-query.ts';

/** What a tile shows of its rows: governed metrics, or what is counted and computed. */
export function Measures({
  datasetId,
  columns,
  measures,
  several,
  onChange,
}: {
  datasetId: string;
  columns: Columns;
  measures: readonly TileMeasure[];
  several: boolean;
  onChange: (measures: TileMeasure[]) => void;
}) {
  const { t } = useTranslation('dashboards');
  const metrics = useQuery({
    queryKey: queryKeys.metricList({ dataset_id: datasetId }),
    queryFn: ({ signal }) => client.metrics.list({ query: { dataset_id: datasetId, limit: 100 }, signal }),
    retry: false,
  });
  const known = metrics.data?.items.filter(({ approval }) => approval !== 'retired') ?? [];
  const put = (at: number, next: TileMeasure) =>
    onChange(measures.map((each, place) => (place === at ? next : each)));
  const numbers = columns.filter(({ type }) => isNumeric(type));
  const columnsFor = (aggregate: string) =>
    ['count', 'count_distinct', 'missing', 'min', 'max'].includes(aggregate) ? columns : numbers;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">{t('measures')}</legend>
      {measures.map((measure, at) => {
        const aggregate = 'aggregate' in measure ? measure.aggregate : '';
        const column = 'aggregate' in measure ? (measure.column ?? '') : '';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: measures are their order
          <div key={at} className="flex gap-2">
            <Select
              aria-label={t('measure_number', { number: at + 1 })}
              value={'metric_id' in measure ? measure.metric_id : aggregate}
              onChange={({ target }) => {
                const next = tileAggregates.find((each) => each === target.value);
                if (next === undefined) return put(at, { metric_id: target.value });
                const fits = columnsFor(next);
                const kept = fits.some(({ name }) => name === column) ? column : (fits[0]?.name ?? '');
                put(at, next === 'count' ? { aggregate: next } : { aggregate: next, column: kept });
              }}
            >
              {known.length > 0 && (
                <optgroup label={t('metrics')}>
                  {known.map(({ metric_id, name, approval }) => (
                    <option key={metric_id} value={metric_id}>
                      {approval === 'approved' ? `✓ ${name}` : name}
                    </option>
                  ))}
                </optgroup>
              )}
              <optgroup label={t('aggregates')}>
                {tileAggregates.map((each) => (
                  <option key={each} value={each}>
                    {t(`aggregate_${each}`)}
                  </option>
                ))}
              </optgroup>
            </Select>
            {aggregate !== '' && aggregate !== 'count' && (
              <Select
                aria-label={t('column')}
                value={column}
                onChange={({ target }) => put(at, { aggregate, column: target.value })}
              >
                {columnsFor(aggregate).map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </Select>
            )}
            {measures.length > 1 && (
              <IconButton
                icon={Trash2}
                label={t('remove_part', { name: t('measure_number', { number: at + 1 }) })}
                onClick={() => onChange(measures.filter((_, place) => place !== at))}
              />
            )}
          </div>
        );
      })}
      {(several || measures.length === 0) && measures.length < 20 && (
        <Button
          size="small"
          className="justify-self-start"
          onClick={() => onChange([...measures, { aggregate: 'count' }])}
        >
          <Plus size={14} aria-hidden />
          {t('add_measure')}
        </Button>
      )}
    </fieldset>
  );
}
