import type { BuiltQuery, Dataset, TileDimension, TileKind, TileMeasure } from '@stroma/contracts';
import { tileAggregates, tileGrains } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input, Select } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { isNumeric } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { boxAggregates, fitting, isTime } from './built-query.ts';
import { TileFilters } from './tile-filters.tsx';

type Columns = Dataset['version']['columns'];

/** Data, dimensions, measures, split and filters of a tile without a line of SQL. */
export function BuiltFields({
  kind,
  query,
  datasets,
  onChange,
}: {
  kind: TileKind;
  query: BuiltQuery;
  datasets: readonly Dataset[];
  onChange: (query: BuiltQuery) => void;
}) {
  const { t } = useTranslation('dashboards');
  const dataset = datasets.find(({ dataset_id }) => dataset_id === query.dataset_id);
  const columns = dataset?.version.columns ?? [];
  const set = (part: Partial<BuiltQuery>) => onChange({ ...query, ...part });
  const hasSplit =
    kind !== 'number' &&
    kind !== 'gauge' &&
    kind !== 'pie' &&
    kind !== 'donut' &&
    kind !== 'map' &&
    kind !== 'table' &&
    kind !== 'heatmap' &&
    kind !== 'network' &&
    kind !== 'box';
  const rawRows = kind === 'scatter';
  const value = query.measures[0];
  return (
    <>
      <Field label={t('dataset')}>
        {(props) => (
          <Select
            {...props}
            value={query.dataset_id}
            onChange={({ target }) => {
              const next = datasets.find(({ dataset_id }) => dataset_id === target.value);
              if (next)
                onChange(
                  fitting(
                    kind,
                    {
                      ...query,
                      dataset_id: next.dataset_id,
                      dimensions: [],
                      measures: [],
                      filters: [],
                      order_by: [],
                      drill: [],
                    },
                    next,
                  ),
                );
            }}
          >
            {datasets.map(({ dataset_id, name }) => (
              <option key={dataset_id} value={dataset_id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {kind !== 'number' && kind !== 'gauge' && (
        <Dimensions
          label={t(rawRows ? 'axes' : 'dimensions')}
          columns={columns}
          dimensions={query.dimensions}
          kind={kind}
          onChange={(dimensions) => set({ dimensions })}
        />
      )}
      {kind === 'box' ? (
        <ColumnField
          label={t('values_of')}
          columns={columns.filter(({ type }) => isNumeric(type))}
          value={value && 'column' in value ? (value.column ?? '') : ''}
          onChange={(column) => set({ measures: boxAggregates.map((aggregate) => ({ aggregate, column })) })}
        />
      ) : (
        !rawRows && (
          <Measures
            datasetId={query.dataset_id}
            columns={columns}
            measures={query.measures}
            several={kind === 'line' || kind === 'bar' || kind === 'area' || kind === 'table'}
            onChange={(measures) => set({ measures })}
          />
        )
      )}
      {hasSplit && (
        <Field label={t('split')} hint={t('split_hint')}>
          {(props) => (
            <Select
              {...props}
              value={query.split?.column ?? ''}
              onChange={({ target }) => {
                const { split: _, ...rest } = query;
                onChange(target.value === '' ? rest : { ...rest, split: { column: target.value } });
              }}
            >
              <option value="">{t('none')}</option>
              {columns.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <TileFilters columns={columns} filters={query.filters} onChange={(filters) => set({ filters })} />
      {(kind === 'bar' || kind === 'line' || kind === 'area' || kind === 'pie' || kind === 'donut') && (
        <Dimensions
          label={t('drill')}
          hint={t('drill_hint')}
          columns={columns}
          dimensions={query.drill}
          kind={kind}
          none
          onChange={(drill) => set({ drill })}
        />
      )}
    </>
  );
}

function ColumnField({
  label,
  columns,
  value,
  onChange,
}: {
  label: string;
  columns: Columns;
  value: string;
  onChange: (column: string) => void;
}) {
  return (
    <Field label={label}>
      {(props) => (
        <Select {...props} value={value} onChange={({ target }) => onChange(target.value)}>
          {columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function Dimensions({
  label,
  hint,
  columns,
  dimensions,
  kind,
  none = false,
  onChange,
}: {
  label: string;
  hint?: string;
  columns: Columns;
  dimensions: readonly TileDimension[];
  kind: TileKind;
  none?: boolean;
  onChange: (dimensions: TileDimension[]) => void;
}) {
  const { t } = useTranslation('dashboards');
  const most = none
    ? 8
    : kind === 'table'
      ? 8
      : kind === 'heatmap' || kind === 'network' || kind === 'scatter'
        ? 2
        : 1;
  const put = (at: number, next: TileDimension) =>
    onChange(dimensions.map((each, place) => (place === at ? next : each)));
  const fresh = (name: string): TileDimension => {
    const column = columns.find((each) => each.name === name);
    if (column && isTime(column)) return { column: name, grain: 'month' };
    return kind === 'histogram' ? { column: name, bins: 20 } : { column: name };
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">{label}</legend>
      {hint && <p className="text-small text-ink-faint">{hint}</p>}
      {dimensions.map((dimension, at) => {
        const column = columns.find(({ name }) => name === dimension.column);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: dimensions are their order
          <div key={at} className="flex gap-2">
            <Select
              aria-label={`${label} ${at + 1}`}
              value={dimension.column}
              onChange={({ target }) => put(at, fresh(target.value))}
            >
              {columns.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
            {column && isTime(column) && (
              <Select
                aria-label={t('grain')}
                className="max-w-36"
                value={dimension.grain ?? ''}
                onChange={({ target }) => {
                  const grain = tileGrains.find((each) => each === target.value);
                  put(at, { column: dimension.column, ...(grain && { grain }) });
                }}
              >
                <option value="">{t('grain_none')}</option>
                {tileGrains.map((grain) => (
                  <option key={grain} value={grain}>
                    {t(`grain_${grain}`)}
                  </option>
                ))}
              </Select>
            )}
            {kind === 'histogram' && column && isNumeric(column.type) && (
              <Input
                aria-label={t('bins')}
                type="number"
                min={2}
                max={200}
                className="max-w-24"
                value={dimension.bins ?? 20}
                onChange={({ target }) =>
                  put(at, { ...dimension, bins: Math.max(2, Math.min(200, Number(target.value))) })
                }
              />
            )}
            {(dimensions.length > 1 || none) && (
              <IconButton
                icon={Trash2}
                label={t('remove_part', { name: dimension.column })}
                onClick={() => onChange(dimensions.filter((_, place) => place !== at))}
              />
            )}
          </div>
        );
      })}
      {dimensions.length < most && columns[0] && (
        <Button
          size="small"
          className="justify-self-start"
          onClick={() => onChange([...dimensions, fresh(columns[0]?.name ?? '')])}
        >
          <Plus size={14} aria-hidden />
          {t('add_dimension')}
        </Button>
      )}
    </fieldset>
  );
}

function Measures({
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
