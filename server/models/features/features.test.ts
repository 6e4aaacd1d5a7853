import type {
  Dataset,
  FeatureMaterialisation,
  FeaturePreview,
  FeatureView,
  FeatureViewVersion,
  OnlineFeatures,
} from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { rowsOf } from '../../platform/db/database.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import { systemContext } from '../../platform/system-actor.ts';
import { derivedFeatures } from './derived-features.ts';
import { findOnline, upsertOnline } from './feature-views.store.ts';

let server: DataServer;
let scientist: Person;
let labs: Dataset;
let visits: Dataset;
let view: FeatureView;

beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  labs = await scientist.dataset(
    'labs.csv',
    [
      'patient,taken_at,reported_at,glucose,note',
      '1,2024-01-01T08:00:00,2024-01-01T09:00:00,5.1,fasting',
      '1,2024-01-03T08:00:00,2024-01-05T08:00:00,9.9,late',
      '1,2024-01-06T08:00:00,2024-01-06T09:00:00,6.2,',
      '2,2024-01-02T08:00:00,2024-01-02T08:30:00,4.4,fasting',
      '2,2024-01-02T08:00:00,2024-01-04T08:30:00,4.6,corrected',
      '',
    ].join('\n'),
  );
  visits = await scientist.dataset(
    'visits.csv',
    [
      'person,seen_at,sick',
      '1,2024-01-04T12:00:00,1',
      '1,2024-01-05T12:00:00,0',
      '1,2024-02-20T12:00:00,1',
      '2,2024-01-03T12:00:00,0',
      '2,2024-01-05T12:00:00,1',
      '3,2024-01-05T12:00:00,0',
      '',
    ].join('\n'),
  );
});
afterAll(() => server.close());

const definition = (more: object = {}) => ({
  name: 'glucose',
  description: 'Fasting glucose as reported.',
  entity: { name: 'patient', keys: ['patient'] },
  dataset_ids: [labs.dataset_id],
  sql: 'SELECT patient, taken_at, reported_at, glucose, glucose * 18 AS glucose_mg\nFROM labs;',
  event_time: 'taken_at',
  available_time: 'reported_at',
  features: [
    { name: 'glucose', unit: 'mmol/L', description: 'Plasma glucose' },
    { name: 'glucose_mg', unit: 'mg/dL' },
  ],
  ttl_seconds: 30 * 86_400,
  ...more,
});
const preview = (more: object, person = scientist) =>
  person.call<FeaturePreview>('POST', '/ml/feature-views/preview', definition(more));

async function done(person: Person, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { status, body: sent } = await person.call<{ job_id: string }>('POST', path, body ?? {});
  expect([status, sent]).toEqual([202, expect.anything()]);
  const job = await person.jobEnd(sent.job_id);
  expect([job.status, job.error]).toEqual(['succeeded', null]);
  return job.result ?? {};
}

const joinWish = (more: object = {}) => ({
  name: 'Glucose at visits',
  dataset_id: visits.dataset_id,
  time_column: 'seen_at',
  keys: { patient: 'person' },
  views: [{ view_id: view.view_id, features: ['glucose'] }],
  ...more,
});
const online = (person: Person, entities: object[], features = ['glucose']) =>
  person.call<OnlineFeatures>('POST', '/ml/features/online', {
    views: [{ view_id: view.view_id, features }],
    entities,
  });

