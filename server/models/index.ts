/**
 * Models: experiments with their runs, and the registry of what came of them.
 *
 *   createModels(platform, access, data)
 *     .register(app)   the addresses of `api.experiments`, `api.models`, `api.features`, `api.training` and `api.predictions`, and those MLflow's clients speak to
 *     .close()         ends the threads that learn and answer
 *     .hears(...)      whether somebody may know of the model an event is about
 *     .sizes           bytes of what is stored, by kind
 */
import type { CloudEvent } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/index.ts';
import type { Data } from '../data/index.ts';
import type { Context } from '../platform/context.ts';
import { withinTenant } from '../platform/db/tenant-scope.ts';
import type { Platform } from '../platform/platform.ts';
import { openThreads } from '../platform/threads/open-threads.ts';
import { challengeRoutes } from './challengers/challenges.routes.ts';
import { openChallenges } from './challengers/open-challenges.ts';
import { Trials } from './challengers/trials.ts';
import { Artifacts } from './experiments/artifacts.service.ts';
import { artifactBytes } from './experiments/artifacts.store.ts';
import { experimentRoutes } from './experiments/experiments.routes.ts';
import { Experiments } from './experiments/experiments.service.ts';
import { findExperiment } from './experiments/experiments.store.ts';
import { LoggedModels } from './experiments/logged-models.service.ts';
import { RunDocuments } from './experiments/run-documents.ts';
import { Runs } from './experiments/runs.service.ts';
import { openFeatures } from './features/open-features.ts';
import { CriticalUses } from './governance/critical-uses.ts';
import { governanceRoutes } from './governance/governance.routes.ts';
import { keptReviews } from './governance/kept-reviews.ts';
import { openGovernance } from './governance/open-governance.ts';
import { mlflowRoutes } from './mlflow/mlflow.routes.ts';
import { openMonitoring } from './monitoring/open-monitoring.ts';
import { derivedModels } from './registry/derived-models.ts';
import { ModelVersions } from './registry/model-versions.service.ts';
import { findModel } from './registry/models.store.ts';
import { Promotions } from './registry/promotions.service.ts';
import { RegisteredModels } from './registry/registered-models.service.ts';
import { registryRoutes } from './registry/registry.routes.ts';
import { signableModel } from './registry/signable-model.ts';
import { ModelReports } from './reports/model-reports.service.ts';
import { reportJob } from './reports/reports.jobs.ts';
import { reportRoutes } from './reports/reports.routes.ts';
import { keptPredictions } from './serving/kept-predictions.ts';
import { openInferenceRoutes } from './serving/open-inference.routes.ts';
import { predictDatasetJob } from './serving/predict-dataset.jobs.ts';
import { PredictionLogs } from './serving/prediction-log.ts';
import { predictionRoutes } from './serving/predictions.routes.ts';
import { Predictions } from './serving/predictions.service.ts';
import { ServedModels } from './serving/served-models.ts';
import { ModelFiles } from './training/model-files.ts';
import { OwnTrainings } from './training/own-trainings.service.ts';
import { trainJob } from './training/training.jobs.ts';
import { trainingRoutes } from './training/training.routes.ts';
import { Trainings } from './training/training.service.ts';
import { trainedBytes } from './training/training.store.ts';
import { sweepTrainingsJob } from './training/training-sweep.jobs.ts';

export interface Models {
  readonly name: 'models';
  readonly sizes: Readonly<Record<string, () => Promise<number>>>;
  register(app: FastifyInstance): void;
  close(): Promise<void>;
  /** Whether somebody may know of the model an event is about. */
  hears(who: Pick<Context, 'actor' | 'purpose'>, event: CloudEvent): Promise<boolean>;
}

/** A thread that answers keeps its models this long without being asked. */
const servingIdleMs = 3_600_000;
const servingHeapMb = ({ config }: Platform): number => 2 * config.STROMA_SERVED_MODELS_MB + 512;

