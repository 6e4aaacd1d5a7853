import type { Tile } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../components/field.tsx';

type Options = Tile['options'];
const formats = ['auto', 'integer', 'decimal', 'percent', 'compact', 'scientific'] as const;
const stackings = ['none', 'zero', 'normalize'] as const;
const comparisons = ['none', 'first', 'previous_period'] as const;

/** How a tile looks: only what its kind knows. */
export function TileOptionsFields({
  tile: { kind, options },
  onChange,
}: {
  tile: Tile;
  onChange: (options: Options) => void;
}) {
  const { t } = useTranslation('dashboards');
  if (kind === 'table' || kind === 'network') return null;
  const set = <Key extends keyof Options>(key: Key, value: Options[Key] | undefined) => {
    const { [key]: _, ...rest } = options;
    onChange(value === undefined ? (rest as Options) : { ...options, [key]: value });
  };
  const number = (key: 'target' | 'min' | 'max' | 'decimals', label: string) => (
    <Field label={label}>
      {(props) => (
        <Input
          {...props}
          type="number"
          step="any"
          value={options[key] ?? ''}
          onChange={({ target }) => set(key, target.value === '' ? undefined : Number(target.value))}
        />
      )}
    </Field>
  );
  const check = (key: 'horizontal' | 'log' | 'labels', label: string) => (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        checked={options[key] ?? false}
        onChange={({ target }) => set(key, target.checked || undefined)}
      />
      {label}
    </label>
  );
  const choice = <Value extends string>(
    label: string,
    values: readonly Value[],
    value: Value | undefined,
    word: (value: Value) => string,
    put: (value: Value | undefined) => void,
  ) => (
    <Field label={label}>
      {(props) => (
        <Select
          {...props}
          value={value ?? ''}
          onChange={({ target }) => put(values.find((each) => each === target.value))}
        >
          <option value="">{t('automatic')}</option>
          {values.map((each) => (
            <option key={each} value={each}>
              {word(each)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
  const isNumber = kind === 'number' || kind === 'gauge';
  const hasAxis = kind === 'line' || kind === 'bar' || kind === 'area' || kind === 'box';
  return (
    <details>
      <summary className="font-medium">{t('look')}</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <Field label={t('unit')}>
          {(props) => (
            <Input
              {...props}
              maxLength={40}
              value={options.unit ?? ''}
              onChange={({ target }) => set('unit', target.value || undefined)}
            />
          )}
        </Field>
        {choice(
          t('format'),
          formats,
          options.format,
          (each) => t(`number_${each}`),
          (value) => set('format', value),
        )}
        {number('decimals', t('decimals'))}
        {(isNumber || hasAxis) && number('target', t('target'))}
        {(kind === 'gauge' || hasAxis || kind === 'map') && number('min', t('least'))}
        {(kind === 'gauge' || hasAxis || kind === 'map') && number('max', t('most'))}
        {kind === 'number' &&
          choice(
            t('compare'),
            comparisons,
            options.compare,
            (each) => t(`compare_${each}`),
            (value) => set('compare', value),
          )}
        {kind === 'number' &&
          choice(
            t('higher_is'),
            ['better', 'worse', 'neutral'] as const,
            options.higher_is,
            (each) => t(`higher_${each}`),
            (value) => set('higher_is', value),
          )}
        {(kind === 'bar' || kind === 'area') &&
          choice(
            t('stacked'),
            stackings,
            options.stacked,
            (each) => t(`stacked_${each}`),
            (value) => set('stacked', value),
          )}
        {kind === 'map' &&
          choice(
            t('region'),
            ['world', 'us_states'] as const,
            options.region,
            (each) => t(`region_${each}`),
            (value) => set('region', value),
          )}
        {(isNumber || hasAxis) && (
          <Thresholds options={options} onChange={(value) => set('thresholds', value)} />
        )}
        {kind === 'bar' && check('horizontal', t('horizontal'))}
        {(hasAxis || kind === 'scatter' || kind === 'map') && check('log', t('log_axis'))}
      </div>
    </details>
  );
}

const statuses = ['good', 'warning', 'critical', 'neutral'] as const;

/** From which value on which status holds. */
function Thresholds({
  options,
  onChange,
}: {
  options: Options;
  onChange: (value: Options['thresholds']) => void;
}) {
  const { t } = useTranslation('dashboards');
  const rows = [...(options.thresholds ?? []), { at: Number.NaN, status: 'warning' as const }].slice(0, 10);
  const put = (at: number, part: Partial<(typeof rows)[number]>) => {
    const next = rows
      .map((each, place) => (place === at ? { ...each, ...part } : each))
      .filter((each) => !Number.isNaN(each.at));
    onChange(next.length === 0 ? undefined : next);
  };
  return (
    <fieldset className="grid gap-2 sm:col-span-2">
      <legend className="mb-1 font-medium">{t('thresholds')}</legend>
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: thresholds are their order
        <div key={at} className="flex gap-2">
          <Input
            aria-label={t('threshold_at')}
            placeholder={t('threshold_at')}
            type="number"
            step="any"
            value={Number.isNaN(row.at) ? '' : row.at}
            onChange={({ target }) =>
              put(at, { at: target.value === '' ? Number.NaN : Number(target.value) })
            }
          />
          <Select
            aria-label={t('status')}
            value={row.status}
            onChange={({ target }) =>
              put(at, { status: statuses.find((each) => each === target.value) ?? 'warning' })
            }
          >
            {statuses.map((status) => (
              <option key={status} value={status}>
                {t(`status_${status}`)}
              </option>
            ))}
          </Select>
        </div>
      ))}
    </fieldset>
  );
}
