import type { Permission, Sensitivity } from './permissions.ts';
import type { Reach } from './roles.ts';

/** What refines a role for one person. What is absent here comes from the role. */
export interface ActorScope {
  clearance: Sensitivity;
  reach: Reach;
  ownOnly: ReadonlySet<Permission>;
  projects: ReadonlySet<string>;
  /** Null: not bound to a site. */
  sites: ReadonlySet<string> | null;
  /** Access begins and ends; null is open. */
  from: Date | null;
  until: Date | null;
}

/** The part of an actor that decides what it may do. */
export interface ActorAttributes {
  id: string;
  tenantId: string;
  role: string;
  permissions: ReadonlySet<Permission>;
  scope?: ActorScope;
}
