import type { Member } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Choice, SearchPicker } from '../../../components/search-picker.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const shown = 20;

/** A member of the organisation, found by name or address, without those who are out of the question. */
export function MemberPicker({
  label,
  hint,
  value,
  known,
  without = [],
  status = 'active',
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  /** Whose name is known already. */
  known?: Choice | undefined;
  without?: readonly string[];
  status?: Member['status'] | 'any';
  onChange: (userId: string) => void;
}) {
  const { t } = useTranslation('admin');
  const [search, setSearch] = useState('');
  const [last, setLast] = useState<Choice | undefined>(known);
  const query = {
    limit: Math.min(200, shown + without.length),
    ...(status !== 'any' && { status }),
    ...(search !== '' && { search }),
  };
  const { data, error } = useQuery({
    queryKey: queryKeys.memberList(query),
    queryFn: ({ signal }) => client.members.list({ query, signal }),
    placeholderData: keepPreviousData,
  });
  const named = [last, known].find((each) => each?.id === value);
  const member = useQuery({
    queryKey: queryKeys.memberList({ id: value }),
    queryFn: ({ signal }) => client.members.get({ params: { id: value }, signal }),
    enabled: value !== '' && named === undefined,
  });
  const choiceOf = ({ user_id, name, email }: Member): Choice => ({
    id: user_id,
    label: t('person_with_address', { name, email }),
  });
  const chosen =
    value === '' ? null : (named ?? (member.data ? choiceOf(member.data) : { id: value, label: value }));
  return (
    <SearchPicker
      label={label}
      hint={hint}
      error={error?.message ?? null}
      placeholder={t('find_person')}
      chosen={chosen}
      choices={data?.items.filter(({ user_id }) => !without.includes(user_id)).map(choiceOf)}
      more={data?.next_cursor != null}
      onSearch={setSearch}
      onChoose={(choice) => {
        setLast(choice);
        onChange(choice.id);
      }}
    />
  );
}