describe('a feature view', () => {
  it('says what does not hold before it is kept, each problem with its field', async () => {
    const { body } = await preview({});
    expect(body).toMatchObject({
      problems: [],
      facts: {
        rows: 5,
        entities: 2,
        tied_rows: 0,
        missing_keys: 0,
        first_event_at: '2024-01-01T08:00:00.000Z',
      },
    });
    expect(body.rows[0]?.slice(3)).toEqual([5.1, 91.8]);
    const problemsOf = async (more: object) => (await preview(more)).body.problems;
    expect(await problemsOf({ event_time: 'Taken_At' })).toEqual([
      { field: 'event_time', message: expect.stringContaining('Did you mean "taken_at"?') },
    ]);
    expect(await problemsOf({ event_time: 'glucose', features: [{ name: 'glucose_mg' }] })).toEqual([
      { field: 'event_time', message: expect.stringContaining('is number; expected a date or a timestamp') },
    ]);
    expect(await problemsOf({ available_time: null })).toEqual([
      { field: 'entity.keys', message: expect.stringContaining('2 rows share keys and time') },
    ]);
    expect(await problemsOf({ sql: 'SELECT patient,\n taken_at, glucoze FROM labs' })).toEqual([
      { field: 'sql', message: expect.stringMatching(/^Line 2: .*glucose/s) },
    ]);
    const refused = await scientist.call('POST', '/ml/feature-views', definition({ available_time: null }));
    expect(refused).toMatchObject({ status: 422, body: { error: { details: { field: 'entity.keys' } } } });
  });

  it('is kept with its types, and becomes another version when it means something else', async () => {
    const made = await scientist.call<FeatureView>('POST', '/ml/feature-views', definition());
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ version: 1, freshness: 'never', sees_all: true, may_change: true }),
    ]);
    view = made.body;
    expect(view.features[1]).toEqual({ name: 'glucose_mg', type: 'number', unit: 'mg/dL', description: '' });
    const path = `/ml/feature-views/${view.view_id}`;
    const renamed = await scientist.call<FeatureView>('PUT', path, {
      ...definition({ tags: ['labs'] }),
      revision: 1,
    });
    expect(renamed.body).toMatchObject({ version: 1, revision: 2, tags: ['labs'] });
    const stale = await scientist.call('PUT', path, { ...definition(), revision: 1 });
    expect(stale.status).toBe(409);
    expect((await scientist.call('POST', '/ml/feature-views', definition())).status).toBe(409);
    const other = await scientist.call<FeatureView>('PUT', path, {
      ...definition({ sql: 'SELECT *, glucose * 18.016 AS glucose_mg FROM labs' }),
      revision: 2,
    });
    expect(other.body).toMatchObject({ version: 2 });
    const versions = await scientist.call<{ items: FeatureViewVersion[] }>('GET', `${path}/versions`);
    expect(versions.body.items.map(({ version, sql }) => [version, sql.includes('18.016')])).toEqual([
      [2, true],
      [1, false],
    ]);
    view = other.body;
  });
});

describe('a training dataset', () => {
  it('has in each row what was known at its time, with what it was made from', async () => {
    const { dataset_id } = await done(scientist, '/ml/features/join', joinWish());
    const { body } = await scientist.sql('SELECT * FROM dataset', [String(dataset_id)]);
    expect(body.columns.map(({ name }) => name)).toEqual(['person', 'seen_at', 'sick', 'glucose']);
    // The value of the 3rd was reported on the 5th; that of the 6th is too old in February; there is no third patient.
    expect(body.rows.map((row) => row.at(-1))).toEqual([5.1, 9.9, null, 4.4, 4.6, null]);
    const { body: made } = await scientist.call<Dataset>('GET', `/data/datasets/${dataset_id}`);
    const graph = await scientist.call<{ nodes: { id: string; parameters: Record<string, unknown> }[] }>(
      'GET',
      `/provenance/${made.version.version_id}`,
    );
    expect(graph.body.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining([labs.version.version_id, visits.version.version_id]),
    );
    const first = await done(scientist, '/ml/features/join', {
      ...joinWish({ full_names: true }),
      views: [{ view_id: view.view_id, version: 1, features: ['glucose_mg'] }],
    });
    const { body: older } = await scientist.sql('SELECT max(glucose__glucose_mg) AS m FROM dataset', [
      String(first.dataset_id),
    ]);
    expect(older.rows).toEqual([[9.9 * 18]]);
  });

  it('is refused where its columns do not fit, saying what to do', async () => {
    const refused = async (more: object) =>
      (await scientist.call<{ error: { message: string } }>('POST', '/ml/features/join', joinWish(more))).body
        .error.message;
    expect(await refused({ keys: {} })).toContain('Say which column does.');
    expect(await refused({ time_column: 'sick' })).toContain('expected a date or a timestamp');
    expect(await refused({ views: [{ view_id: view.view_id }, { view_id: view.view_id }] })).toContain(
      'Ask for full names',
    );
  });
});

