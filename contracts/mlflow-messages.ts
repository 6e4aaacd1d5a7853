import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { metricNumber } from './experiments.ts';
import { idOf } from './fields.ts';

/**
 * What an MLflow client says to a tracking server and model registry.
 * https://mlflow.org/docs/latest/api_reference/rest-api.html
 *
 * A client of another release may send more than is named here; what is not known is passed over.
 */
export const mlflowPath = '/api/2.0/mlflow';
export const mlflowArtifactsPath = '/api/2.0/mlflow-artifacts/artifacts';

export const text = (most: number) => z.string().max(most);
export const key = text(250).min(1);
export const id = (kind: 'experiment' | 'run') => z.union([idOf(kind), text(64)]);
export const runId = { run_id: id('run').optional(), run_uuid: id('run').optional() };
export const name = text(500).min(1);
export const pair = z.object({ key, value: text(100_000).default('') });
export const pairs = z.array(pair).max(1000);
export const whole = z.coerce
  .number()
  .int()
  .min(-(2 ** 53))
  .max(2 ** 53);
export const page = {
  max_results: z.coerce.number().int().min(1).max(50_000).optional(),
  page_token: text(200).optional(),
};
export const lines = z
  .union([text(300), z.array(text(300)).max(10)])
  .transform((given) => (Array.isArray(given) ? given : [given]))
  .optional();
export const filter = text(4000).default('');
/** Milliseconds since 1970, to the end of the year 9999. */
export const moment = z.coerce.number().int().min(0).max(253_402_300_799_999);
export const metric = z.object({
  key,
  value: metricNumber,
  timestamp: moment.default(0),
  step: whole.default(0),
});
export const viewType = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).default('ACTIVE_ONLY');

export const shared = { tag: 'MLflow', at: 'root', produces: 'application/json', status: 200 } as const;
type Names = 'models:read' | 'models:write';

export const read = <Query extends z.ZodType>(id: string, path: string, summary: string, query: Query) =>
  endpoint({
    ...shared,
    id,
    method: 'GET',
    path: `${mlflowPath}/${path}`,
    permission: 'models:read',
    summary,
    query,
  });

export const send = <
  const Method extends 'POST' | 'PATCH' | 'DELETE',
  Body extends z.ZodType,
  const Permission extends Names = 'models:write',
>(
  method: Method,
  id: string,
  path: string,
  summary: string,
  body: Body,
  permission: Permission = 'models:write' as Permission,
) => endpoint({ ...shared, id, method, path: `${mlflowPath}/${path}`, permission, summary, body });
