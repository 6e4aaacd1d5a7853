import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const query = { limit: 200, sort: 'name' as const };

/** Datasets by name, as far as one sees them. */
export function DatasetSelect({
  label,
  value,
  without = [],
  onChange,
}: {
  label: string;
  value: string;
  without?: readonly string[];
  onChange: (datasetId: string) => void;
}) {
  const { t } = useTranslation('projects');
  const { data, error } = useQuery({
    queryKey: queryKeys.datasetList(query),
    queryFn: ({ signal }) => client.datasets.list({ query, signal }),
  });
  return (
    <Field label={label} error={error?.message ?? null}>
      {(props) => (
        <Select
          {...props}
          required
          disabled={data === undefined}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          <option value="">{t('choose_dataset')}</option>
          {data?.items
            .filter(({ dataset_id }) => !without.includes(dataset_id))
            .map(({ dataset_id, name }) => (
              <option key={dataset_id} value={dataset_id}>
                {name}
              </option>
            ))}
        </Select>
      )}
    </Field>
  );
}
