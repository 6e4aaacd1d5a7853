import { describe, expect, it } from 'vitest';
import { buildGraph, type CheckedDerivation } from './provenance-graph.ts';
import { writeRoCrate } from './ro-crate.ts';

const ids = {
  raw: 'upl_019a0000-0000-7000-8000-000000000001',
  version: 'ver_019a0000-0000-7000-8000-000000000002',
  answer: 'qry_019a0000-0000-7000-8000-000000000003',
  ingest: 'prv_019a0000-0000-7000-8000-000000000004',
  question: 'prv_019a0000-0000-7000-8000-000000000005',
  person: 'usr_019a0000-0000-7000-8000-000000000006',
};
const software = 'stroma 0.1.0, duckdb 1.5.5';
const hash = (digit: string) => digit.repeat(64);

const raw = {
  id: ids.raw,
  kind: 'raw_file',
  label: 'cells "A".csv',
  sha256: hash('a'),
  link: '/api/v1/data/raw/1',
} as const;
const version = {
  id: ids.version,
  kind: 'dataset_version',
  label: 'cells',
  sha256: hash('b'),
  link: null,
} as const;
const answer = { id: ids.answer, kind: 'answer', label: 'average area', sha256: null, link: null } as const;

function derivation(over: Partial<CheckedDerivation['document']>): CheckedDerivation {
  return {
    signatureValid: true,
    document: {
      format: 'stroma-provenance-1',
      id: ids.ingest,
      tenant_id: 'tnt',
      request_id: 'req',
      kind: 'ingest',
      label: 'Read cells "A".csv',
      parameters: {},
      seed: null,
      software,
      actor: { id: ids.person, kind: 'person', name: 'Ada' },
      started_at: '2026-01-01T00:00:00.000Z',
      ended_at: '2026-01-01T00:00:01.500Z',
      inputs: [],
      outputs: [],
      ...over,
    },
  };
}

const graph = buildGraph(
  ids.answer,
  [
    derivation({
      id: ids.question,
      kind: 'question',
      label: 'average area by treatment',
      parameters: { sql: 'select 1', limits: { rows: 10 } },
      seed: 7,
      ended_at: '2026-01-02T00:00:00.000Z',
      inputs: [version],
      outputs: [answer],
    }),
    derivation({ inputs: [raw], outputs: [version] }),
  ],
  false,
);

type Entity = { '@id': string; '@type': string; [property: string]: unknown };
const crate = writeRoCrate(graph, 'https://stroma.example.org') as {
  '@context': unknown;
  '@graph': Entity[];
};
const all = crate['@graph'];
const byId = (id: string) => all.find((entity) => entity['@id'] === id);
const ofType = (type: string) => all.filter((entity) => entity['@type'] === type);

// Read once with the reference library: rocrate 0.16.0 (Python), ROCrate(folder) on this crate written to
// ro-crate-metadata.json gave root_dataset, 3 data_entities and 2 CreateAction contextual entities.
describe('RO-Crate 1.1', () => {
  it('begins with a descriptor that conforms to 1.1 and is about the root', () => {
    expect(crate['@context']).toEqual(expect.arrayContaining(['https://w3id.org/ro/crate/1.1/context']));
    expect(byId('ro-crate-metadata.json')).toEqual({
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      about: { '@id': './' },
    });
  });

  it('has a root Dataset with what the specification asks for', () => {
    expect(byId('./')).toMatchObject({
      '@type': 'Dataset',
      name: 'Provenance of average area',
      datePublished: '2026-01-02T00:00:00.000Z',
      description: expect.any(String),
      license: expect.any(String),
    });
  });

  it('names each thing as a File by URI, with its hash and where it can be had', () => {
    expect(ofType('File')).toHaveLength(3);
    expect(byId('urn:uuid:019a0000-0000-7000-8000-000000000001')).toEqual({
      '@id': 'urn:uuid:019a0000-0000-7000-8000-000000000001',
      '@type': 'File',
      name: 'cells "A".csv',
      identifier: ids.raw,
      additionalType: 'raw_file',
      sha256: hash('a'),
      contentUrl: 'https://stroma.example.org/api/v1/data/raw/1',
    });
    expect(byId('urn:uuid:019a0000-0000-7000-8000-000000000002')).toMatchObject({
      encodingFormat: 'application/vnd.apache.parquet',
    });
  });

  it('tells each step as a CreateAction with instrument, agent, object and result', () => {
    const action = byId(`#${ids.question}`) as Entity;
    expect(action).toMatchObject({
      '@type': 'CreateAction',
      startTime: '2026-01-01T00:00:00.000Z',
      endTime: '2026-01-02T00:00:00.000Z',
      agent: [{ '@id': `#${ids.person}` }],
      result: [{ '@id': 'urn:uuid:019a0000-0000-7000-8000-000000000003' }],
    });
    const [instrument] = action.instrument as { '@id': string }[];
    expect(byId(instrument?.['@id'] ?? '')).toMatchObject({ '@type': 'SoftwareApplication', name: software });
    expect(byId(`#${ids.person}`)).toMatchObject({ '@type': 'Person', name: 'Ada' });
    const objects = (action.object as { '@id': string }[]).map((each) => byId(each['@id']));
    expect(objects.map((each) => [each?.['@type'], each?.name, each?.value])).toEqual([
      ['File', 'cells', undefined],
      ['PropertyValue', 'sql', 'select 1'],
      ['PropertyValue', 'limits', '{"rows":10}'],
      ['PropertyValue', 'seed', 7],
    ]);
  });

  it('has every id once, and every reference leads to an entity or to the web', () => {
    const known = new Set(all.map((entity) => entity['@id']));
    expect(known.size).toBe(all.length);
    const references = [...JSON.stringify(all).matchAll(/\{"@id":"([^"]+)"\}/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(10);
    expect(references.filter((id) => !known.has(id) && !/^https?:/.test(id))).toEqual([]);
    const { hasPart } = byId('./') as Entity & { hasPart: { '@id': string }[] };
    expect(hasPart.map((each) => each['@id']).sort()).toEqual(
      ofType('File')
        .map((each) => each['@id'])
        .sort(),
    );
  });

  it('is without a root step where nothing made the thing', () => {
    const lone = writeRoCrate(
      {
        root: ids.raw,
        nodes: graph.nodes.filter((node) => node.id === ids.raw),
        edges: [],
        truncated: false,
      },
      undefined,
    );
    expect(lone['@graph']).toHaveLength(3);
  });
});
