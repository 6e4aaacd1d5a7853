import type { FastifyInstance } from 'fastify';
import type { Platform } from '../../platform/platform.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import type { Sessions } from '../identity/sessions.service.ts';
import { openPlaces } from './places.ts';
import { openQuestionScreen, type QuestionScreen } from './question-screen.ts';
import { ThreatBlocks } from './threat-blocks.service.ts';
import type { ThreatGuard } from './threat-guard.ts';
import { ThreatPolicies } from './threat-policies.service.ts';
import { ThreatWatch } from './threat-watch.ts';
import { threatRoutes } from './threats.routes.ts';
import { Threats } from './threats.service.ts';

export interface ThreatsRoom {
  readonly blocks: ThreatBlocks;
  readonly screen: QuestionScreen;
  start(): Promise<void>;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
}

/** Watches the audit record for attacks: see `docs/threats.md`. Throws CONFIG_INVALID for a file of places that is none. */
export function openThreats(
  platform: Platform,
  audit: OpenAudit,
  sessions: Pick<Sessions, 'endAll' | 'forget'>,
  guard: ThreatGuard,
): ThreatsRoom {
  const { config, db, log } = platform;
  const places = openPlaces(config.STROMA_GEO_FILE);
  const settled = async () => {
    await audit.sealNow();
    await watch.settled();
  };
  const policies = new ThreatPolicies({ platform, audit, places });
  const blocks = new ThreatBlocks({ platform, audit, guard, settled });
  const threats = new Threats({ platform, audit, sessions, guard, policies, settled });
  const watch = new ThreatWatch(
    {
      db: db.sql,
      places,
      policyOf: (tenantId) => policies.of(tenantId),
      subjectOf: (email) => audit.keys.textMac(systemTenant, `account:${email.toLowerCase()}`) ?? '',
    },
    (tenantId, finding) => threats.take(tenantId, finding),
    log,
  );
  audit.watch((events) => watch.see(events));
  return {
    blocks,
    screen: openQuestionScreen(threats, policies),
    start: () => guard.start(),
    register: (app) => threatRoutes(app, { threats, policies, blocks }, config),
    async close() {
      await watch.close();
      await guard.close();
    },
  };
}
