import type {
  Model,
  ModelCard,
  ModelComparison,
  ModelVersion,
  Promotion,
  Run,
  SignatureSubject,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFirstTenant } from '../../access/identity/identity.store.ts';
import { type DataServer, type Person, password, startDataServer } from '../../data/data-server.suite.ts';
import { systemContext } from '../../platform/system-actor.ts';
import { governanceTests } from '../governance/governed-models.suite.ts';
import { type MlflowCaller, mlflowOf } from '../models-server.suite.ts';
import { derivedModels } from './derived-models.ts';
import { wiredRegistryTests } from './wired-registry.suite.ts';

let server: DataServer;
let scientist: Person;
let director: Person;
let manager: Person;
let client: MlflowCaller;
let experimentId: string;
beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  director = await server.colleague('lab_director');
  manager = await server.colleague('lab_manager');
  client = await mlflowOf(server, scientist);
  const { body } = await scientist.call<{ experiment_id: string }>('POST', '/ml/experiments', {
    name: 'Risk',
  });
  experimentId = body.experiment_id;
});
afterAll(() => server.close());

async function trained(auc: number, more: object = {}): Promise<Run> {
  const { body: run } = await scientist.call<Run>('POST', '/ml/runs', {
    experiment_id: experimentId,
    code_version: 'c0ffee',
    ...more,
  });
  await scientist.call('POST', `/ml/runs/${run.run_id}/log`, {
    params: { depth: '6', seed: '42' },
    metrics: [{ key: 'auc', value: auc }],
  });
  await store(run, 'model/weights.bin', `weights of ${auc}`);
  await scientist.call('PATCH', `/ml/runs/${run.run_id}`, { status: 'finished' });
  return run;
}
const store = (run: Run, path: string, content: string) =>
  scientist.fetch('PUT', `/ml/runs/${run.run_id}/artifact?path=${path}`, content, {
    'content-type': 'application/octet-stream',
  });

let made = 0;
async function model(name = `Model ${made++}`): Promise<Model> {
  const { body, status } = await scientist.call<Model>('POST', '/ml/models', {
    name,
    description: 'Tells risk.',
  });
  expect(status).toBe(201);
  return body;
}
const register = async (of: Model, run: Run): Promise<ModelVersion> => {
  const { body, status } = await scientist.call<ModelVersion>('POST', `/ml/models/${of.model_id}/versions`, {
    run_id: run.run_id,
    path: 'model',
  });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body;
};
const ask = (person: Person, of: Model, number: number, stage = 'production') =>
  person.call<Promotion>('POST', `/ml/models/${of.model_id}/versions/${number}/promotions`, { stage });
const decide = (person: Person, { promotion_id }: Promotion, decision = 'approve') =>
  person.call<Promotion>('POST', `/ml/promotions/${promotion_id}/decision`, { decision });
const stages = async (of: Model) =>
  (await scientist.call<Model>('GET', `/ml/models/${of.model_id}`)).body.stages;

