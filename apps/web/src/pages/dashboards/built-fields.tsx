import type { BuiltQuery, Dataset, TileKind } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../components/field.tsx';
import { isNumeric } from '../../lib/cell.ts';
import { boxAggregates, type Columns, fitting } from './built-query.ts';
import { Dimensions } from './dimension-fields.tsx';
import { Measures } from './measure-fields.tsx';
import { TileFilters } from './tile-filters.tsx';

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
