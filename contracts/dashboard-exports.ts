import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { exportFormats } from './export-formats.ts';
import { idOf } from './fields.ts';
import { boardState } from './tiles.ts';

const noState = { variables: {}, cross: [], drill: [] };

export const dashboardExportsApi = {
  export: endpoint({
    id: 'exportDashboard',
    method: 'POST',
    path: '/dashboards/:id/export',
    tag: 'Dashboards',
    summary: 'A dashboard, or one tile of it, as a file: what you see now, with its filters',
    description:
      'Drawn on the server. csv is one table, or for several tiles a zip with a table for each. Every file names who made it and when, the filters, the dataset versions and the SHA-256 of each query.',
    permission: 'dashboards:read',
    rate: 'query',
    params: z.object({ id: idOf('dashboard') }),
    body: z.strictObject({
      format: z.enum(exportFormats),
      state: boardState.default(noState),
      tile_id: idOf('tile').nullable().default(null).describe('Null: the whole board'),
      scheme: z.enum(['light', 'dark']).default('light'),
      width: z.int().min(480).max(2560).default(1280).describe('Pixels, for png, svg and html'),
    }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'UNPROCESSABLE', 'OVERLOADED'],
  }),
};
