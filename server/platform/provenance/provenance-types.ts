import type { ProvenanceGraph } from '@stroma/contracts';
import type { Context } from '../context.ts';
import type { Sql } from '../db/database.ts';

export interface EntityReference {
  /** Id of the thing itself: `ver_...`, `qry_...`, `upl_...`. */
  id: string;
  kind:
    | 'source'
    | 'raw_file'
    | 'dataset_version'
    | 'profile'
    | 'answer'
    | 'insights'
    | 'export'
    | 'model_version'
    | 'model_report'
    | 'model_record'
    | 'features';
  label: string;
  sha256: string | null;
  link: string | null;
}

export interface Derivation {
  kind:
    | 'import'
    | 'ingest'
    | 'query'
    | 'question'
    | 'insights'
    | 'anonymisation'
    | 'erasure'
    | 'export'
    | 'training'
    | 'prediction'
    | 'evaluation'
    | 'features';
  label: string;
  parameters: Record<string, unknown>;
  seed: number | null;
  /** For example `stroma 0.1.0, duckdb 1.5.5`. */
  software: string;
  startedAt: Date;
  endedAt: Date;
  inputs: EntityReference[];
  outputs: EntityReference[];
}

/** An entity with the derivation that made it. */
export interface Made {
  entity_id: string;
  derivation_id: string;
  kind: string;
  parameters: Record<string, unknown>;
  inputs: { id: string }[];
}

export interface Redaction {
  erasure_id: string;
  replace(text: string): string;
}

export interface Provenance {
  /** Before a transaction that records much: has what seals it at hand, and throws where it cannot be had. */
  prepare(tenantId: string): Promise<void>;
  /** Written in the transaction that writes the outputs. Returns the prv_ id of the derivation. */
  record(tx: Sql, ctx: Context, derivation: Derivation): Promise<string>;
  /** Says what of a graph somebody may see; throws NOT_FOUND for one they must not know of. */
  knowReaders(look: (ctx: Context, graph: ProvenanceGraph) => Promise<ProvenanceGraph>): void;
  /** Everything upstream of a derivation or of an entity, to the raw files. Throws NOT_FOUND. */
  graph(ctx: Context, id: string): Promise<ProvenanceGraph>;
  /** Everything that was made from these entities, or from what was made from them; at most 10,000. */
  downstream(ctx: Context, entityIds: readonly string[]): Promise<Made[]>;
  /**
   * Takes words out of the text of derivations, because a person they name is erased. What they say otherwise stays
   * signed, by whom the words were taken out with it, and what was made from them still leads to them.
   */
  redact(tx: Sql, ctx: Context, ids: readonly string[], redaction: Redaction): Promise<number>;
  /** The same as RO-Crate 1.1 metadata. https://www.researchobject.org/ro-crate/1.1/ */
  roCrate(ctx: Context, id: string): Promise<{ '@context': unknown; '@graph': unknown[] }>;
}
