import type { TileDimension, TileKind } from '@stroma/contracts';
import { tileGrains } from '@stroma/contracts';
import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Input, Select } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { isNumeric } from '../../lib/cell.ts';
import type { Columns } from './built-query.ts';
import { isTime } from './built-query.ts';

/** What a tile puts its rows together by, each with its period or ranges. */
export function Dimensions({
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
