import type { ProvenanceGraph } from '@stroma/contracts';

type Node = ProvenanceGraph['nodes'][number];
interface CrateEntity {
  '@id': string;
  '@type': string | string[];
  [property: string]: unknown;
}

const specification = 'https://w3id.org/ro/crate/1.1';
const encodings: Record<string, string> = {
  dataset_version: 'application/vnd.apache.parquet',
  profile: 'application/json',
  answer: 'application/json',
};

/**
 * RO-Crate 1.1 metadata (https://www.researchobject.org/ro-crate/1.1/) of a provenance graph: each entity a File,
 * each activity a CreateAction, people and programs as contextual entities. The crate is detached: its files are
 * named by URI and lie in the Stroma they came from.
 */
export function writeRoCrate(
  graph: ProvenanceGraph,
  publicUrl: string | undefined,
): { '@context': unknown; '@graph': unknown[] } {
  const files = graph.nodes.filter((node) => node.type === 'entity');
  const actions = graph.nodes.filter((node) => node.type === 'activity');
  const agents = graph.nodes.filter((node) => node.type === 'agent');
  return {
    '@context': [`${specification}/context`, { sha256: 'https://w3id.org/ro/terms/workflow-run#sha256' }],
    '@graph': [
      descriptor,
      rootDataset(graph, files, actions),
      ...files.map((node) => file(node, publicUrl)),
      ...actions.flatMap((node) => action(node, graph)),
      ...agents.map(agent),
    ],
  };
}

const descriptor: CrateEntity = {
  '@id': 'ro-crate-metadata.json',
  '@type': 'CreativeWork',
  conformsTo: { '@id': specification },
  about: { '@id': './' },
};

function rootDataset(graph: ProvenanceGraph, files: Node[], actions: Node[]): CrateEntity {
  const root = graph.nodes.find((node) => node.id === graph.root);
  const ended = actions.flatMap((node) => node.ended_at ?? []).sort();
  return {
    '@id': './',
    '@type': 'Dataset',
    name: `Provenance of ${root?.label ?? graph.root}`,
    description: `How ${root?.label ?? graph.root} came to be: ${actions.length} recorded steps and the ${files.length} things they read and made.`,
    datePublished: ended.at(-1) ?? new Date(0).toISOString(),
    license: 'No licence is stated; the rights in the data lie with those who provided them.',
    hasPart: files.map(reference),
    mentions: actions.map(reference),
  };
}

function file(node: Node, publicUrl: string | undefined): CrateEntity {
  const address = node.link === null || publicUrl === undefined ? null : new URL(node.link, publicUrl).href;
  return {
    '@id': crateId(node),
    '@type': 'File',
    name: node.label,
    identifier: node.id,
    additionalType: node.kind,
    ...(node.content_sha256 === null ? {} : { sha256: node.content_sha256 }),
    ...(encodings[node.kind] === undefined ? {} : { encodingFormat: encodings[node.kind] }),
    ...(address === null ? {} : { contentUrl: address }),
  };
}

/** The action, and beside it one PropertyValue for each of its parameters. */
function action(node: Node, graph: ProvenanceGraph): CrateEntity[] {
  const neighbours = (relation: string) =>
    graph.edges.filter((edge) => edge.from === node.id && edge.relation === relation).map((edge) => edge.to);
  const made = graph.edges.filter((edge) => edge.to === node.id && edge.relation === 'was_generated_by');
  const associated = neighbours('was_associated_with').flatMap(
    (id) => graph.nodes.find((each) => each.id === id) ?? [],
  );
  const programs = associated.filter((each) => each.id.startsWith('software:'));
  const actors = associated.filter((each) => !each.id.startsWith('software:'));
  const used = graph.nodes.filter((each) => neighbours('used').includes(each.id));
  const results = graph.nodes.filter((each) => made.some((edge) => edge.from === each.id));
  const parameters = Object.entries({
    ...node.parameters,
    ...(node.seed === null ? {} : { seed: node.seed }),
  }).map(
    ([name, value], position): CrateEntity => ({
      '@id': `${crateId(node)}-parameter-${position + 1}`,
      '@type': 'PropertyValue',
      name,
      value: typeof value === 'object' ? JSON.stringify(value) : value,
    }),
  );
  const created: CrateEntity = {
    '@id': crateId(node),
    '@type': 'CreateAction',
    name: node.label,
    additionalType: node.kind,
    identifier: node.id,
    startTime: node.started_at,
    endTime: node.ended_at,
    actionStatus: { '@id': 'http://schema.org/CompletedActionStatus' },
    instrument: programs.map(reference),
    agent: actors.map(reference),
    object: [...used.map(reference), ...parameters.map((each) => ({ '@id': each['@id'] }))],
    result: results.map(reference),
  };
  return [created, ...parameters];
}

const agent = (node: Node): CrateEntity => ({
  '@id': crateId(node),
  '@type': node.kind === 'person' ? 'Person' : 'SoftwareApplication',
  name: node.label,
  ...(node.id.startsWith('software:') ? { softwareVersion: node.label } : {}),
});

const reference = (node: Node) => ({ '@id': crateId(node) });

/** Ids of things hold a UUID and are URIs as `urn:uuid:`; activities and agents are named within the crate. */
function crateId(node: Node): string {
  const [, uuid] = /^[a-z]+_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(node.id) ?? [];
  if (node.type === 'entity' && uuid !== undefined) return `urn:uuid:${uuid}`;
  return `#${node.id.replace(/[^A-Za-z0-9._-]+/g, '-')}`;
}
