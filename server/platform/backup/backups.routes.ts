import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Jobs } from '../jobs/job-types.ts';
import { makeBackupKind, verifyBackupKind } from './backups.jobs.ts';
import type { Backups } from './backups.service.ts';

export function backupRoutes(app: FastifyInstance, backups: Backups, jobs: Jobs): void {
  route(app, api.backups.list, ({ query }) => backups.list(query));
  route(app, api.backups.plan, async () => backups.plan());
  route(app, api.backups.make, async ({ ctx }) => ({
    job_id: await jobs.send(ctx, makeBackupKind, { trigger: 'person' }),
  }));
  route(app, api.backups.verify, async ({ ctx, params }) => ({
    job_id: await jobs.send(ctx, verifyBackupKind, { backup_id: params.id }),
  }));
}
