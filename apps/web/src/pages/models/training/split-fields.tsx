import { type SplitWay, splitWays } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select } from '../../../components/field.tsx';
import type { Way } from './way.ts';

/** Which rows test a model: any, those of other patients, of another site, or the latest. */
export function SplitFields({
  way,
  columns,
  onChange,
}: {
  way: Way;
  /** That may say how rows are parted. */
  columns: readonly string[];
  onChange: (change: Partial<Way>) => void;
}) {
  const { t } = useTranslation('models');
  const isChosen = way.splitColumn !== null && columns.includes(way.splitColumn);
  return (
    <>
      <Field label={t('split')} hint={t(`split_${way.splitBy}_hint`)}>
        {(field) => (
          <Select
            {...field}
            value={way.splitBy}
            onChange={({ target }) => onChange({ splitBy: target.value as SplitWay | 'chance' })}
          >
            {(['chance', ...splitWays] as const).map((each) => (
              <option key={each} value={each}>
                {t(`split_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {way.splitBy !== 'chance' && (
        <Field label={t(`split_${way.splitBy}_column`)}>
          {(field) => (
            <Select
              {...field}
              required
              value={isChosen ? (way.splitColumn ?? '') : ''}
              onChange={({ target }) => onChange({ splitColumn: target.value })}
            >
              <option value="" disabled>
                {t('split_choose')}
              </option>
              {columns.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {way.splitBy === 'site' && (
        <Field label={t('split_site_value')} hint={t('split_site_value_hint')}>
          {(field) => (
            <Input
              {...field}
              required
              maxLength={500}
              value={way.site}
              onChange={({ target }) => onChange({ site: target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
