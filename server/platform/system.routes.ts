import { api } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { settingsInForce } from './config/describe-config.ts';
import type { LoadedConfig } from './config/read-config.ts';
import { route } from './http/register-route.ts';
import type { Platform } from './platform.ts';

export interface Versions {
  version: string;
  duckdb: string;
}

export function systemRoutes(
  app: FastifyInstance,
  platform: Platform,
  loaded: LoadedConfig,
  { version, duckdb }: Versions,
): void {
  const startedAt = new Date().toISOString();
  const { config } = platform;

  route(app, api.system.information, async ({ ctx }) => ({
    version,
    node: process.versions.node,
    duckdb,
    started_at: startedAt,
    store: platform.db.kind,
    objects: platform.objects.kind,
    cache: platform.cache.kind,
    language_model: { configured: platform.llm.configured, model: platform.llm.model },
    sql_limits: {
      timeout_ms: config.STROMA_SQL_TIMEOUT_MS,
      memory_mb: config.STROMA_SQL_MEMORY_MB,
      max_rows: config.STROMA_SQL_MAX_ROWS,
      max_bytes: config.STROMA_SQL_MAX_BYTES,
    },
    upload_limit_bytes: config.STROMA_UPLOAD_LIMIT_BYTES,
    settings: ctx.actor.permissions.has('installation:read') ? settingsInForce(loaded) : null,
  }));
}
