import type { FastifyInstance } from 'fastify';
import type { Actor } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import type { IdentityRoom } from '../identity/open-identity.ts';
import type { Entitlements } from '../permissions/entitlements.ts';
import { Directories } from './directories.service.ts';
import { scimRoutes } from './scim.routes.ts';
import { isPushed } from './scim.store.ts';
import { ScimGroups } from './scim-groups.service.ts';
import { ScimUsers } from './scim-users.service.ts';

export interface Scim {
  /** The directory behind a token that begins with `scim_`, or null. */
  actor(token: string): Promise<Actor | null>;
  isPushed(tx: Sql, tenantId: string, userId: string): Promise<boolean>;
  register(app: FastifyInstance): void;
}

/** Users and groups pushed by directories, SCIM 2.0: see `docs/single-sign-on.md`. */
export function openScim(given: {
  platform: Platform;
  audit: Audit;
  room: Pick<IdentityRoom, 'sessions' | 'clientOf'>;
  entitlements: Entitlements;
}): Scim {
  const { platform, audit, room, entitlements } = given;
  const forget = (tenant: string, userIds: readonly string[]) => {
    for (const user of userIds) {
      entitlements.forget({ tenant, user });
      room.sessions.forget(user);
    }
  };
  const parts = {
    db: platform.db,
    audit,
    endSessions: (tx: Sql, userId: string, reason: string) => room.sessions.endAll(tx, userId, null, reason),
    forget,
  };
  const directories = new Directories({ platform, audit, forget });
  const users = new ScimUsers(parts);
  const groups = new ScimGroups(parts);
  return {
    actor: (token) => directories.actor(token),
    isPushed,
    register(app) {
      scimRoutes(app, { directories, users, groups, clientOf: room.clientOf });
    },
  };
}