describe('a version of a model', () => {
  it('keeps what was true of it, with its data by content, its files as they were, and where it came from', async () => {
    const data = await scientist.dataset('cohort.csv', 'age,sick\n40,0\n71,1\n');
    const run = await trained(0.91, { dataset_version_ids: [data.version.version_id] });
    const of = await model();
    const version = await register(of, run);
    expect((await scientist.call<Model>('GET', `/ml/models/${of.model_id}`)).body.newest).toMatchObject({
      number: 1,
      stage: 'none',
      metrics: { auc: 0.91 },
    });
    expect(version).toMatchObject({
      number: 1,
      stage: 'none',
      run_id: run.run_id,
      code_version: 'c0ffee',
      data_sha256: data.version.content_sha256,
      params: { depth: '6' },
      metrics: { auc: 0.91 },
      artifacts: [{ path: 'model/weights.bin' }],
    });
    expect((await store(run, 'model/weights.bin', 'other')).status).toBe(409);
    expect((await store(run, 'model/weights.bin', 'weights of 0.91')).status).toBe(200);
    expect((await store(run, 'notes.txt', 'more')).status).toBe(200);
    await scientist.call('POST', `/ml/runs/${run.run_id}/log`, {
      metrics: [{ key: 'auc', value: 0.99, step: 9 }],
    });
    const path = `/ml/models/${of.model_id}/versions/1`;
    expect((await scientist.call<ModelVersion>('GET', path)).body).toMatchObject({
      metrics: { auc: 0.91 },
      facts_sha256: version.facts_sha256,
    });
    const graph = await scientist.call<{ nodes: { id: string; seed: number; signature_valid: boolean }[] }>(
      'GET',
      `/provenance/${version.version_id}`,
    );
    expect(graph.body.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining([version.version_id, data.version.version_id, version.provenance_id]),
    );
    expect(graph.body.nodes.find(({ id }) => id === version.provenance_id)).toMatchObject({
      seed: 42,
      signature_valid: true,
    });
    const card = await scientist.call<ModelCard>('GET', `${path}/card`);
    expect(card.body).toMatchObject({
      model: { description: 'Tells risk.' },
      training: { run_id: run.run_id, status: 'finished', code_version: 'c0ffee' },
      data: { data_sha256: data.version.content_sha256, inputs: [{ dataset_id: data.dataset_id }] },
      metrics: { auc: 0.91 },
      not_stated: expect.arrayContaining(['what changed in this version', 'how it serves groups of people']),
      risk: null,
    });
    const viewer = await server.colleague('viewer');
    await server.admin.call('PUT', `/data/datasets/${data.dataset_id}/access`, {
      sensitivity: 'phi',
      rules: [],
    });
    expect((await viewer.call<ModelCard>('GET', `${path}/card`)).body.data.inputs).toMatchObject([
      { name: 'Withheld', dataset_id: null },
    ]);
    expect((await viewer.call('PATCH', path, { description: 'x' })).status).toBe(403);
    const stranger = await server.stranger();
    for (const at of [`/ml/models/${of.model_id}`, path, `${path}/card`, `/provenance/${version.version_id}`])
      expect([at, (await stranger.call('GET', at)).status]).toEqual([at, 404]);
  });

  it('is announced when it is registered, to who may know of its model', async () => {
    const secret = await model();
    const open = await model();
    const project = await server.admin.call<{ project_id: string }>('POST', '/access/projects', {
      name: 'Closed',
    });
    const [hidden, shown] = [await trained(0.7), await trained(0.8)];
    await server.admin.call('PUT', `/access/resources/${secret.model_id}`, {
      projects: [project.body.project_id],
      site: null,
      purposes: [],
      opens_at: null,
      closes_at: null,
    });
    const viewer = await server.colleague('viewer');
    const stream = await viewer.fetch('GET', '/streams/all');
    const reader = stream.body?.getReader();
    const kept = await server.admin.call('POST', `/ml/models/${secret.model_id}/versions`, {
      run_id: hidden.run_id,
    });
    expect(kept.status).toBe(201);
    const version = await register(open, shown);
    let heard = '';
    while (!heard.includes(version.version_id))
      heard += new TextDecoder().decode((await reader?.read())?.value ?? new Uint8Array());
    await reader?.cancel();
    expect(heard).toContain('model.version.registered');
    expect(heard).not.toContain(secret.model_id);
  });

  it('names the erasures of persons whose rows it was trained on', async () => {
    const data = await scientist.dataset('persons.csv', 'name,age\nAda,40\n');
    const of = await model();
    const version = await register(
      of,
      await trained(0.9, { dataset_version_ids: [data.version.version_id] }),
    );
    const { db, provenance, log } = server.platform;
    const ctx = systemContext(log, (await findFirstTenant(db.sql)) ?? '');
    const holder = derivedModels(db);
    const items = await holder.propose(ctx, await provenance.downstream(ctx, [data.version.version_id]));
    expect(items).toMatchObject([{ kind: 'model', id: version.version_id, treatment: 'mark' }]);
    for (let n = 0; n < 2; n += 1)
      for (const item of items) await db.transaction((tx) => holder.treat(tx, ctx, item, 'ers_1'));
    const card = await scientist.call<ModelCard>('GET', `/ml/models/${of.model_id}/versions/1/card`);
    expect(card.body.erasures).toEqual(['ers_1']);
  });

  it('is held against another, and its number is never given again', async () => {
    const of = await model();
    await register(of, await trained(0.8));
    await register(of, await trained(0.85));
    const { body } = await scientist.call<ModelComparison>(
      'GET',
      `/ml/models/${of.model_id}/comparison?from=1&to=2`,
    );
    expect(body).toMatchObject({
      metrics: [{ key: 'auc', from: 0.8, to: 0.85, change: expect.closeTo(0.05, 12) }],
      artifacts: [{ path: 'weights.bin', state: 'changed' }],
      same_code: true,
      same_data: null,
    });
    await scientist.call('DELETE', `/ml/models/${of.model_id}/versions/2`);
    expect((await register(of, await trained(0.7))).number).toBe(3);
    expect((await scientist.call('POST', `/ml/models/${of.model_id}/versions/2/restore`)).status).toBe(200);
    const bare = await scientist.call<Run>('POST', '/ml/runs', { experiment_id: experimentId });
    const empty = await scientist.call('POST', `/ml/models/${of.model_id}/versions`, {
      run_id: bare.body.run_id,
    });
    expect(empty.status).toBe(409);
  });
});

