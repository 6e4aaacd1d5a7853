import type { Sensitivity } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const order: Sensitivity[] = ['public', 'internal', 'confidential', 'phi'];

export interface NamedRole {
  role: string;
  name: string;
}

/** The roles there are, built in and made here, and which may see data this sensitive. */
export function useRoles(): { roles: NamedRole[]; cleared: (sensitivity: Sensitivity) => string[] } {
  const { data } = useQuery({
    queryKey: queryKeys.roles,
    queryFn: ({ signal }) => client.access.listRoles({ query: { limit: 200 }, signal }),
  });
  const items = data?.items ?? [];
  return {
    roles: items.map(({ role, name }) => ({ role, name })),
    cleared: (sensitivity) =>
      items
        .filter(({ clearance }) => order.indexOf(clearance) >= order.indexOf(sensitivity))
        .map(({ name }) => name),
  };
}
