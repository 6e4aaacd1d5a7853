import type { FastifyInstance } from 'fastify';
import type { Data } from '../../data/index.ts';
import { derivedFeatures } from './derived-features.ts';
import { FeatureJobs } from './feature-jobs.service.ts';
import { type FeatureParts, FeatureViews } from './feature-views.service.ts';
import { featureClock, joinJob, materialiseJob } from './features.jobs.ts';
import { featureRoutes } from './features.routes.ts';
import { OnlineFeatures } from './online-features.service.ts';

/** The feature store: definitions, point-in-time joins, values in the lake and at hand. */
export function openFeatures(
  parts: FeatureParts & { data: Pick<Data, 'knowDerived'> },
): (app: FastifyInstance) => void {
  const views = new FeatureViews(parts);
  const jobs = new FeatureJobs(parts, views);
  const online = new OnlineFeatures(parts, views);
  const walls = { parts, views, jobs, online };
  parts.platform.jobs.register(materialiseJob(walls));
  parts.platform.jobs.register(joinJob(walls));
  parts.platform.jobs.register(featureClock(walls));
  parts.data.knowDerived(derivedFeatures(parts.platform.db));
  return (app) => featureRoutes(app, { views, jobs, online });
}
