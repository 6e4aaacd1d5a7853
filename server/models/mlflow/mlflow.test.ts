import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { type MlflowCaller, mlflowOf } from '../models-server.suite.ts';

/** The wire format alone; `mlflow.services.test.ts` has the real client say it. */
let server: DataServer;
let scientist: Person;
let client: MlflowCaller;
beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  client = await mlflowOf(server, scientist, ['models:read', 'models:write', 'datasets:read']);
});
afterAll(() => server.close());

interface WireRun {
  run: { info: { run_id: string; experiment_id: string }; data: object };
}

describe('what a client of MLflow sends', () => {
  it('begins a run in the experiment 0, logs to it in batches, and reads it back', async () => {
    const tags = [{ key: 'mlflow.user', value: 'ada' }];
    const { body } = await client.call<WireRun>('POST', 'runs/create', {
      experiment_id: '0',
      start_time: 1000,
      tags,
    });
    const { run_id, experiment_id } = body.run.info;
    await client.call('POST', 'runs/log-batch', {
      run_id,
      metrics: [{ key: 'loss', value: 'NaN', timestamp: 5, step: 1, model_id: 'passed over' }],
      params: [{ key: 'lr', value: '0.1' }],
      tags: [{ key: 'mlflow.source.git.commit', value: 'c0ffee' }],
    });
    await client.call('POST', 'runs/log-metric', {
      run_uuid: run_id,
      run_id,
      key: 'loss',
      value: -1.5,
      timestamp: 6,
      step: 2,
    });
    await client.call('POST', 'runs/log-inputs', {
      run_id,
      datasets: [
        {
          dataset: { name: 'iris', digest: 'd1', source_type: 'http', source: '{"url":"x"}', schema: '{}' },
          tags: [{ key: 'mlflow.data.context', value: 'training' }],
        },
      ],
    });
    const data = await scientist.dataset('here.csv', 'a,b\n1,2\n');
    const source = JSON.stringify({ uri: `stroma://${data.version.version_id}` });
    await client.call('POST', 'runs/log-inputs', {
      run_id,
      datasets: [{ dataset: { name: 'here', digest: 'd2', source_type: 'stroma', source } }],
    });
    const ended = await client.call('POST', 'runs/update', { run_id, status: 'FINISHED', end_time: 2000 });
    expect(ended.body).toMatchObject({ run_info: { status: 'FINISHED', start_time: 1000, end_time: 2000 } });
    const read = await client.call<WireRun>('GET', `runs/get?run_id=${run_id}&run_uuid=${run_id}`);
    expect(read.body.run).toMatchObject({
      info: {
        run_uuid: run_id,
        lifecycle_stage: 'active',
        artifact_uri: `mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`,
      },
      data: {
        metrics: [{ key: 'loss', value: -1.5, timestamp: 6, step: 2 }],
        params: [{ key: 'lr', value: '0.1' }],
        tags: expect.arrayContaining([...tags, { key: 'mlflow.source.git.commit', value: 'c0ffee' }]),
      },
      inputs: {
        dataset_inputs: [
          { dataset: { name: 'here', digest: 'd2', source } },
          { dataset: { name: 'iris', digest: 'd1', schema: '{}' } },
        ],
      },
      outputs: { model_outputs: [] },
    });
    const history = await client.call(
      'GET',
      `metrics/get-history?run_id=${run_id}&metric_key=loss&max_results=1`,
    );
    expect(history.body).toEqual({
      metrics: [{ key: 'loss', value: 'NaN', timestamp: 5, step: 1 }],
      next_page_token: expect.any(String),
    });
    expect((await client.call('GET', 'experiments/get?experiment_id=0')).body).toMatchObject({
      experiment: { experiment_id, name: 'Default', artifact_location: `mlflow-artifacts:/${experiment_id}` },
    });
    const native = await scientist.call('GET', `/ml/runs/${run_id}`);
    expect(native.body).toMatchObject({
      status: 'finished',
      code_version: 'c0ffee',
      data_sha256: data.version.content_sha256,
      inputs: [{ dataset_version_id: data.version.version_id }, { dataset_version_id: null }],
    });
  });

  it.each([
    ['GET', 'experiments/get-by-name?experiment_name=nothing', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['GET', 'runs/get?run_id=00112233445566778899aabbccddeeff', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['GET', 'runs/get', undefined, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'experiments/create', {}, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'runs/search', { filter: 'metrics.auc ~ 1' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['POST', 'experiments/create', { name: 'Default' }, 400, 'RESOURCE_ALREADY_EXISTS'],
  ])('is refused in its own words: %s %s', async (method, path, body, status, code) => {
    expect(await client.call(method, path, body)).toEqual({
      status,
      body: { error_code: code, message: expect.stringMatching(/.{10,}/) },
    });
  });

  it('is done for who holds the key, and for nobody without one', async () => {
    const reads = await mlflowOf(server, scientist, ['models:read']);
    expect(await reads.call('POST', 'experiments/create', { name: 'x' })).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED' },
    });
    reads.token.at(0);
    const nobody = Object.assign(Object.create(Object.getPrototypeOf(reads)), {
      url: server.url,
      token: 'sk_x',
    });
    expect(await nobody.call('POST', 'experiments/search', {})).toMatchObject({
      status: 401,
      body: { error_code: 'UNAUTHENTICATED' },
    });
  });

  it('pages through experiments and keeps models with a run', async () => {
    for (const name of ['page a', 'page b', 'page c'])
      await client.call('POST', 'experiments/create', { name, tags: [{ key: 'set', value: 'pages' }] });
    const search = {
      filter: "name LIKE 'page %' AND tags.set = 'pages'",
      order_by: ['name ASC'],
      max_results: 2,
    };
    const first = await client.call<{ experiments: { name: string }[]; next_page_token: string }>(
      'POST',
      'experiments/search',
      search,
    );
    expect(first.body.experiments.map(({ name }) => name)).toEqual(['page a', 'page b']);
    const rest = await client.call('POST', 'experiments/search', {
      ...search,
      page_token: first.body.next_page_token,
    });
    expect(rest.body).toEqual({ experiments: [expect.objectContaining({ name: 'page c' })] });

    const { body } = await client.call<WireRun>('POST', 'runs/create', {});
    const { run_id, experiment_id } = body.run.info;
    const made = await client.call<{ model: { info: { model_id: string; artifact_uri: string } } }>(
      'POST',
      'logged-models',
      {
        experiment_id,
        name: 'tree',
        source_run_id: run_id,
        params: [{ key: 'depth', value: '3' }],
      },
    );
    const { model_id, artifact_uri } = made.body.model.info;
    const place = artifact_uri.replace('mlflow-artifacts:', '');
    expect((await client.files('PUT', `${place}/MLmodel`, 'flavors: {}')).status).toBe(200);
    const ready = await client.call('PATCH', `logged-models/${model_id}`, { status: 'LOGGED_MODEL_READY' });
    expect(ready.body).toMatchObject({
      model: { info: { status: 'LOGGED_MODEL_READY', source_run_id: run_id } },
    });
    const found = await client.call<{ models: unknown[] }>('POST', 'logged-models/search', {
      experiment_ids: [experiment_id],
      filter: "name = 'tree' AND params.depth = '3'",
    });
    expect(found.body.models).toHaveLength(1);
    const run = await client.call('GET', `runs/get?run_id=${run_id}`);
    expect(run.body).toMatchObject({ run: { outputs: { model_outputs: [{ model_id }] } } });
  });
});
