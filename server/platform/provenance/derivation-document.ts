import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Derivation, EntityReference } from './provenance-types.ts';

interface RecordedEntity extends Omit<EntityReference, 'kind'> {
  kind: string;
  /** Inputs only: chain hash of the derivation that made it, null for what came from outside. */
  made_by_sha256?: string | null;
}

/** What is hashed and signed: everything there is to say about one derivation. */
export interface DerivationDocument {
  format: 'stroma-provenance-1';
  id: string;
  tenant_id: string;
  request_id: string;
  kind: string;
  label: string;
  parameters: Record<string, unknown>;
  seed: number | null;
  software: string;
  actor: { id: string; kind: string; name: string };
  started_at: string;
  ended_at: string;
  inputs: RecordedEntity[];
  outputs: RecordedEntity[];
  /** Words were taken out: for which erasure, when, and what the whole document hashed to. */
  redacted?: { erasure_id: string; at: string; chain_sha256: string };
}

export function writeDocument(
  id: string,
  { actor, requestId }: Context,
  derivation: Derivation,
  makers: Map<string, string>,
): string {
  const document: DerivationDocument = {
    format: 'stroma-provenance-1',
    id,
    tenant_id: actor.tenantId,
    request_id: requestId,
    kind: derivation.kind,
    label: derivation.label,
    parameters: derivation.parameters,
    seed: derivation.seed,
    software: derivation.software,
    actor: { id: actor.id, kind: actor.kind, name: actor.name },
    started_at: derivation.startedAt.toISOString(),
    ended_at: derivation.endedAt.toISOString(),
    inputs: derivation.inputs.map((entity) => ({
      ...recorded(entity),
      made_by_sha256: makers.get(entity.id) ?? null,
    })),
    outputs: derivation.outputs.map(recorded),
  };
  return canonicalJson(document);
}

const recorded = ({ id, kind, label, sha256, link }: EntityReference): RecordedEntity => ({
  id,
  kind,
  label,
  sha256,
  link,
});

export const chainHash = (document: string): string => createHash('sha256').update(document).digest('hex');
