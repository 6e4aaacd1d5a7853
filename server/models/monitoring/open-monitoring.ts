import type { FastifyInstance } from 'fastify';
import type { Threads } from '../../platform/threads/threads.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ServedModels } from '../serving/served-models.ts';
import { joinOutcomesJob } from './dataset-outcomes.jobs.ts';
import { checkJob } from './monitor-checks.jobs.ts';
import { monitorMailJob } from './monitor-mails.jobs.ts';
import { monitoringRoutes } from './monitoring.routes.ts';
import { monitoringClock } from './monitoring-clock.jobs.ts';
import { Monitors } from './monitors.service.ts';
import { Outcomes } from './outcomes.service.ts';
import { compareJob } from './retrainings.jobs.ts';
import { type MonitoringParts, Retrainings } from './retrainings.service.ts';

export interface Monitoring {
  /** What was so of predictions that were kept. */
  outcomes: Outcomes;
  monitors: Monitors;
  register(app: FastifyInstance): void;
}

/** What becomes of a version once it predicts: outcomes, windows against what it learned from, rules, retraining. */
export function openMonitoring(walls: {
  parts: MonitoringParts;
  models: RegisteredModels;
  served: ServedModels;
  promotions: Promotions;
  threads: Threads;
}): Monitoring {
  const { parts, models, served } = walls;
  const { jobs } = parts.platform;
  const outcomes = new Outcomes(parts, models, served);
  const retrainings = new Retrainings(parts);
  const monitors = new Monitors({ parts, models, served, retrainings });
  const tools = { ...walls, outcomes, retrainings, monitors };
  jobs.register(joinOutcomesJob(tools));
  jobs.register(checkJob(tools));
  jobs.register(monitorMailJob(tools));
  jobs.register(compareJob(tools));
  jobs.register(monitoringClock(tools));
  return { outcomes, monitors, register: (app) => monitoringRoutes(app, tools) };
}
