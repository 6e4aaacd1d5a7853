import type { LegalHold } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { client } from '../../../lib/client.ts';
import { datasetQuery } from '../../../lib/datasets.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** What a hold keeps, by name; by its id where it is gone or hidden from who looks. */
export function HoldSubject({ hold: { scope, subject_id: id } }: { hold: LegalHold }) {
  const { t } = useTranslation('retention');
  const dataset = useQuery({ ...datasetQuery(id ?? ''), enabled: scope === 'dataset', retry: false });
  const person = useQuery({
    queryKey: [...queryKeys.members, 'one', id],
    queryFn: ({ signal }) => client.members.get({ params: { id: id ?? '' }, signal }),
    enabled: scope === 'person',
    retry: false,
  });
  const what = t(`scope_${scope}`);
  if (id === null) return what;
  const unnamed = <code className="font-mono text-small font-normal wrap-anywhere">{id}</code>;
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
      {what}
      {dataset.data ? (
        <Link to="/data/$datasetId" params={{ datasetId: id }} className="text-accent hover:underline">
          {dataset.data.name}
        </Link>
      ) : person.data ? (
        <span>{person.data.name}</span>
      ) : (
        unnamed
      )}
    </span>
  );
}
