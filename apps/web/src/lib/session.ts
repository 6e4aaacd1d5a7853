import type { Permission, Session } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: queryKeys.session,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await client.identity.session({ signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null;
}

export function usePermission(permission: Permission): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

/** Ends the session on the server, then forgets everything that was loaded for this person. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  return async () => {
    await client.identity.logout();
    queryClient.clear();
    queryClient.setQueryData(queryKeys.session, null);
  };
}
