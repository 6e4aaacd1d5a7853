import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Platform } from '../platform.ts';
import { rewrapKind } from './encryption.jobs.ts';

export function encryptionRoutes(
  app: FastifyInstance,
  { keys, jobs, objects }: Pick<Platform, 'keys' | 'jobs' | 'objects'>,
): void {
  route(app, api.encryption.state, async () => ({
    ...(await keys.state()),
    objects_encrypted: objects.encrypted,
  }));
  route(app, api.encryption.rotate, async ({ ctx }) => {
    const { key_id } = await keys.rotate(ctx);
    return { key_id, job_id: await jobs.send(ctx, rewrapKind, {}) };
  });
}
