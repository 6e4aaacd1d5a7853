import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Dashboard,
  EmergencyAccess,
  Metric,
  PersonExport,
  ProvenanceGraph,
  StreamWindow,
  Topic,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardOf, makeBoard, sqlTile } from '../../workspaces/dashboards/dashboards.suite.ts';
import { type DataServer, startDataServer } from '../data-server.suite.ts';
import { tablesQuoting } from '../erasures/erasures.suite.ts';
import type { QueryTexts } from './query-records.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-sealed-'));
const name = /kowalewskaja/i;
const question = 'how many rows where patient is Kowalewskaja';
const reason = 'Sofja Kowalewskaja unconscious in the emergency room, allergies unknown';
let server: DataServer;
let datasetId: string;

beforeAll(async () => {
  server = await startDataServer({}, folder);
  datasetId = (await server.admin.dataset('beds.csv', 'patient,bed\nA,1\nB,2\n')).dataset_id;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Files of the relational store that hold the name, its log among them. */
const filesNaming = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(folder, 'outbox')) && name.test(readFileSync(path, 'latin1')))
    .map((path) => path.slice(folder.length));

interface Asked {
  question: string | null;
  sql: string | null;
}
const history = async () =>
  (await server.admin.call<{ items: Asked[] }>('GET', '/query/history?limit=50')).body.items;

describe('questions and reasons that name a person', () => {
  it('lie in no table and no file of the store as they were asked', async () => {
    const { admin } = server;
    await admin.ask(question, [datasetId]);
    const sql = `SELECT count(*) FROM dataset WHERE patient = 'Kowalewskaja'`;
    const answer = (await admin.sql(sql, [datasetId])).body;
    const opened = await admin.call<EmergencyAccess>('POST', '/security/emergencies', { reason });
    expect(opened.body.reason).toBe(reason);
    await admin.call('GET', `/data/datasets/${datasetId}`);
    const columns = [{ name: 'patient', type: 'text', required: true }];
    const topic = (await admin.call<Topic>('POST', '/data/topics', { name: 'beds-now', columns })).body;
    const windows = `/data/topics/${topic.topic_id}/windows`;
    const windowSql =
      "SELECT window_start, window_end, count(*) FILTER (patient = 'Kowalewskaja') AS n FROM events GROUP BY ALL";
    const made = await admin.call<StreamWindow>('POST', windows, {
      name: 'hers',
      kind: 'tumbling',
      size_seconds: 60,
      sql: windowSql,
    });
    expect(made).toMatchObject({ status: 201, body: { sql: windowSql } });
    expect((await admin.call<{ items: StreamWindow[] }>('GET', windows)).body.items[0]?.sql).toBe(windowSql);
    const expression = "count(*) FILTER (patient = 'Kowalewskaja')";
    const metric = await admin.call<Metric>('POST', '/data/metrics', {
      name: 'Her beds',
      synonyms: [],
      description: '',
      dataset_id: datasetId,
      expression,
      unit: null,
    });
    expect(metric).toMatchObject({ status: 201, body: { expression } });
    const changed = await admin.call<Metric>('PUT', `/data/metrics/${metric.body.metric_id}`, {
      name: 'Her beds',
      synonyms: [],
      description: '',
      dataset_id: datasetId,
      expression: `${expression} * 1`,
      unit: null,
      revision: 1,
    });
    const boardSql = "SELECT count(*) AS n FROM beds WHERE patient = 'Kowalewskaja'";
    const board = await makeBoard(admin, boardOf([sqlTile([datasetId], boardSql)]));
    const shown = (await admin.call<Dashboard>('GET', `/dashboards/${board.dashboard_id}`)).body;
    expect(shown.tiles[0]?.query).toMatchObject({ sql: boardSql });
    expect(changed).toMatchObject({ status: 200, body: { expression: `${expression} * 1` } });

    const items = await history();
    expect(items.map((item) => item.question ?? item.sql)).toEqual(expect.arrayContaining([sql, question]));
    const graph = await admin.call<ProvenanceGraph>('GET', `/provenance/${answer.query_id}`);
    expect(graph.body.nodes.find(({ kind }) => kind === 'query')).toMatchObject({
      parameters: { sql },
      signature_valid: true,
    });
    const session = await admin.call<{ user: { user_id: string } }>('GET', '/auth/session');
    const path = `/privacy/persons/${session.body.user.user_id}/export`;
    const told = (await admin.call<PersonExport>('GET', path)).body;
    expect(JSON.stringify(told.sections.find((each) => each.name === 'questions'))).toMatch(name);
    expect(JSON.stringify(told.sections.find((each) => each.name === 'emergency_accesses'))).toMatch(name);
    expect(JSON.stringify(told)).not.toContain('"sealed"');

    expect(await tablesQuoting(server, name)).toEqual([]);
    await server.platform.db.execute('checkpoint');
    expect(filesNaming()).toEqual([]);
  });

  it('are not asked while no key can be had; an emergency is opened all the same, and sealed later', async () => {
    const { admin, platform } = server;
    const { keys } = platform;
    const { prepare, encrypt } = keys;
    const unavailable = async () => {
      throw new StromaError('KEYS_UNAVAILABLE', 'The key provider does not answer.');
    };
    const mine = await admin.call<{ items: EmergencyAccess[] }>('GET', '/security/emergencies?status=open');
    for (const each of mine.body.items)
      await admin.call('POST', `/security/emergencies/${each.emergency_id}/end`);
    keys.prepare = unavailable;
    keys.encrypt = unavailable;
    try {
      expect((await admin.sql('SELECT 1', [datasetId])).status).toBe(503);
      const opened = await admin.call<EmergencyAccess>('POST', '/security/emergencies', { reason });
      expect([opened.status, opened.body.reason]).toEqual([201, reason]);
    } finally {
      Object.assign(keys, { prepare, encrypt });
    }
    expect(await platform.sealed.tablesInClear()).toContain('emergencies');
    await platform.sealed.seal(new AbortController().signal, () => undefined);
    expect(await tablesQuoting(server, name)).toEqual([]);
    const { body } = await admin.call<{ items: EmergencyAccess[] }>('GET', '/security/emergencies');
    expect(body.items.map((each) => each.reason)).toEqual([reason, reason]);
  });

  it('of before are sealed when Stroma is started, and read as ever', async () => {
    const { platform } = server;
    const before = await history();
    const { rows } = await platform.db.execute('select id, tenant_id, sealed from queries');
    const texts = platform.sealed.get('queries') as unknown as QueryTexts;
    for (const row of rows) {
      const { question: asked, sql } = await texts.open(String(row.tenant_id), String(row.id), {
        question: null,
        sql: null,
        sealed: row.sealed as Uint8Array,
      });
      const values = [row.id, asked, sql];
      await platform.db.execute(
        'update queries set question = $2, sql = $3, sealed = null where id = $1',
        values,
      );
    }
    expect(await tablesQuoting(server, name)).toEqual(['queries']);
    expect(await history()).toEqual(before);
    await server.close();

    server = await startDataServer({}, folder);
    await expect.poll(() => tablesQuoting(server, name)).toEqual([]);
    await expect.poll(filesNaming).toEqual([]);
    expect(await history()).toEqual(before);
  });
});
