import type { FastifyInstance } from 'fastify';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import type { IdentityRoom } from '../identity/open-identity.ts';
import { Connections } from './connections.service.ts';
import type { ProvisioningParts } from './provisioning.ts';
import { SignOn } from './sign-on.service.ts';
import { singleSignOnRoutes } from './single-sign-on.routes.ts';

/** Signing in by identity providers of OpenID Connect and SAML: see `docs/single-sign-on.md`. */
export function openSingleSignOn(given: {
  platform: Platform;
  audit: Audit;
  room: Pick<IdentityRoom, 'identity' | 'clientOf'>;
  isPushed: ProvisioningParts['isPushed'];
}): { register(app: FastifyInstance): void } {
  const { platform, audit, room, isPushed } = given;
  const connections = new Connections(platform, audit);
  const signOn = new SignOn({ platform, audit, identity: room.identity, connections, isPushed });
  return {
    register(app) {
      singleSignOnRoutes(app, { config: platform.config, signOn, connections, clientOf: room.clientOf });
    },
  };
}
