import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const query = { limit: 200, status: 'active' as const };

/** Members of the organisation by name, without those who are out of the question. */
export function MemberSelect({
  label,
  hint,
  value,
  without = [],
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  without?: readonly string[];
  onChange: (userId: string) => void;
}) {
  const { t } = useTranslation('projects');
  const { data, error } = useQuery({
    queryKey: queryKeys.memberList(query),
    queryFn: ({ signal }) => client.members.list({ query, signal }),
  });
  return (
    <Field label={label} hint={hint} error={error?.message ?? null}>
      {(props) => (
        <Select
          {...props}
          required
          disabled={data === undefined}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          <option value="">{t('choose_person')}</option>
          {data?.items
            .filter(({ user_id }) => !without.includes(user_id))
            .map(({ user_id, name, email }) => (
              <option key={user_id} value={user_id}>
                {t('person_line', { name, email })}
              </option>
            ))}
        </Select>
      )}
    </Field>
  );
}
