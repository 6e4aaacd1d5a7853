import type { ActorAttributes, Permission } from '@stroma/contracts';
import type { Logger } from 'pino';

/** Who acts: a person with a role in one tenant, an API key of one, or Stroma itself. */
export interface Actor extends ActorAttributes {
  id: string;
  kind: 'person' | 'key' | 'system';
  name: string;
  /** A built-in role, an alias of one, the id of a custom role (`rol_...`), or `system`. */
  role: string;
  tenantId: string;
  permissions: ReadonlySet<Permission>;
  mustChangePassword: boolean;
  /** The role needs a second factor and the person has none: it must be set up before anything else. */
  mustSetUpSecondFactor?: boolean;
  /** Something unusual was done in the session: its person must prove who they are before it goes on. */
  mustReauthenticate?: boolean;
  sessionId: string | null;
  keyId: string | null;
  tier: 'free' | 'premium';
  /** A second factor was proven in this session. */
  secondFactor: boolean;
  /** Of an API key: its own limit. Absent or null: the limit of who made it. */
  requestsPerMinute?: number | null;
}

/** What every service call carries. Stores scope every statement to `ctx.actor.tenantId`. */
export interface Context {
  actor: Actor;
  /** Where a request came from; absent for what Stroma does by itself. */
  origin?: { readonly address: string; readonly userAgent: string };
  requestId: string;
  /** What the work is for, where the caller named it: `Stroma-Purpose`. */
  purpose?: string | undefined;
  log: Logger;
  signal: AbortSignal;
}
