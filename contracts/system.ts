import { z } from 'zod';
import { endpoint } from './endpoints.ts';

export const systemInformation = z.object({
  version: z.string(),
  node: z.string(),
  duckdb: z.string(),
  started_at: z.string(),
  store: z.enum(['embedded', 'postgresql']),
  objects: z.enum(['folder', 's3']),
  cache: z.enum(['in_process', 'redis']),
  language_model: z.object({ configured: z.boolean(), model: z.string().nullable() }),
  sql_limits: z.object({ timeout_ms: z.int(), memory_mb: z.int(), max_rows: z.int(), max_bytes: z.int() }),
  upload_limit_bytes: z.number(),
  settings: z
    .array(
      z.object({
        key: z.string(),
        meaning: z.string(),
        value: z.string().describe('A secret is shown as set or not set'),
        default_value: z.string(),
        source: z.enum(['default', 'environment', 'file']),
      }),
    )
    .nullable()
    .describe('Null without the permission `installation:read`: they name folders and hosts'),
});
export type SystemInformation = z.infer<typeof systemInformation>;

export const systemApi = {
  information: endpoint({
    id: 'getSystemInformation',
    method: 'GET',
    path: '/system',
    tag: 'System',
    summary: 'Versions, engines and limits; to who runs the installation also the settings in force',
    permission: 'settings:read',
    status: 200,
    response: systemInformation,
  }),
};
