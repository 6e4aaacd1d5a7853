import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf } from './fields.ts';

/** Everything the store holds on one member, section by section; secrets and their hashes are left out. */
export interface PersonExport {
  format: 'stroma person export 1';
  person: { user_id: string; name: string; email: string };
  exported_at: string;
  exported_by: string;
  notice: string;
  sections: {
    name: string;
    about: string;
    rows: Record<string, unknown>[];
    /** There are more than the most that is exported. */
    truncated: boolean;
  }[];
}

export const personsApi = {
  export: endpoint({
    id: 'exportPerson',
    method: 'GET',
    path: '/privacy/persons/:id/export',
    tag: 'Privacy',
    summary: 'Everything held on one member, as JSON or as a page to read',
    description:
      'Found by the account. Values inside datasets that point to the person are not searched. Goes on record.',
    permission: 'privacy:write',
    params: z.object({ id: idOf('user') }),
    query: z.object({ format: z.enum(['json', 'html']).default('json') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
};
