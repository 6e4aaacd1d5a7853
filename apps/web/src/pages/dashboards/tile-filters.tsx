import type { Dataset, RowFilter } from '@stroma/contracts';
import { filterOperators } from '@stroma/contracts';
import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Input, Select } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { isNumeric } from '../../lib/cell.ts';

type Columns = Dataset['version']['columns'];

/** Conditions on the rows of one tile, which always hold. */
export function TileFilters({
  columns,
  filters,
  onChange,
}: {
  columns: Columns;
  filters: readonly RowFilter[];
  onChange: (filters: RowFilter[]) => void;
}) {
  const { t } = useTranslation('dashboards');
  const put = (at: number, part: Partial<RowFilter>) =>
    onChange(filters.map((each, place) => (place === at ? { ...each, ...part } : each)));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">{t('tile_filters')}</legend>
      {filters.map((filter, at) => {
        const type = columns.find(({ name }) => name === filter.column)?.type ?? 'text';
        const parsed = (text: string) =>
          text
            .split(',')
            .map((each) => each.trim())
            .filter((each) => each !== '')
            .map((each) =>
              isNumeric(type) && !Number.isNaN(Number(each))
                ? Number(each)
                : type === 'boolean'
                  ? each === 'true'
                  : each,
            );
        const hasValues = filter.op !== 'is_missing' && filter.op !== 'not_missing';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: filters are their order
          <div key={at} className="flex gap-2">
            <Select
              aria-label={t('column')}
              value={filter.column}
              onChange={({ target }) => put(at, { column: target.value, values: [] })}
            >
              {columns.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
            <Select
              aria-label={t('operator')}
              className="max-w-36"
              value={filter.op}
              onChange={({ target }) =>
                put(at, { op: filterOperators.find((each) => each === target.value) ?? 'in' })
              }
            >
              {filterOperators.map((op) => (
                <option key={op} value={op}>
                  {t(`op_${op}`)}
                </option>
              ))}
            </Select>
            {hasValues && (
              <Input
                aria-label={t('filter_values')}
                placeholder={t('filter_values')}
                key={`${filter.column} ${filter.op}`}
                defaultValue={filter.values.join(', ')}
                onBlur={({ target }) => put(at, { values: parsed(target.value) })}
              />
            )}
            <IconButton
              icon={Trash2}
              label={t('filter_remove')}
              onClick={() => onChange(filters.filter((_, place) => place !== at))}
            />
          </div>
        );
      })}
      {columns[0] && (
        <Button
          size="small"
          className="justify-self-start"
          onClick={() =>
            onChange([...filters, { column: columns[0]?.name ?? '', op: 'in', values: [], dataset_id: null }])
          }
        >
          <Plus size={14} aria-hidden />
          {t('filter_add')}
        </Button>
      )}
    </fieldset>
  );
}
