import { createHash } from 'node:crypto';
import type { Experiment, Run, RunComparison } from '@stroma/contracts';
import { createClient } from '@stroma/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { type MlflowCaller, mlflowOf } from '../models-server.suite.ts';

let server: DataServer;
let scientist: Person;
let viewer: Person;
let client: MlflowCaller;
beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  viewer = await server.colleague('viewer');
  client = await mlflowOf(server, scientist);
});
afterAll(() => server.close());

let made = 0;
async function experiment(person = scientist): Promise<Experiment> {
  const { body, status } = await person.call<Experiment>('POST', '/ml/experiments', {
    name: `Trial ${made++}`,
  });
  expect(status).toBe(201);
  return body;
}
async function begin(of: Experiment, more: object = {}): Promise<Run> {
  const { body, status } = await scientist.call<Run>('POST', '/ml/runs', {
    experiment_id: of.experiment_id,
    ...more,
  });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body;
}
const log = (run: Run, given: object) => scientist.call<Run>('POST', `/ml/runs/${run.run_id}/log`, given);
const actionsOn = async (id: string) =>
  (
    await server.admin.call<{ items: { action: string }[] }>('GET', `/audit/events?object_id=${id}&limit=200`)
  ).body.items.map(({ action }) => action);

describe('a run', () => {
  it('keeps what was logged, the data it read by content, and goes on record', async () => {
    const of = await experiment();
    const data = await scientist.dataset('cohort.csv', 'age,sick\n40,0\n71,1\n');
    const run = await begin(of, {
      name: 'First',
      code_version: 'a1b2c3',
      dataset_version_ids: [data.version.version_id],
    });
    expect(run).toMatchObject({
      status: 'running',
      code_version: 'a1b2c3',
      data_sha256: data.version.content_sha256,
      inputs: [
        { dataset_version_id: data.version.version_id, dataset_id: data.dataset_id, context: 'training' },
      ],
    });
    await log(run, {
      params: { depth: '6' },
      metrics: [
        { key: 'loss', value: 0.5, step: 0 },
        { key: 'loss', value: 'NaN', step: 2 },
        { key: 'loss', value: 0.25, step: 1 },
      ],
      tags: { team: 'genomics' },
    });
    const { body } = await scientist.call<Run>('PATCH', `/ml/runs/${run.run_id}`, { status: 'finished' });
    expect(body).toMatchObject({
      status: 'finished',
      params: { depth: '6' },
      metrics: { loss: { step: 2, value: 'NaN' } },
    });
    const history = await scientist.call<{ items: { step: number; value: unknown }[]; next_cursor: string }>(
      'GET',
      `/ml/runs/${run.run_id}/metrics?key=loss&limit=2`,
    );
    expect(history.body.items.map(({ step, value }) => [step, value])).toEqual([
      [0, 0.5],
      [1, 0.25],
    ]);
    const rest = await scientist.call<{ items: object[] }>(
      'GET',
      `/ml/runs/${run.run_id}/metrics?key=loss&limit=2&cursor=${history.body.next_cursor}`,
    );
    expect(rest.body.items).toMatchObject([{ step: 2, value: 'NaN' }]);
    await log(run, { metrics: [{ key: 'late', value: 1 }] });
    expect(await actionsOn(run.run_id)).toEqual(['run.logged', 'run.ended', 'run.logged', 'run.started']);
  });

  it('has one value for each parameter, and takes points that are sent again once', async () => {
    const run = await begin(await experiment());
    const points = { metrics: [{ key: 'auc', value: 0.9, step: 3, at: '2026-01-01T00:00:00Z' }] };
    for (let n = 0; n < 2; n += 1) expect((await log(run, points)).status).toBe(200);
    const { body } = await scientist.call<{ items: object[] }>(
      'GET',
      `/ml/runs/${run.run_id}/metrics?key=auc`,
    );
    expect(body.items).toHaveLength(1);
    expect((await log(run, { params: { lr: '1', x: '2' } })).status).toBe(200);
    expect((await log(run, { params: { lr: '1' } })).status).toBe(200);
    expect(await log(run, { params: { lr: '2' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    await log(run, { tags: { a: '1', __proto__x: 'y' } });
    expect((await log(run, { tags: { a: null } })).body.tags).not.toHaveProperty('a');
  });

  it('is found by what was logged, ordered, page by page', async () => {
    const of = await experiment();
    for (const [depth, auc] of [
      ['3', 0.7],
      ['6', 0.9],
      ['9', 0.8],
      ['12', 'NaN'],
    ] as const) {
      const run = await begin(of, {
        name: `d${depth}`,
        tags: { size: depth.length > 1 ? 'deep wood' : 'tree' },
      });
      await log(run, { params: { depth }, metrics: [{ key: 'val/auc', value: auc }] });
    }
    const api = createClient({ baseUrl: server.url, token: client.token });
    const names = async (filter: string, order = 'attributes.start_time') =>
      (
        await api.experiments.runs({ query: { experiment_id: of.experiment_id, filter, order_by: order } })
      ).items.map(({ name }) => name);
    expect(await names('metrics.`val/auc` > 0.75', 'metrics.`val/auc` DESC')).toEqual(['d6', 'd9']);
    expect(await names('', 'metrics.`val/auc` DESC')).toEqual(['d6', 'd9', 'd3', 'd12']);
    expect(await names("params.depth != '3' AND tags.size LIKE 'deep%'")).toEqual(['d12']);
    expect(await names("tags.size ILIKE 'TREE' and params.depth in ('3','9')")).toEqual(['d3', 'd9']);
    expect(
      await names("params.gone IS NULL AND attributes.status = 'running' AND start_time > 0"),
    ).toHaveLength(4);
    const first = await api.experiments.runs({ query: { experiment_id: of.experiment_id, limit: 3 } });
    expect(first.items.map(({ name }) => name)).toEqual(['d12', 'd9', 'd6']);
    const last = await api.experiments.runs({
      query: { experiment_id: of.experiment_id, limit: 3, cursor: first.next_cursor ?? '' },
    });
    expect(last).toMatchObject({ items: [{ name: 'd3' }], next_cursor: null });
    const compared = await scientist.call<RunComparison>('POST', '/ml/runs/compare', {
      run_ids: first.items.map(({ run_id }) => run_id),
    });
    expect(compared.body).toMatchObject({
      params: [{ key: 'depth', values: ['12', '9', '6'], differs: true }],
      metrics: [
        {
          key: 'val/auc',
          values: ['NaN', 0.8, 0.9],
          highest: first.items[2]?.run_id,
          lowest: first.items[1]?.run_id,
        },
      ],
      same_data: null,
    });
  });

  it('is read by who may look, changed by who may write, and nobody’s elsewhere', async () => {
    const of = await experiment();
    const run = await begin(of);
    const path = `/ml/runs/${run.run_id}`;
    expect((await viewer.call('GET', path)).status).toBe(200);
    expect((await viewer.call('POST', `${path}/log`, { tags: { a: 'b' } })).status).toBe(403);
    const stranger = await server.stranger();
    for (const [method, at, body] of [
      ['GET', path],
      ['POST', `${path}/log`, { tags: { a: 'b' } }],
      ['GET', `/ml/experiments/${of.experiment_id}`],
      ['POST', '/ml/runs', { experiment_id: of.experiment_id }],
    ] as const)
      expect([at, (await stranger.call(method, at, body)).status]).toEqual([at, 404]);
    const theirs = await mlflowOf(server, stranger);
    const found = await theirs.call('POST', 'runs/search', {
      experiment_ids: [of.experiment_id],
      run_view_type: 'ALL',
    });
    expect(found.body).toEqual({ runs: [] });
    expect((await theirs.files('GET', `/${of.experiment_id}/${run.run_id}/artifacts/x`)).status).toBe(404);
    const data = await server.admin.dataset('secret.csv', 'n\n1\n');
    await server.admin.call('PUT', `/data/datasets/${data.dataset_id}/access`, {
      sensitivity: 'phi',
      rules: [],
    });
    const version = data.version.version_id;
    expect((await log(run, { dataset_version_ids: [version] })).status).toBe(404);
    await server.admin.call('POST', `${path}/log`, { dataset_version_ids: [version] });
    expect((await viewer.call<Run>('GET', path)).body.inputs).toMatchObject([
      { name: 'Withheld', source: '', dataset_version_id: null, dataset_id: null },
    ]);
  });

  it('belongs to the members of its project, once its experiment is put into one', async () => {
    const of = await experiment(server.admin);
    const run = await begin(of);
    const project = await server.admin.call<{ project_id: string }>('POST', '/access/projects', {
      name: 'Closed',
    });
    const closed = await server.admin.call('PUT', `/access/resources/${of.experiment_id}`, {
      projects: [project.body.project_id],
      site: null,
      purposes: [],
      opens_at: null,
      closes_at: null,
    });
    expect([closed.status, closed.body]).toEqual([200, expect.anything()]);
    expect((await scientist.call('GET', `/ml/runs/${run.run_id}`)).status).toBe(404);
    const seen = await scientist.call<{ items: Run[] }>('GET', `/ml/runs?experiment_id=${of.experiment_id}`);
    expect(seen.body.items).toEqual([]);
    const { body } = await scientist.call<{ items: Experiment[] }>('GET', '/ml/experiments?limit=200');
    expect(body.items.map(({ experiment_id }) => experiment_id)).not.toContain(of.experiment_id);
    expect((await client.call('GET', `runs/get?run_id=${run.run_id}`)).status).toBe(404);
    expect((await server.admin.call('GET', `/ml/runs/${run.run_id}`)).status).toBe(200);
  });

  it('is deleted with its experiment or alone, and comes back', async () => {
    const of = await experiment();
    const run = await begin(of);
    const path = `/ml/runs/${run.run_id}`;
    expect((await scientist.call('DELETE', path)).status).toBe(204);
    expect((await log(run, { tags: { a: 'b' } })).status).toBe(409);
    expect((await scientist.call('POST', `${path}/restore`)).status).toBe(200);
    await scientist.call('DELETE', `/ml/experiments/${of.experiment_id}`);
    expect((await scientist.call<Run>('GET', path)).body.deleted_at).not.toBeNull();
    expect((await scientist.call('POST', '/ml/runs', { experiment_id: of.experiment_id })).status).toBe(409);
    expect((await scientist.call('POST', '/ml/experiments', { name: of.name })).status).toBe(409);
    await scientist.call('POST', `/ml/experiments/${of.experiment_id}/restore`);
    expect((await scientist.call<Run>('GET', path)).body.deleted_at).toBeNull();
  });
});

describe('files of a run', () => {
  it('come back as they were sent, whatever their media type, and are replaced or removed on record', async () => {
    const of = await experiment();
    const run = await begin(of);
    const root = `/${of.experiment_id}/${run.run_id}/artifacts`;
    const files = { 'conf/a.json': '{"broken":', 'plots/übersicht 1.txt': 'hello', 'empty.bin': '' };
    for (const [path, content] of Object.entries(files))
      expect(
        (await client.files('PUT', `${root}/${encodeURI(path)}`, content, 'application/json')).status,
      ).toBe(200);
    for (const [path, content] of Object.entries(files)) {
      expect(await (await client.files('GET', `${root}/${encodeURI(path)}`)).text()).toBe(content);
      const native = await scientist.fetch(
        'GET',
        `/ml/runs/${run.run_id}/artifact?path=${encodeURIComponent(path)}`,
      );
      expect(await native.text()).toBe(content);
    }
    const top = await client.call<{ root_uri: string }>('GET', `artifacts/list?run_id=${run.run_id}`);
    expect(top.body).toEqual({
      root_uri: `mlflow-artifacts:${root}`,
      files: [
        { path: 'conf', is_dir: true },
        { path: 'empty.bin', is_dir: false, file_size: 0 },
        { path: 'plots', is_dir: true },
      ],
    });
    const listed = await client.files('GET', `?path=${encodeURIComponent(`${root.slice(1)}/conf`)}`);
    expect(await listed.json()).toEqual({ files: [{ path: 'a.json', is_dir: false, file_size: 10 }] });
    const { body } = await scientist.call<{ items: { path: string; sha256: string }[] }>(
      'GET',
      `/ml/runs/${run.run_id}/artifacts?under=conf`,
    );
    expect(body.items).toMatchObject([
      { path: 'conf/a.json', sha256: createHash('sha256').update('{"broken":').digest('hex') },
    ]);
    await client.files('PUT', `${root}/conf/a.json`, '{}');
    expect((await client.files('DELETE', `${root}/conf`)).status).toBe(200);
    expect((await client.files('GET', `${root}/conf/a.json`)).status).toBe(404);
    const prefix = `models/`;
    let kept = 0;
    for await (const key of server.platform.objects.list(prefix)) if (key.includes(run.run_id)) kept += 1;
    expect(kept).toBe(2);
    expect(await actionsOn(run.run_id)).toContain('artifact.removed');
  });

  it.each(['a/../b', '../x', 'a//b', './a', 'a\\b', 'x'.repeat(300), ''])(
    'are not kept under %j',
    async (path) => {
      const run = await begin(await experiment());
      const sent = await scientist.fetch(
        'PUT',
        `/ml/runs/${run.run_id}/artifact?path=${encodeURIComponent(path)}`,
        'x',
        { 'content-type': 'application/octet-stream' },
      );
      expect(sent.status).toBe(400);
    },
  );
});
