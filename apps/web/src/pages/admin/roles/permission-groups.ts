import { type Permission, permissions } from '@stroma/contracts';

/** The catalogue by resource, in its own order. */
export const permissionGroups: readonly { resource: string; permissions: readonly Permission[] }[] =
  Object.entries(Object.groupBy(permissions, (each) => each.split(':', 1)[0] ?? '')).map(
    ([resource, of]) => ({ resource, permissions: of ?? [] }),
  );