describe('promotion', () => {
  it('passes its checks, takes a second person, and puts the version before into the archive', async () => {
    const of = await model();
    await register(of, await trained(0.8));
    await register(of, await trained(0.9));
    await register(of, await trained(0.95));
    const policy = {
      staging: { checks: [], approval: false, signature: false },
      production: { checks: [{ metric: 'auc', at_least: 0.85 }], approval: true, signature: false },
      guarded_aliases: ['champion'],
    };
    const setPolicy = (person: Person) => person.call('PUT', `/ml/models/${of.model_id}/policy`, policy);
    expect((await setPolicy(scientist)).status).toBe(403);
    expect((await setPolicy(manager)).status).toBe(200);
    expect(await ask(scientist, of, 1)).toMatchObject({
      status: 422,
      body: { error: { message: expect.stringContaining('auc: expected at least 0.85, given 0.8') } },
    });
    const second = await ask(scientist, of, 2);
    expect(second.body).toMatchObject({
      state: 'waiting',
      checks: [{ metric: 'auc', value: 0.9, passed: true }],
    });
    expect((await ask(scientist, of, 2)).status).toBe(409);
    expect((await decide(scientist, second.body)).status).toBe(403);
    expect(await stages(of)).toEqual({ none: 3 });
    expect((await decide(director, second.body)).body).toMatchObject({ state: 'done', from_stage: 'none' });
    expect((await decide(director, second.body)).status).toBe(409);
    const own = await ask(director, of, 3);
    expect((await decide(director, own.body)).status).toBe(403);
    expect((await decide(manager, own.body)).body.state).toBe('done');
    expect(await stages(of)).toEqual({ none: 1, archived: 2, production: 3 });
    expect((await scientist.call('DELETE', `/ml/models/${of.model_id}/versions/3`)).status).toBe(409);
    expect((await scientist.call('DELETE', `/ml/models/${of.model_id}`)).status).toBe(409);

    const back = (person: Person) =>
      person.call<Promotion>('POST', `/ml/models/${of.model_id}/rollback`, { comment: 'Drifts.' });
    expect((await back(scientist)).status).toBe(403);
    expect((await back(director)).body).toMatchObject({ kind: 'rollback', number: 2, state: 'done' });
    expect(await stages(of)).toEqual({ none: 1, production: 2, archived: 3 });
    expect((await back(director)).status).toBe(409);

    const alias = (person: Person, name: string) =>
      person.call<Model>('PUT', `/ml/models/${of.model_id}/aliases/${name}`, { number: 2 });
    expect((await alias(scientist, 'champion')).status).toBe(403);
    expect((await alias(scientist, 'candidate')).body.aliases).toEqual({ candidate: 2 });
    expect((await alias(director, 'champion')).body.aliases).toEqual({ candidate: 2, champion: 2 });

    const events = await server.platform.db.execute(
      "select type, data from events where type like 'model.version.promoted' order by position",
    );
    expect(events.rows.map(({ data }) => (data as { number: number }).number)).toEqual([2, 3, 2]);
    const actions = await server.admin.call<{ items: { action: string }[] }>(
      'GET',
      `/audit/events?object_id=${second.body.version_id}`,
    );
    expect(actions.body.items.map(({ action }) => action)).toEqual([
      'model-version.rolled-back',
      'model-version.changed',
      'model-version.promoted',
      'model-version.promotion-requested',
      'model-version.registered',
    ]);
  });

  it('is signed where the policy says so', async () => {
    const of = await model();
    const version = await register(of, await trained(0.9));
    const rule = { checks: [], approval: true, signature: true };
    await director.call('PUT', `/ml/models/${of.model_id}/policy`, {
      staging: rule,
      production: rule,
      guarded_aliases: [],
    });
    const { body: asked } = await ask(scientist, of, 1);
    expect(await decide(director, asked)).toMatchObject({
      status: 422,
      body: { error: { message: expect.stringContaining('signature') } },
    });
    const object = { kind: 'model_version', id: version.version_id };
    const subject = await director.call<SignatureSubject>(
      'GET',
      `/signatures/subject?kind=${object.kind}&id=${object.id}`,
    );
    const signed = await director.call<{ signature_id: string }>('POST', '/signatures', {
      object,
      content_sha256: subject.body.content_sha256,
      meaning: 'approved',
      password,
    });
    expect([signed.status, signed.body]).toEqual([201, expect.anything()]);
    expect((await decide(director, asked)).body).toMatchObject({
      state: 'done',
      signature_id: signed.body.signature_id,
    });
    const card = await scientist.call<ModelCard>('GET', `/ml/models/${of.model_id}/versions/1/card`);
    expect(card.body).toMatchObject({ signatures: [{ state: 'valid' }], promotions: [{ state: 'done' }] });
  });

  it('is withdrawn by who asked, and refused by who may promote', async () => {
    const of = await model();
    await register(of, await trained(0.9));
    const first = await ask(scientist, of, 1);
    expect((await decide(director, first.body, 'withdraw')).status).toBe(403);
    expect((await decide(scientist, first.body, 'withdraw')).body.state).toBe('withdrawn');
    const again = await ask(scientist, of, 1, 'staging');
    expect(again.body.state).toBe('waiting');
    expect((await decide(director, again.body, 'refuse')).body.state).toBe('refused');
    expect((await ask(director, of, 1, 'staging')).body.state).toBe('done');
  });
});

wiredRegistryTests(() => ({ server, director, client, experimentId, trained: () => trained(0.9) }));
governanceTests(() => server);
