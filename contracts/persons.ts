import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';

/** Everything the store holds on one member, section by section; secrets and their hashes are left out. */
export interface PersonExport {
  format: 'stroma person export 1';
  person: { user_id: string; name: string; email: string };
  exported_at: string;
  exported_by: string;
  notice: string;
  sections: PersonSection[];
}

export interface PersonSection {
  name: string;
  about: string;
  rows: Record<string, unknown>[];
  /** There are more than the most that is exported. */
  truncated: boolean;
}

/**
 * `exact`: the cell is the identifier. `normalised`: letter case and white space aside. `within`: the cell holds the
 * identifier as whole words, letter case and the width of white space aside.
 */
export const personMatches = ['exact', 'normalised', 'within'] as const;
export type PersonMatch = (typeof personMatches)[number];

export const personIdentifier = z.string().trim().min(2, 'expected at least two characters').max(200);

export const personQuery = z.strictObject({
  identifiers: z.array(personIdentifier).min(1).max(20).describe('E-mail address, name, patient number'),
  columns: z
    .enum(['personal', 'all'])
    .default('personal')
    .describe('Columns in which something that points to persons was detected, or all of them'),
  match: z.enum(personMatches).default('normalised'),
});
export type PersonQuery = z.output<typeof personQuery>;

/** What is to become of what was found when the person is erased. */
export const storeTreatments = ['redact', 'keep', 'account', 'undecided'] as const;

/** Where somebody was found: places and counts, never a value of anybody's row. */
export const personFindings = z.object({
  datasets: z.array(
    z.object({
      dataset_id: z.string(),
      name: z.string(),
      deleted: z.boolean().describe('Deleted, and not disposed of yet'),
      versions: z.array(
        z.object({
          version_id: z.string(),
          number: z.int(),
          current: z.boolean(),
          rows: z.int().describe('Of the person: a cell is an identifier, or the parts of a name are'),
          mentions: z.int().describe('Of others, which speak of the person within a longer text'),
          total_rows: z.int(),
          columns: z.array(z.object({ name: z.string(), rows: z.int() })),
          rejected_rows: z.int().describe('Lines that could not be read and name the person'),
          described: z.boolean().describe('Its profile or the report of its reading quotes the person'),
        }),
      ),
    }),
  ),
  raw_files: z
    .array(z.object({ upload_id: z.string(), file_name: z.string() }))
    .describe('Files that became no dataset and name the person'),
  accounts: z.array(
    z.object({
      user_id: z.string(),
      name: z.string(),
      email: z.string(),
      sections: z.array(z.object({ name: z.string(), about: z.string(), rows: z.int() })),
    }),
  ),
  invitations: z.int(),
  consents: z.object({ all: z.int(), in_force: z.int() }),
  mail: z.int().describe('Messages in the outbox to one of the addresses'),
  store: z
    .array(
      z.object({ table: z.string(), column: z.string(), rows: z.int(), treatment: z.enum(storeTreatments) }),
    )
    .describe('Records of the relational store that quote an identifier'),
  not_searched: z.array(z.object({ id: z.string(), name: z.string(), why: z.string() })),
  searched: z.object({ datasets: z.int(), versions: z.int(), rows: z.int(), tables: z.int() }),
});
export type PersonFindings = z.infer<typeof personFindings>;

export const personSearch = z.object({
  search_id: z.string(),
  request_id: z.string().nullable(),
  job_id: z.string(),
  columns: z.enum(['personal', 'all']),
  match: z.enum(personMatches),
  identifiers: z.int().describe('How many; which is kept no longer than the search runs'),
  searched_by: z.object({ id: z.string(), name: z.string() }),
  began_at: timestamp,
  finished_at: timestamp.nullable(),
  findings: personFindings.nullable().describe('Null until the job has ended'),
});
export type PersonSearch = z.infer<typeof personSearch>;

export const personsApi = {
  export: endpoint({
    id: 'exportPerson',
    method: 'GET',
    path: '/privacy/persons/:id/export',
    tag: 'Privacy',
    summary: 'Everything held on one member, as JSON or as a page to read',
    description:
      'Found by the account. For rows of datasets, search for the person or open a request. Goes on record.',
    permission: 'privacy:write',
    params: z.object({ id: idOf('user') }),
    query: z.object({ format: z.enum(['json', 'html']).default('json') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND'],
  }),
  search: endpoint({
    id: 'searchPerson',
    method: 'POST',
    path: '/privacy/searches',
    tag: 'Privacy',
    summary: 'Look for a person in every dataset version and in all records of the organisation',
    description:
      'Runs as a job. The identifiers are kept sealed while it runs and destroyed at its end; the answer holds places and counts.',
    permission: 'privacy:write',
    body: personQuery,
    status: 202,
    response: z.object({ job_id: z.string(), search_id: z.string() }),
  }),
  found: endpoint({
    id: 'getPersonSearch',
    method: 'GET',
    path: '/privacy/searches/:id',
    tag: 'Privacy',
    summary: 'Where a person was found: places and counts',
    permission: 'privacy:read',
    params: z.object({ id: idOf('personSearch') }),
    status: 200,
    response: personSearch,
    errors: ['NOT_FOUND'],
  }),
};
