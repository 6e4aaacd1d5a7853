import { useTranslation } from 'react-i18next';
import { Select } from '../../../components/field.tsx';

export type BoundSide = 'at_least' | 'at_most';

/** Whether a bound is the least or the most that is allowed. */
export function BoundSideSelect({ side, onSide }: { side: BoundSide; onSide: (side: BoundSide) => void }) {
  const { t } = useTranslation('models');
  return (
    <Select
      aria-label={t('bound_side')}
      className="w-32!"
      value={side}
      onChange={({ target }) => onSide(target.value === 'at_most' ? 'at_most' : 'at_least')}
    >
      <option value="at_least">{t('at_least_word')}</option>
      <option value="at_most">{t('at_most_word')}</option>
    </Select>
  );
}
