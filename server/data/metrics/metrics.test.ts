import { type Dataset, type Metric, metricsApi } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let scientist: Person;
let manager: Person;
let trials: Dataset;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  scientist = await server.colleague('scientist');
  manager = await server.colleague('lab_manager');
  trials = await admin.dataset(
    'trials.csv',
    'site,month,treated,responded\nUlm,2024-01-01,40,10\nUlm,2024-02-01,50,30\nBonn,2024-01-01,10,5\nBonn,2024-02-01,100,75\n',
  );
});
afterAll(() => server.close());

let made = 0;
const definition = (more: object = {}) => ({
  name: `Rate ${made++}`,
  synonyms: [],
  description: 'Patients who responded, of those treated.',
  dataset_id: trials.dataset_id,
  expression: 'sum(responded) / sum(treated)',
  unit: null,
  ...more,
});
const define = (person: Person, more: object = {}): Promise<Reply<Metric>> =>
  person.call<Metric>('POST', '/data/metrics', definition(more));
const approve = (person: Person, { metric_id, revision }: Metric, approval = 'approved') =>
  person.call<Metric>('POST', `/data/metrics/${metric_id}/approval`, { approval, revision });

describe('a metric', () => {
  it('is a draft until somebody else approves it, and again when what it means changes', async () => {
    const { body: draft, status } = await define(scientist, { name: 'Response rate' });
    expect(status).toBe(201);
    expect(metricsApi.get.response.parse(draft)).toMatchObject({
      approval: 'draft',
      revision: 1,
      may_change: true,
      may_approve: false,
    });
    expect((await approve(scientist, draft)).status).toBe(403);
    expect((await approve(manager, draft)).body).toMatchObject({
      approval: 'approved',
      approved_by: { name: 'Someone' },
    });
    const put = (more: object) =>
      scientist.call<Metric>('PUT', `/data/metrics/${draft.metric_id}`, {
        ...definition({ name: draft.name, ...more }),
      });
    const described = await put({ description: 'Said better.', revision: 1 });
    expect(described.body).toMatchObject({ approval: 'approved', revision: 2 });
    const changed = await put({ expression: 'avg(responded)', revision: 2 });
    expect(changed.body).toMatchObject({ approval: 'draft', approved_by: null, revision: 3 });
    expect((await put({ expression: 'sum(responded)', revision: 2 })).status).toBe(409);
    expect((await approve(manager, draft)).status).toBe(409);
    const events = await admin.call<{ items: { action: string }[] }>(
      'GET',
      `/audit/events?object_id=${draft.metric_id}`,
    );
    expect(events.body.items.map(({ action }) => action)).toEqual([
      'metric.changed',
      'metric.changed',
      'metric.approved',
      'access.refused',
      'metric.created',
    ]);
  });

  it('is not approved by who defined it, save by an administrator', async () => {
    const { body: own } = await define(manager);
    expect(own.may_approve).toBe(false);
    expect((await approve(manager, own)).status).toBe(403);
    const { body: admins } = await define(admin);
    expect((await approve(admin, admins)).body.approval).toBe('approved');
  });

  it.each([
    ['a statement', 'SELECT 1'],
    ['a column that is not there', 'sum(nowhere)'],
    ['a value for each row', 'responded'],
    ['text', 'max(site)'],
    ['two columns', '1) AS a, (2'],
    ['the end of a bracket', 'count(*)) AS "value" FROM trials --'],
    ['a second statement', 'count(*); DROP TABLE trials'],
    ['a file', "count(*) + length(content) FROM read_text('/etc/passwd')"],
    ['a quote that is not closed', "count(*) || '"],
    ['a comment that is not closed', 'count(*) /*'],
  ])('that is %s is not taken', async (_what, expression) => {
    expect((await define(scientist, { expression })).status).toBe(422);
  });

  it('may end in a comment and speak of brackets in text', async () => {
    const { status } = await define(scientist, {
      expression: "count(*) FILTER (site <> ')') -- all but none",
    });
    expect(status).toBe(201);
  });

  it('has a name of its own, is found by words, and is nobody’s who may not see its dataset', async () => {
    const { body } = await define(scientist, { name: 'Yield of trials', synonyms: ['zqx yield'] });
    expect((await define(scientist, { name: 'yield OF trials' })).status).toBe(409);
    const found = await scientist.call<{ items: Metric[] }>('GET', '/data/metrics?search=zqx');
    expect(found.body.items.map(({ metric_id }) => metric_id)).toEqual([body.metric_id]);
    const stranger = await server.stranger();
    expect((await stranger.call('GET', `/data/metrics/${body.metric_id}`)).status).toBe(404);
    const secret = await admin.dataset('secret.csv', 'n\n1\n');
    const hidden = await define(admin, { dataset_id: secret.dataset_id, expression: 'sum(n)' });
    await admin.call('PUT', `/data/datasets/${secret.dataset_id}/access`, { sensitivity: 'phi', rules: [] });
    expect((await scientist.call('GET', `/data/metrics/${hidden.body.metric_id}`)).status).toBe(404);
    expect((await define(scientist, { dataset_id: secret.dataset_id, expression: 'sum(n)' })).status).toBe(
      404,
    );
  });

  it('is what a question that names it is answered with, and the answer says what it means', async () => {
    const { body: metric } = await define(scientist, { name: 'Cure share', synonyms: ['success quota'] });
    const ask = async (question: string) => (await scientist.ask(question, [trials.dataset_id])).body;
    expect((await ask('What is the cure share by site?')).metrics).toBeUndefined();
    await approve(manager, metric);
    const { metric_id } = metric;
    const bySite = await ask('What is the cure share by site?');
    expect(bySite).toMatchObject({
      answered_by: 'grammar',
      metrics: [{ metric_id, approval: 'approved', column: 'Cure share' }],
      columns: [{ name: 'site' }, { name: 'Cure share' }],
      explanation: expect.stringContaining('sum(responded) / sum(treated)'),
      interpretation: { sentence: expect.stringMatching(/cure share.*site/i) },
    });
    expect(Object.fromEntries(bySite.rows as [string, number][])).toEqual({ Ulm: 40 / 90, Bonn: 80 / 110 });
    const [word] = bySite.interpretation?.words.filter(({ role }) => role === 'aggregate') ?? [];
    expect(word).toMatchObject({ text: 'cure share', target: expect.stringContaining('Cure share') });
    expect((await ask('success quota in Ulm')).rows).toEqual([[40 / 90]]);
    expect((await ask('which site has the highest cure share?')).rows[0]?.[0]).toBe('Bonn');
    expect((await ask('How many rows are there?')).metrics).toBeUndefined();
    await approve(manager, metric, 'retired');
    expect((await ask('What is the cure share by site?')).metrics).toBeUndefined();
  });

  it('is shown on boards with what it means, and stays while one shows it', async () => {
    const { body: metric } = await define(scientist, { name: 'Responders', unit: '%' });
    await approve(manager, metric);
    const { metric_id } = metric;
    const query = {
      kind: 'built',
      dataset_id: trials.dataset_id,
      dimensions: [{ column: 'site' }],
      measures: [{ metric_id }],
    };
    const tile = {
      tile_id: 'til_00000000-0000-7000-8000-000000000001',
      kind: 'bar',
      place: { x: 0, y: 0, w: 6, h: 6 },
      query,
    };
    const board = await scientist.call<{ dashboard_id: string }>('POST', '/dashboards', {
      name: 'Trials',
      tiles: [tile],
    });
    const { dashboard_id } = board.body;
    const shown = await scientist.call('POST', `/dashboards/${dashboard_id}/data`, {});
    expect(shown.body).toMatchObject({
      results: [
        {
          columns: [{ name: 'site' }, { name: 'Responders', unit: '%', metric_id }],
          rows: [
            ['Bonn', 80 / 110],
            ['Ulm', 40 / 90],
          ],
          metrics: [
            {
              metric_id,
              approval: 'approved',
              expression: 'sum(responded) / sum(treated)',
              column: 'Responders',
            },
          ],
        },
      ],
    });
    const one = `/data/metrics/${metric_id}`;
    expect((await scientist.call<Metric>('GET', one)).body.used_in).toBe(1);
    expect((await scientist.call('DELETE', one)).status).toBe(409);
    expect((await approve(manager, metric, 'retired')).body.approval).toBe('retired');
    await scientist.call('DELETE', `/dashboards/${dashboard_id}`);
    expect((await scientist.call('DELETE', one)).status).toBe(204);
  });
});