export function createModels(platform: Platform, access: Access, data: Data): Models {
  const { resources } = access;
  resources.know(
    'xpr',
    'experiment',
    async (tenantId, id) => {
      const row = await findExperiment(platform.db.sql, tenantId, id);
      return row === null ? null : { id, name: row.name, ownerId: row.createdBy };
    },
    { read: 'models:read', share: 'models:promote' },
  );
  const parts = { platform, access, data };
  const experiments = new Experiments(parts);
  const runs = new Runs(parts, experiments);
  const logged = new LoggedModels(parts, experiments, runs);
  const models = new RegisteredModels(parts);
  const versions = new ModelVersions(parts, models, runs, logged);
  const uses = new CriticalUses(parts);
  const promotions = new Promotions(parts, models, versions, uses);
  const artifacts = new Artifacts(parts, runs, versions.with);
  const registry = { parts, runs, models, versions, promotions };
  resources.know(
    'mdl',
    'model',
    async (tenantId, id) => {
      const row = await findModel(platform.db.sql, tenantId, id);
      return row === null ? null : { id, name: row.name, ownerId: row.createdBy };
    },
    { read: 'models:read', share: 'models:promote' },
  );
  const learning = openThreads({ atOnce: 1, heapMb: platform.config.STROMA_TRAINING_MEMORY_MB });
  const threads = {
    quick: openThreads({ atOnce: 1, heapMb: servingHeapMb(platform), idleMs: servingIdleMs }),
    slow: openThreads({ atOnce: 2, heapMb: servingHeapMb(platform) }),
  };
  const served = new ServedModels(parts, models);
  platform.jobs.register(trainJob({ parts, versions, threads: learning, known: served }));
  platform.jobs.register(sweepTrainingsJob(platform));
  const trainings = new Trainings(parts, models);
  const own = new OwnTrainings(parts, trainings, models, served, new ModelFiles(parts, threads.slow));
  platform.jobs.register(reportJob({ parts, served, threads: threads.slow }));
  const reports = new ModelReports(parts, versions, served);
  const log = new PredictionLogs(parts, models, served);
  const trials = new Trials(parts, served, log, threads.slow);
  const monitoring = openMonitoring({ parts, models, served, promotions, threads: threads.slow });
  const { outcomes, monitors } = monitoring;
  const challenges = openChallenges(parts, { models, served, promotions, trials, outcomes });
  const governance = openGovernance({
    parts,
    certifier: access.certifier,
    models,
    versions,
    promotions,
    served,
    uses,
    watching: { monitors, challenges },
  });
  const { reviews } = governance;
  const predictions = new Predictions(parts, served, threads, log, trials, reviews);
  for (const kept of [keptPredictions, keptReviews]) access.retention.know(kept(platform.db));
  const batch = { parts, served, threads: threads.slow, reviews };
  platform.jobs.register(predictDatasetJob(batch));
  access.signatures.register(signableModel(parts));
  access.signatures.register(governance.signable);
  data.knowDerived(derivedModels(platform.db));
  const registerFeatures = openFeatures(parts);
  return {
    name: 'models',
    sizes: {
      models: async () => (await artifactBytes(platform.db.sql)) + (await trainedBytes(platform.db.sql)),
    },
    async hears({ actor, purpose }, event) {
      const { model_id: id } = event.data;
      if (typeof id !== 'string') return true;
      return withinTenant(event.tenantid, async () => {
        const row = await findModel(platform.db.sql, event.tenantid, id);
        if (row === null) return true;
        const owned = { id, ownerId: row.createdBy };
        return (await resources.decide(actor, 'models:read', owned, purpose)).allowed;
      });
    },
    async close() {
      await trials.settled();
      await log.settled();
      await Promise.all([learning, threads.quick, threads.slow].map((each) => each.close()));
    },
    register(app) {
      experimentRoutes(app, { experiments, runs, artifacts });
      registryRoutes(app, registry);
      registerFeatures(app);
      trainingRoutes(app, trainings, own);
      predictionRoutes(app, { registry, served, predictions, batch, log });
      reportRoutes(app, reports);
      monitoring.register(app);
      challengeRoutes(app, challenges);
      governanceRoutes(app, governance);
      openInferenceRoutes(app, { served, predictions });
      mlflowRoutes(app, {
        experiments,
        runs,
        artifacts,
        logged,
        documents: new RunDocuments(parts),
        registry,
      });
    },
  };
}
