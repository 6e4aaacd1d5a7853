import { AsyncLocalStorage } from 'node:async_hooks';

/** The role statements of a tenant run as: it owns nothing, and row-level security binds it. */
export const tenantRole = 'stroma_tenant';

const scope = new AsyncLocalStorage<string | null>();

/** The tenant whose rows alone statements see from here; null outside every scope. */
export const currentTenant = (): string | null => scope.getStore() ?? null;

/**
 * Runs `work`, and all that it starts, walled in: the store shows, takes and changes rows of this tenant alone,
 * whatever a statement says. The gate enters it for each signed-in request, the worker for each job of a tenant.
 */
export function withinTenant<T>(tenantId: string, work: () => T): T {
  const present = currentTenant();
  if (tenantId === '') throw new Error('a scope needs a tenant');
  if (present !== null && present !== tenantId)
    throw new Error(
      'one tenant’s scope cannot be entered from another’s: leave it with acrossTenants() first',
    );
  return scope.run(tenantId, () => begun(work()));
}

/**
 * The one way out of a scope: `work` runs with the owner's rights over every tenant. For what belongs to the
 * installation (the queue, keys, who somebody is); `reason` is for the reader.
 */
export function acrossTenants<T>(_reason: string, work: () => T): T {
  return currentTenant() === null ? work() : scope.run(null, () => begun(work()));
}

/** A statement of the query builder is sent when it is awaited: that must not be left to whoever stands outside. */
function begun<T>(result: T): T {
  if (result instanceof Promise || typeof (result as PromiseLike<unknown> | null)?.then !== 'function')
    return result;
  return new Promise((done, failed) => (result as PromiseLike<unknown>).then(done, failed)) as T;
}

/** Tells a connection, until it is told otherwise, for whom it works. One statement. */
export function scopeStatement(tenant: string | null): string {
  const role = tenant === null ? 'none' : tenantRole;
  const setting = (tenant ?? '').replaceAll("'", "''");
  return `select set_config('role', '${role}', false), set_config('stroma.tenant', '${setting}', false)`;
}
