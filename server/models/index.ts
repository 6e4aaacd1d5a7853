/**
 * Models: experiments with their runs, and the registry of what came of them.
 *
 *   createModels(platform, access, data)
 *     .register(app)   the addresses of `api.experiments`, and those MLflow's clients speak to
 *     .sizes           bytes of what is stored, by kind
 */
import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/index.ts';
import type { Data } from '../data/index.ts';
import type { Platform } from '../platform/platform.ts';
import { Artifacts } from './experiments/artifacts.service.ts';
import { artifactBytes } from './experiments/artifacts.store.ts';
import { experimentRoutes } from './experiments/experiments.routes.ts';
import { Experiments } from './experiments/experiments.service.ts';
import { findExperiment } from './experiments/experiments.store.ts';
import { LoggedModels } from './experiments/logged-models.service.ts';
import { RunDocuments } from './experiments/run-documents.ts';
import { Runs } from './experiments/runs.service.ts';
import { mlflowRoutes } from './mlflow/mlflow.routes.ts';

export interface Models {
  readonly name: 'models';
  readonly sizes: Readonly<Record<string, () => Promise<number>>>;
  register(app: FastifyInstance): void;
}

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
  const artifacts = new Artifacts(parts, runs, async () => []);
  return {
    name: 'models',
    sizes: { models: () => artifactBytes(platform.db.sql) },
    register(app) {
      experimentRoutes(app, { experiments, runs, artifacts });
      mlflowRoutes(app, { experiments, runs, artifacts, logged, documents: new RunDocuments(parts) });
    },
  };
}
