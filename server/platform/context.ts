import type { Permission, Role } from '@stroma/contracts';
import type { Logger } from 'pino';

/** Who acts: a person with a role in one tenant, or Stroma itself. */
export interface Actor {
  id: string;
  kind: 'person' | 'system';
  name: string;
  role: Role | 'system';
  tenantId: string;
  permissions: ReadonlySet<Permission>;
  mustChangePassword: boolean;
}

/** What every service call carries. Stores scope every statement to `ctx.actor.tenantId`. */
export interface Context {
  actor: Actor;
  requestId: string;
  log: Logger;
  signal: AbortSignal;
}
