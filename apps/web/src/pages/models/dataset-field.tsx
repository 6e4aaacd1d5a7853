import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../components/field.tsx';
import { allDatasetsQuery } from '../../lib/datasets.ts';

/** One of all datasets, none to begin with. */
export function DatasetField({
  label,
  hint,
  value,
  onPick,
}: {
  label: string;
  hint?: string;
  value: string;
  onPick: (id: string) => void;
}) {
  const { t } = useTranslation('models');
  const { data } = useQuery(allDatasetsQuery);
  return (
    <Field label={label} hint={hint}>
      {(field) => (
        <Select {...field} required value={value} onChange={({ target }) => onPick(target.value)}>
          <option value="" disabled>
            {t('choose_dataset')}
          </option>
          {data?.items.map(({ dataset_id, name }) => (
            <option key={dataset_id} value={dataset_id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