describe('stored features', () => {
  it('lie in the lake as versions of a dataset and answer by key, with their age, missing and stale told', async () => {
    const path = `/ml/feature-views/${view.view_id}`;
    const result = await done(scientist, `${path}/materialise`);
    expect(result).toMatchObject({ rows: 5, entities: 2, online_rows: 2 });
    const { body } = await scientist.call<FeatureView>('GET', path);
    expect(body).toMatchObject({ freshness: 'fresh', newest: { rows: 5, tied_rows: 0, version: 2 } });
    expect(body.newest?.inputs[0]).toMatchObject({ content_sha256: labs.version.content_sha256 });
    const { body: found } = await online(scientist, [{ patient: 2 }, { patient: '1' }, { patient: 3 }]);
    // All of it lies further back than the time to live.
    expect(found.items.map(({ values }) => values.map(({ value, state }) => [value, state])[0])).toEqual([
      [null, 'stale'],
      [null, 'stale'],
      [null, 'missing'],
    ]);
    expect(found.items[1]?.values[0]).toMatchObject({ event_time: '2024-01-06T08:00:00.000Z' });
    const forever = { ...definition({ ttl_seconds: null }), revision: body.revision };
    await scientist.call('PUT', path, forever);
    await done(scientist, `${path}/materialise`);
    const { body: again } = await online(
      scientist,
      [{ patient: 2 }, { patient: 1.0 }],
      ['glucose', 'glucose_mg'],
    );
    expect(again.items.map(({ values }) => values.map(({ value }) => value))).toEqual([
      [4.6, 4.6 * 18],
      [6.2, 6.2 * 18],
    ]);
    const history = await scientist.call<{ items: FeatureMaterialisation[] }>(
      'GET',
      `${path}/materialisations`,
    );
    expect(history.body.items.map(({ version, status }) => [version, status])).toEqual([
      [3, 'succeeded'],
      [2, 'succeeded'],
    ]);
    expect((await online(scientist, [{ person: 1 }])).status).toBe(400);
  });

  it('are behind when their input has a new version, which the schedule then takes over', async () => {
    const path = `/ml/feature-views/${view.view_id}`;
    await scientist.ingest(
      'labs.csv',
      'patient,taken_at,reported_at,glucose,note\n1,2024-01-02T08:00:00,2024-01-02T09:00:00,3.3,\n2,2024-03-02T08:00:00,2024-03-02T09:00:00,7.7,\n',
      { dataset_id: labs.dataset_id },
    );
    expect((await scientist.call<FeatureView>('GET', path)).body.freshness).toBe('behind');
    const { body } = await scientist.call<FeatureView>('PUT', `${path}/schedule`, {
      schedule: { cron: '0 * * * *', time_zone: 'UTC' },
    });
    expect(body.schedule).toEqual({ cron: '0 * * * *', time_zone: 'UTC' });
    const often = await scientist.call('PUT', `${path}/schedule`, { schedule: { cron: '* * * * *' } });
    expect(often.status).toBe(400);
    const { platform } = server;
    await platform.db.execute("update ml_feature_views set next_at = now() - interval '1 minute'", []);
    await platform.jobs.send(systemContext(platform.log), 'features.clock', {});
    const newest = async () => (await scientist.call<FeatureView>('GET', path)).body;
    for (let now = await newest(); now.freshness !== 'fresh'; now = await newest())
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await newest()).newest).toMatchObject({ scheduled: true, version: 3 });
    const { body: found } = await online(scientist, [{ patient: 1 }, { patient: 2 }]);
    // What is online never goes back: of patient 1 the new version only has something older.
    expect(found.items.map(({ values }) => values[0]?.value)).toEqual([6.2, 7.7]);
  });

  it('say why they could not be stored, when what they are made from is no longer so', async () => {
    const doses = await scientist.dataset('doses.csv', 'patient,given_at,dose\n1,2024-01-01,5\n');
    const { body } = await scientist.call<FeatureView>('POST', '/ml/feature-views', {
      ...definition({ name: 'doses', dataset_ids: [doses.dataset_id], sql: 'FROM doses', features: [] }),
      event_time: 'given_at',
      available_time: null,
    });
    expect(body.features.map(({ name, type }) => [name, type])).toEqual([['dose', 'integer']]);
    await scientist.ingest('doses.csv', 'patient,given_at,amount\n1,2024-01-01,5\n', {
      dataset_id: doses.dataset_id,
    });
    const path = `/ml/feature-views/${body.view_id}`;
    const sent = await scientist.call<{ job_id: string }>('POST', `${path}/materialise`);
    expect((await scientist.jobEnd(sent.body.job_id)).status).toBe('failed');
    const { body: runs } = await scientist.call<{ items: FeatureMaterialisation[] }>(
      'GET',
      `${path}/materialisations`,
    );
    expect(runs.items).toMatchObject([
      { status: 'failed', error: { code: 'SQL_INVALID', message: expect.stringContaining('dose') } },
    ]);
  });

  it('are for nobody who sees a part of their datasets, nor for those who may not know of them', async () => {
    const viewer = await server.colleague('viewer');
    expect((await online(viewer, [{ patient: 2 }])).status).toBe(200);
    await server.admin.call('PUT', `/data/datasets/${labs.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [
        {
          kind: 'mask',
          readers: { which: 'only', roles: ['viewer'] },
          column: 'glucose',
          mask: { kind: 'hide' },
        },
      ],
    });
    expect((await online(viewer, [{ patient: 2 }])).status).toBe(403);
    const path = `/ml/feature-views/${view.view_id}`;
    expect((await viewer.call<FeatureView>('GET', path)).body.sees_all).toBe(false);
    const seen = await preview({}, viewer);
    expect(seen.body.facts?.missing).toEqual([
      { feature: 'glucose', rows: 2 },
      { feature: 'glucose_mg', rows: 2 },
    ]);
    const joined = await done(scientist, '/ml/features/join', joinWish());
    const rows = await viewer.sql('SELECT count(*) AS n FROM dataset', [String(joined.dataset_id)]);
    expect(rows.body.rows).toEqual([[0]]);
    const stranger = await server.stranger();
    expect((await stranger.call('GET', path)).status).toBe(404);
    await server.admin.call('PUT', `/data/datasets/${labs.dataset_id}/access`, {
      sensitivity: 'phi',
      rules: [],
    });
    expect((await viewer.call('GET', path)).status).toBe(404);
  });

  it('never go back in time online, whatever comes first', async () => {
    const { db } = server.platform;
    const [{ tenant_id: tenantId } = { tenant_id: '' }] = rowsOf<{ tenant_id: string }>(
      await db.sql.execute(sql`select tenant_id from ml_feature_views where id = ${view.view_id}`),
    );
    const given = fc.record({
      entity: fc.constantFrom('a', 'b'),
      event: fc.integer({ min: 0, max: 4 }),
      known: fc.integer({ min: 0, max: 4 }),
    });
    let run = 0;
    const property = fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 8 }), async (sent) => {
      run += 1;
      const rankOf = ({ event, known }: { event: number; known: number }) => event * 10 + known;
      const newest = new Map<string, number>();
      for (const [at, each] of sent.entries()) {
        const id = `${run} ${each.entity}`;
        const row = { id, tenantId, viewId: view.view_id, number: 99, entity: null, values: null };
        const times = { eventUs: each.event, knownUs: each.known };
        await upsertOnline(db.sql, [{ ...row, ...times, sealed: Buffer.from([at]) }]);
        newest.set(id, Math.max(newest.get(id) ?? 0, rankOf(each)));
        const [kept] = await findOnline(db.sql, tenantId, [id]);
        const source = sent[kept?.sealed?.[0] ?? 0] ?? each;
        expect([rankOf(source), kept?.eventUs, kept?.knownUs]).toEqual([
          newest.get(id),
          source.event,
          source.known,
        ]);
      }
    });
    await withinTenant(tenantId, () => fc.assert(property, { numRuns: 20 }));
  });

  it('go online with the erasure of a row they came of, until they are stored again', async () => {
    const { platform } = server;
    const [{ tenant_id: tenantId } = { tenant_id: '' }] = rowsOf<{ tenant_id: string }>(
      await platform.db.sql.execute(sql`select tenant_id from ml_feature_views where id = ${view.view_id}`),
    );
    const ctx = systemContext(platform.log, tenantId);
    await withinTenant(tenantId, async () => {
      const made = await platform.provenance.downstream(ctx, [labs.version.version_id]);
      const holder = derivedFeatures(platform.db);
      const items = await holder.propose(ctx, made);
      expect(items.map((item) => item.treatment)).toEqual(['remove', 'remove']);

      await platform.db.transaction((tx) =>
        holder.treat(tx, ctx, items[0] as (typeof items)[number], 'ers_1'),
      );
    });
    const { body: found } = await online(server.admin, [{ patient: 2 }]);
    expect(found.items[0]?.values[0]).toMatchObject({ state: 'missing', event_time: null });
  });

  it('are gone with their view; what was made of it stays', async () => {
    expect((await scientist.call('DELETE', `/ml/feature-views/${view.view_id}`)).status).toBe(204);
    expect((await online(server.admin, [{ patient: 2 }])).status).toBe(404);
    const left = await server.platform.db.execute('select count(*)::int as n from ml_online_features', []);
    expect(left.rows).toEqual([{ n: 0 }]);
  });
});
