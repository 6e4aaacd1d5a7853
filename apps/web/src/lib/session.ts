import {
  builtInRole,
  decide,
  type Permission,
  type ResourceAttributes,
  type Session,
} from '@stroma/contracts';
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

/**
 * Whether to offer something, by the decision the server will make: in general, or for one thing of which the owner
 * is known. The server knows more of the thing and has the last word.
 */
export function usePermission(
  permission: Permission,
  resource?: Omit<ResourceAttributes, 'tenantId'>,
): boolean {
  const session = useSession();
  return session !== null && mayDo(session, permission, resource);
}

export function mayDo(
  { user, permissions }: Session,
  permission: Permission,
  resource?: Omit<ResourceAttributes, 'tenantId'>,
): boolean {
  const { user_id: id, tenant_id: tenantId, role } = user;
  const actor = { id, tenantId, role, permissions: new Set(permissions) };
  // What a custom role is bound to is known to the server alone.
  const about = resource && builtInRole(role) !== null ? { ...resource, tenantId } : undefined;
  return decide({ permission, actor, resource: about, now: new Date() }).allowed;
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
