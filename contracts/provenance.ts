import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, timestamp } from './fields.ts';

/** W3C PROV in small: entities (things), activities (what made them), agents (who). */
export const provenanceNode = z.object({
  id: z.string(),
  type: z.enum(['entity', 'activity', 'agent']),
  kind: z
    .string()
    .describe(
      'source, raw_file, dataset_version, profile, answer, model_version, export, import, ingest, query, person, software',
    ),
  label: z.string(),
  /** SHA-256 of an entity's content, hex. */
  content_sha256: z.string().nullable(),
  /** Parameters of an activity, exactly as they were used. */
  parameters: z.record(z.string(), z.unknown()),
  seed: z.int().nullable(),
  software: z.string().nullable(),
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  link: z.string().nullable().describe('Where the thing itself can be seen in the API'),
  signature_valid: z
    .boolean()
    .nullable()
    .describe('Activities: whether what is shown is what was signed; null for entities and agents'),
});

export const provenanceGraph = z.object({
  root: z.string(),
  nodes: z.array(provenanceNode),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      relation: z.enum(['used', 'was_generated_by', 'was_associated_with', 'was_derived_from']),
    }),
  ),
  truncated: z.boolean().describe('True when the graph reaches further than is shown'),
});
export type ProvenanceGraph = z.infer<typeof provenanceGraph>;

export const provenanceApi = {
  get: endpoint({
    id: 'getProvenance',
    method: 'GET',
    path: '/provenance/:id',
    tag: 'Provenance',
    summary: 'Where a thing came from',
    description:
      'Takes a prv_ id, or the id of a dataset version, a model version or a query. `format=ro-crate` answers RO-Crate 1.1 JSON-LD.',
    permission: 'provenance:read',
    params: z.object({
      id: z.union([idOf('provenance'), idOf('version'), idOf('modelVersion'), idOf('query'), idOf('export')]),
    }),
    query: z.object({ format: z.enum(['graph', 'ro-crate']).default('graph') }),
    status: 200,
    response: z.union([
      provenanceGraph,
      z.object({ '@context': z.unknown(), '@graph': z.array(z.unknown()) }),
    ]),
    errors: ['NOT_FOUND'],
  }),
};
