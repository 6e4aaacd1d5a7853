import { definitionOfRole, permissions } from '@stroma/contracts';
import type { Logger } from 'pino';
import type { Actor, Context } from './context.ts';
import { newId } from './ids.ts';

/** The tenant of work that belongs to nobody: cleaning, schedules. */
export const systemTenant = 'system';

const all = new Set(permissions);

export function systemActor(tenantId = systemTenant): Actor {
  return {
    id: 'system',
    kind: 'system',
    name: 'Stroma',
    role: 'system',
    tenantId,
    permissions: all,
    mustChangePassword: false,
    sessionId: null,
    keyId: null,
    tier: 'premium',
    secondFactor: false,
  };
}

/** A context for what Stroma does by itself. */
export function systemContext(
  log: Logger,
  tenantId = systemTenant,
  signal: AbortSignal = new AbortController().signal,
): Context {
  const requestId = newId('request');
  return { actor: systemActor(tenantId), requestId, log: log.child({ request: requestId }), signal };
}

/** The actor a job was sent by, as far as a worker needs it. */
export function actorOfRole(given: Pick<Actor, 'id' | 'name' | 'role' | 'tenantId'>): Actor {
  if (given.role === 'system') return { ...systemActor(given.tenantId), id: given.id, name: given.name };
  return {
    ...given,
    kind: 'person',
    permissions: new Set(definitionOfRole(given.role).permissions),
    mustChangePassword: false,
    sessionId: null,
    keyId: null,
    tier: 'premium',
    secondFactor: false,
  };
}
