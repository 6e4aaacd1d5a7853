import type { ProvenanceGraph } from '@stroma/contracts';
import type { DerivationDocument } from './derivation-document.ts';

type Node = ProvenanceGraph['nodes'][number];
type Edge = ProvenanceGraph['edges'][number];
type Entity = DerivationDocument['inputs'][number];

export interface CheckedDerivation {
  document: DerivationDocument;
  signatureValid: boolean;
}

/**
 * The graph in the words of W3C PROV. Derivations come nearest first; an entity is described by the derivation
 * that made it, or where none did, by the nearest that used it.
 */
export function buildGraph(
  root: string,
  derivations: CheckedDerivation[],
  truncated: boolean,
): ProvenanceGraph {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  const add = (node: Node) => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
  };
  const connect = (from: string, relation: Edge['relation'], to: string) => {
    edges.set(`${from} ${relation} ${to}`, { from, to, relation });
  };

  for (const { document } of derivations) for (const output of document.outputs) add(entityNode(output));
  for (const { document, signatureValid } of derivations) {
    add(activityNode(document, signatureValid));
    add(
      agentNode(
        document.actor.id,
        document.actor.kind === 'person' ? 'person' : 'software',
        document.actor.name,
      ),
    );
    add(agentNode(softwareId(document), 'software', document.software));
    connect(document.id, 'was_associated_with', document.actor.id);
    connect(document.id, 'was_associated_with', softwareId(document));
    for (const input of document.inputs) {
      add(entityNode(input));
      connect(document.id, 'used', input.id);
    }
    for (const output of document.outputs) {
      connect(output.id, 'was_generated_by', document.id);
      for (const input of document.inputs) connect(output.id, 'was_derived_from', input.id);
    }
  }
  return { root, nodes: [...nodes.values()], edges: [...edges.values()], truncated };
}

/** The graph of a thing that nothing here made: the thing alone. */
export function loneEntity(entity: Entity): ProvenanceGraph {
  return { root: entity.id, nodes: [entityNode(entity)], edges: [], truncated: false };
}

const softwareId = (document: DerivationDocument) => `software:${document.software}`;

const blank = {
  content_sha256: null,
  parameters: {},
  seed: null,
  software: null,
  started_at: null,
  ended_at: null,
  link: null,
  signature_valid: null,
};

const entityNode = ({ id, kind, label, sha256, link }: Entity): Node => ({
  ...blank,
  id,
  type: 'entity',
  kind,
  label,
  content_sha256: sha256,
  link,
});

const agentNode = (id: string, kind: 'person' | 'software', label: string): Node => ({
  ...blank,
  id,
  type: 'agent',
  kind,
  label,
});

const activityNode = (document: DerivationDocument, signatureValid: boolean): Node => ({
  ...blank,
  id: document.id,
  type: 'activity',
  kind: document.kind,
  label: document.label,
  parameters: document.parameters,
  seed: document.seed,
  software: document.software,
  started_at: document.started_at,
  ended_at: document.ended_at,
  signature_valid: signatureValid,
});
