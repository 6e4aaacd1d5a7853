import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Choice, SearchPicker } from '../../../components/search-picker.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const shown = 20;

/** A dataset, found by name, as far as one sees them. */
export function DatasetPicker({
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
  const [search, setSearch] = useState('');
  const [last, setLast] = useState<Choice | null>(null);
  const query = {
    limit: Math.min(200, shown + without.length),
    sort: 'name' as const,
    ...(search !== '' && { search }),
  };
  const { data, error } = useQuery({
    queryKey: queryKeys.datasetList(query),
    queryFn: ({ signal }) => client.datasets.list({ query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <SearchPicker
      label={label}
      error={error?.message ?? null}
      placeholder={t('find_dataset')}
      chosen={last?.id === value ? last : null}
      choices={data?.items
        .filter(({ dataset_id }) => !without.includes(dataset_id))
        .map(({ dataset_id: id, name }) => ({ id, label: name }))}
      more={data?.next_cursor != null}
      onSearch={setSearch}
      onChoose={(choice) => {
        setLast(choice);
        onChange(choice.id);
      }}
    />
  );
}
