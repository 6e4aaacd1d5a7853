import type { FastifyInstance } from 'fastify';
import type { Audit } from '../../access/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetVisibility } from '../datasets/dataset-visibility.ts';
import type { HiddenDatasets } from '../datasets/hidden-datasets.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { sweepSourceFilesJob } from './connection-files.ts';
import { connectionRoutes } from './connections.routes.ts';
import { Connections } from './connections.service.ts';
import { importClockJob, importJob } from './imports.jobs.ts';
import { Imports } from './imports.service.ts';
import { Sources } from './sources.ts';

/** Sources of data beside files that are sent; registers its jobs. */
export function openConnections(
  platform: Platform,
  audit: Audit,
  datasets: { visibility: DatasetVisibility; hidden: HiddenDatasets; documents: LakeDocuments },
): { register(app: FastifyInstance): void } {
  const sources = new Sources(platform);
  const imports = new Imports(platform, audit, datasets.hidden);
  const { visibility, documents } = datasets;
  platform.jobs.register(importJob({ platform, audit, sources, visibility, documents }));
  platform.jobs.register(importClockJob(imports));
  platform.jobs.register(sweepSourceFilesJob(platform));
  return {
    register: (app) => connectionRoutes(app, new Connections(platform, audit, sources), imports),
  };
}
