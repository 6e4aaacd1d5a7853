import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';
import { sensitivities } from './permissions.ts';
import { columnName, columnSchema, rowSet } from './profiles.ts';

export const sensitivity = z.enum(sensitivities);

/** What of the person who asks a row is compared with. */
export const readerAttributes = ['user_id', 'site'] as const;

const value = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);

/** Which rows are shown: those whose column is among values, outside them, or from or up to one. */
export const rowCondition = z.strictObject({
  column: columnName,
  operator: z.enum(['among', 'outside', 'from', 'to']),
  values: z.array(value).max(1000).default([]).describe('null is the missing value; none shows no row'),
  attribute: z
    .enum(readerAttributes)
    .nullable()
    .default(null)
    .describe(
      'Compared with the reader’s own id or sites, beside the values; a reader without one sees no row by it',
    ),
});
export type RowConditionRule = z.infer<typeof rowCondition>;

/** What is shown instead of a value; a missing one stays missing. */
export const columnMask = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hide') }),
  z.strictObject({ kind: z.literal('replace'), text: z.string().max(100) }),
  z.strictObject({ kind: z.literal('pseudonym') }).describe('The same sixteen digits for the same value'),
  z.strictObject({ kind: z.enum(['start', 'end']), characters: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal('period'), unit: z.enum(['year', 'quarter', 'month']) }),
  z.strictObject({ kind: z.literal('range'), width: z.number().positive(), cap: z.number().optional() }),
]);
export type ColumnMaskRule = z.infer<typeof columnMask>;

/** Whom a rule is for: these roles, or every role but these. */
export const ruleReaders = z.strictObject({
  which: z.enum(['only', 'all_but']),
  roles: z.array(z.string().min(1).max(100)).max(50),
});

export const datasetRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rows'), readers: ruleReaders, condition: rowCondition }),
  z.strictObject({ kind: z.literal('mask'), readers: ruleReaders, column: columnName, mask: columnMask }),
]);
export type DatasetRule = z.infer<typeof datasetRule>;

const rules = z.array(datasetRule).max(200);

/** What somebody sees of a dataset, and by which rule not the rest. */
export const visibility = z.object({
  restricted: z.boolean(),
  row_conditions: z.array(z.object({ column: z.string(), operator: z.string() })),
  masks: z.array(z.object({ column: z.string(), mask: columnMask, reason: z.string() })),
});
export type Visibility = z.infer<typeof visibility>;

export const datasetAccess = z.object({
  dataset_id: z.string(),
  sensitivity,
  rules: rules.describe('Empty for those who may not change them'),
  yours: visibility,
  may_change: z.boolean(),
  updated_at: timestamp,
});
export type DatasetAccessDocument = z.infer<typeof datasetAccess>;

const params = z.object({ id: idOf('dataset') });
const change = z.strictObject({ sensitivity, rules });

export const datasetAccessApi = {
  get: endpoint({
    id: 'getDatasetAccess',
    method: 'GET',
    path: '/data/datasets/:id/access',
    tag: 'Data',
    summary: 'How sensitive a dataset is, who sees what of it, and what you see',
    permission: 'datasets:read',
    params,
    status: 200,
    response: datasetAccess,
    errors: ['NOT_FOUND'],
  }),
  set: endpoint({
    id: 'setDatasetAccess',
    method: 'PUT',
    path: '/data/datasets/:id/access',
    tag: 'Data',
    summary: 'Set the sensitivity of a dataset, its row filters and its column masks',
    description:
      'Replaces all rules. They hold in every query, chart, preview, export, profile and question from the moment this is answered, worked out inside the query process.',
    permission: 'policies:write',
    params,
    body: change,
    status: 200,
    response: datasetAccess,
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  try: endpoint({
    id: 'tryDatasetAccess',
    method: 'POST',
    path: '/data/datasets/:id/access/try',
    tag: 'Data',
    summary: 'See a dataset as a role would under rules that are not set yet',
    permission: 'policies:write',
    params,
    body: change.extend({
      role: z.string().min(1).max(100),
      site: z.string().max(200).nullable().default(null),
    }),
    status: 200,
    response: z.object({
      readable: z.boolean().describe('False when the role may not read data this sensitive at all'),
      visibility,
      columns: z.array(columnSchema),
      rows: rowSet.shape.rows,
      visible_rows: z.number(),
      total_rows: z.number(),
    }),
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
};
