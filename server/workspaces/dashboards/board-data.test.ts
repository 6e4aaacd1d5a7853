import type { Dashboard, Dataset, ProvenanceGraph } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { boardOf, built, dataOf, makeBoard, shownRows, sqlTile, tileOf } from './dashboards.suite.ts';

let server: DataServer;
let admin: Person;
let viewer: Person;
let visits: Dataset;
let sites: Dataset;
const count = { aggregate: 'count' } as const;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  viewer = await server.colleague('viewer');
  visits = await admin.dataset(
    'visits.csv',
    `patient,day,site,dose,note
P-0001,2024-01-05,Ulm,1.5,calm
P-0002,2024-01-20,Ulm,2.5,it's "fine"
P-0003,2024-02-10,Bonn,4.0,calm
P-0004,2024-02-11,Bonn,8.0,x; DROP TABLE visits
P-0005,2024-03-01,Köln,,calm
`,
  );
  sites = await admin.dataset('sites.csv', 'site,beds\nUlm,10\nBonn,20\nKöln,30\n');
});
afterAll(() => server.close());

const bySite = () => built(visits.dataset_id, { dimensions: [{ column: 'site' }], measures: [count] });
const total = () =>
  built(visits.dataset_id, { measures: [count, { aggregate: 'sum', column: 'dose', as: 'dose' }] });

describe('what a board shows', () => {
  it('answers every tile at once; one that fails carries its error and breaks no other', async () => {
    const board = await makeBoard(
      admin,
      boardOf([
        tileOf(bySite()),
        sqlTile(
          [visits.dataset_id, sites.dataset_id],
          'SELECT v.site, max(beds) FROM visits v JOIN sites s USING (site) GROUP BY 1 ORDER BY 1',
        ),
        sqlTile([visits.dataset_id], 'SELECT nowhere FROM visits'),
        sqlTile([visits.dataset_id], "COPY visits TO '/tmp/x'"),
        tileOf(built(visits.dataset_id, { measures: [{ aggregate: 'sum', column: 'gone' }] })),
        tileOf(null, { options: { text: '# Words' } }),
      ]),
    );
    const { body } = await dataOf(admin, board.dashboard_id);
    expect(body.results.map(({ rows, error }) => error?.code ?? rows)).toEqual([
      [
        ['Bonn', 2],
        ['Ulm', 2],
        ['Köln', 1],
      ],
      [
        ['Bonn', 20],
        ['Köln', 30],
        ['Ulm', 10],
      ],
      'SQL_INVALID',
      'SQL_NOT_ALLOWED',
      'UNPROCESSABLE',
      [],
    ]);
    const [first] = body.results;
    expect(first).toMatchObject({
      truncated: false,
      restricted: false,
      dataset_versions: [{ dataset_id: visits.dataset_id, number: 1 }],
    });
    const only = await dataOf(admin, board.dashboard_id, {}, [board.tiles[1]?.tile_id ?? '']);
    expect(only.body.results.map(({ tile_id }) => tile_id)).toEqual([board.tiles[1]?.tile_id]);
  });

  it('holds filters against the rows of every tile that has the column, also those in SQL, and says where not', async () => {
    const board = await makeBoard(
      admin,
      boardOf([
        tileOf(total()),
        sqlTile([visits.dataset_id], 'WITH a AS (SELECT * FROM dataset) SELECT count(*) FROM a'),
        sqlTile([sites.dataset_id], 'SELECT sum(beds) FROM sites'),
      ]),
    );
    const state = { filters: [{ column: 'dose', op: 'gte' as const, values: [2.5], dataset_id: null }] };
    const { body } = await dataOf(admin, board.dashboard_id, state);
    expect(body.results.map(({ rows }) => rows)).toEqual([[[3, 14.5]], [[3]], [[60]]]);
    expect(body.results[0]).toMatchObject({ filtered_by: ['dose'], not_filtered: [] });
    expect(body.results[2]?.not_filtered).toEqual([
      { column: 'dose', dataset_id: sites.dataset_id, reason: 'no_column' },
    ]);
    // What is shown as SQL gives the same when it is asked.
    for (const [at, ids] of [visits, visits, sites].entries()) {
      const { sql, rows } = body.results[at] ?? { sql: null, rows: [] };
      expect((await admin.sql(sql ?? '', [ids.dataset_id])).body.rows).toEqual(rows);
    }
    const filter = (values: (string | number)[], op = 'in' as const) => ({
      filters: [{ column: 'note', op, values, dataset_id: null }],
    });
    expect((await shownRows(admin, board.dashboard_id, filter(['it\'s "fine"'])))[0]).toEqual([[1, 2.5]]);
    expect((await shownRows(admin, board.dashboard_id, filter(["calm') OR true --"])))[0]).toEqual([
      [0, null],
    ]);
    expect((await shownRows(admin, board.dashboard_id, filter([])))[0]).toEqual([[5, 16]]);
  });

  it('lets a click in one tile filter the others and not itself', async () => {
    const tiles = [tileOf(bySite()), tileOf(total())];
    const board = await makeBoard(admin, boardOf(tiles));
    const clicked = { column: 'site', op: 'in' as const, values: ['Ulm'], dataset_id: null };
    const cross = [{ tile_id: tiles[0]?.tile_id ?? '', filters: [clicked] }];
    const [whole, part] = await shownRows(admin, board.dashboard_id, { cross });
    expect(whole).toHaveLength(3);
    expect(part).toEqual([[2, 4]]);
    const { dashboard_id, revision } = board;
    await admin.call('PUT', `/dashboards/${dashboard_id}`, {
      ...boardOf(tiles, { cross_filter: false }),
      revision,
    });
    expect((await shownRows(admin, dashboard_id, { cross }))[1]).toEqual([[5, 16]]);
  });

  it('filters by any of several marks of a tile, and by the marks of every tile', async () => {
    const byBoth = built(visits.dataset_id, {
      dimensions: [{ column: 'site' }, { column: 'note' }],
      measures: [count],
    });
    const tiles = [
      tileOf(byBoth),
      tileOf(bySite()),
      tileOf(total()),
      sqlTile([sites.dataset_id], 'FROM sites'),
    ];
    const board = await makeBoard(admin, boardOf(tiles));
    const is = (column: string, value: string) => ({
      column,
      op: 'in' as const,
      values: [value],
      dataset_id: null,
    });
    const mark = (at: number, ...filters: ReturnType<typeof is>[]) => ({
      tile_id: tiles[at]?.tile_id ?? '',
      filters,
    });
    const marks = [
      mark(0, is('site', 'Ulm'), is('note', 'calm')),
      mark(0, is('site', 'Bonn'), is('note', 'calm')),
    ];
    const { body } = await dataOf(admin, board.dashboard_id, { cross: marks });
    expect(body.results[0]?.rows).toHaveLength(5);
    expect(body.results[2]?.rows).toEqual([[2, 5.5]]);
    expect((await admin.sql(body.results[2]?.sql ?? '', [visits.dataset_id])).body.rows).toEqual([[2, 5.5]]);
    // Of a mark that a dataset cannot tell wholly, what it can tell holds.
    expect(body.results[3]?.rows).toEqual([
      ['Ulm', 10],
      ['Bonn', 20],
    ]);
    const both = await dataOf(admin, board.dashboard_id, { cross: [...marks, mark(1, is('site', 'Ulm'))] });
    expect(both.body.results[2]?.rows).toEqual([[1, 1.5]]);
    const rows = await admin.call<{ total_rows: number; rows: unknown[][] }>(
      'POST',
      `/dashboards/${board.dashboard_id}/tiles/${tiles[0]?.tile_id}/rows`,
      { marks: marks.map(({ filters }) => filters) },
    );
    expect(rows.body.rows.map(([patient]) => patient)).toEqual(['P-0001', 'P-0003']);
  });

  it('puts each dataset in time by its own column, compares with the period before, and drills', async () => {
    const tiles = [
      tileOf(total(), { kind: 'number', options: { compare: 'previous_period' } }),
      tileOf(
        built(visits.dataset_id, {
          dimensions: [{ column: 'day', grain: 'month' }],
          measures: [count],
          drill: [{ column: 'site' }],
        }),
      ),
      sqlTile([sites.dataset_id], 'SELECT count(*) FROM sites'),
    ];
    const time_range = { column: null, from: '2024-02-01', to: '2024-02-29' };
    const board = await makeBoard(admin, boardOf(tiles, { time_range }));
    const { body } = await dataOf(admin, board.dashboard_id);
    expect(body.results[0]).toMatchObject({
      rows: [[2, 12]],
      comparison: { from: '2024-01-03T00:00:00.000Z', to: '2024-02-01T00:00:00.000Z', rows: [[2, 4]] },
    });
    expect(body.results[2]?.not_filtered).toMatchObject([{ column: 'time', reason: 'no_column' }]);
    const path = [{ column: 'day', value: '2024-01-01' }];
    const state = { time_range: null, drill: [{ tile_id: tiles[1]?.tile_id ?? '', path }] };
    const drilled = await dataOf(admin, board.dashboard_id, state);
    expect(drilled.body.results[1]).toMatchObject({ drill_level: 1, rows: [['Ulm', 2]] });
    const recent = await shownRows(admin, board.dashboard_id, { time_range: { column: null, last: 'P7D' } });
    expect(recent[0]).toEqual([[0, null]]);
  });

  it('writes variables as values, whatever they hold', async () => {
    const variables = [
      { name: 'site', label: '', type: 'text' as const, value: 'Ulm', choices: [] },
      { name: 'least', label: '', type: 'number' as const, value: 0, choices: [] },
      { name: 'notes', label: '', type: 'list' as const, value: ['calm'], choices: [] },
    ];
    const tiles = [
      sqlTile(
        [visits.dataset_id],
        'SELECT count(*) FROM visits WHERE site = {{site}} AND dose > {{ least }}',
      ),
      sqlTile([visits.dataset_id], 'SELECT count(*) FROM visits WHERE note IN {{notes}}'),
      sqlTile([visits.dataset_id], "SELECT '{{site}}' FROM visits"),
      sqlTile([visits.dataset_id], 'SELECT {{other}}'),
    ];
    const board = await makeBoard(admin, boardOf(tiles, { variables }));
    expect(await shownRows(admin, board.dashboard_id)).toEqual([
      [[2]],
      [[3]],
      'UNPROCESSABLE',
      'UNPROCESSABLE',
    ]);
    const state = {
      variables: {
        site: "Ulm' OR '1'='1",
        least: 1,
        notes: ['x; DROP TABLE visits', "calm') OR (true", null],
      },
    };
    expect((await shownRows(admin, board.dashboard_id, state)).slice(0, 2)).toEqual([[[0]], [[1]]]);
    const wrong = await shownRows(admin, board.dashboard_id, { variables: { least: '1 OR true' } });
    expect(wrong[0]).toBe('UNPROCESSABLE');
  });

  it('gives the rows behind a mark in pages, and the values a filter can be set to', async () => {
    const board = await makeBoard(
      admin,
      boardOf([tileOf(bySite()), sqlTile([visits.dataset_id], 'SELECT 1')]),
    );
    const { dashboard_id, tiles } = board;
    const rows = (tileId: string, body: object) =>
      admin.call<{ rows: unknown[][]; total_rows: number; sql: string }>(
        'POST',
        `/dashboards/${dashboard_id}/tiles/${tileId}/rows`,
        body,
      );
    const mark = { column: 'site', op: 'in', values: ['Bonn'] };
    const behind = await rows(tiles[0]?.tile_id ?? '', { filters: [mark], limit: 1, offset: 1 });
    expect(behind.body).toMatchObject({
      total_rows: 2,
      rows: [['P-0004', '2024-02-11', 'Bonn', 8, expect.any(String)]],
    });
    expect((await rows(tiles[1]?.tile_id ?? '', {})).status).toBe(422);
    const values = (body: object) => admin.call('POST', `/dashboards/${dashboard_id}/values`, body);
    expect((await values({ column: 'site', search: 'N', limit: 1 })).body).toEqual({
      type: 'text',
      items: [{ value: 'Bonn', count: 2 }],
      more: true,
      min: 'Bonn',
      max: 'Köln',
    });
    expect((await values({ column: 'day' })).body).toMatchObject({
      type: 'date',
      min: '2024-01-05',
      max: '2024-03-01',
    });
    expect((await values({ column: 'nowhere' })).body).toMatchObject({ type: null, items: [] });
  });
});

describe('what another person sees of it', () => {
  let board: Dashboard;

  beforeAll(async () => {
    board = await makeBoard(
      admin,
      boardOf([
        tileOf(built(visits.dataset_id, { dimensions: [{ column: 'patient' }], measures: [count] })),
        tileOf(total()),
        sqlTile([visits.dataset_id], 'SELECT min(note), count(*) FROM visits'),
        tileOf(
          built(visits.dataset_id, {
            measures: [count],
            filters: [{ column: 'note', op: 'in', values: ['calm'], dataset_id: null }],
          }),
        ),
      ]),
    );
    const readers = { which: 'only', roles: ['viewer'] };
    const rules = [
      { kind: 'rows', readers, condition: { column: 'site', operator: 'among', values: ['Ulm', 'Bonn'] } },
      { kind: 'mask', readers, column: 'patient', mask: { kind: 'end', characters: 1 } },
      { kind: 'mask', readers, column: 'note', mask: { kind: 'hide' } },
    ];
    await admin.call('PUT', `/data/datasets/${visits.dataset_id}/access`, { sensitivity: 'internal', rules });
  });

  it('is their own rows and masked values, also where the same was just shown to somebody else', async () => {
    expect((await shownRows(admin, board.dashboard_id))[1]).toEqual([[5, 16]]);
    const { body } = await dataOf(viewer, board.dashboard_id);
    const [patients, sum, hidden, own] = body.results;
    expect(patients?.rows.map(([shown]) => shown)).toEqual(['…1', '…2', '…3', '…4']);
    expect(sum).toMatchObject({ rows: [[4, 16]], restricted: true });
    expect(hidden?.rows).toEqual([[null, 4]]);
    expect(own?.error).toMatchObject({
      code: 'UNPROCESSABLE',
      message: expect.stringMatching(/hidden from you/),
    });
    expect((await shownRows(admin, board.dashboard_id))[1]).toEqual([[5, 16]]);
  });

  it('cannot be used to guess what is masked: a filter meets what is shown, and nothing where nothing is', async () => {
    const filtered = async (column: string, op: string, values: unknown[]) => {
      const state = { filters: [{ column, op, values, dataset_id: null }] } as Parameters<typeof dataOf>[2];
      const { body } = await dataOf(viewer, board.dashboard_id, state);
      return body.results[1];
    };
    expect((await filtered('patient', 'in', ['P-0001']))?.rows).toEqual([[0, null]]);
    expect((await filtered('patient', 'contains', ['P-000']))?.rows).toEqual([[0, null]]);
    expect((await filtered('patient', 'in', ['…1']))?.rows).toEqual([[1, 1.5]]);
    for (const [op, values] of [
      ['in', ['calm']],
      ['contains', ['DROP']],
      ['is_missing', []],
    ] as const)
      expect(await filtered('note', op, [...values])).toMatchObject({
        rows: [[4, 16]],
        not_filtered: [{ column: 'note', reason: 'masked' }],
      });
    // Nor do rows that are withheld answer.
    expect((await filtered('site', 'in', ['Köln']))?.rows).toEqual([[0, null]]);
    const values = await viewer.call('POST', `/dashboards/${board.dashboard_id}/values`, { column: 'note' });
    expect(values.body).toMatchObject({ type: null, items: [] });
    const own = await viewer.call('POST', `/dashboards/${board.dashboard_id}/values`, { column: 'site' });
    expect(own.body).toMatchObject({ items: [{ value: 'Bonn' }, { value: 'Ulm' }] });
  });

  it('is nothing of a dataset they may not see, and that it is there stays unsaid', async () => {
    const secret = await admin.dataset('secret.csv', 'marker\n1\n');
    const access = { sensitivity: 'phi', rules: [] };
    await admin.call('PUT', `/data/datasets/${secret.dataset_id}/access`, access);
    const mixed = await makeBoard(
      admin,
      boardOf([sqlTile([secret.dataset_id], 'SELECT marker FROM secret'), tileOf(total())]),
    );
    const { body } = await dataOf(viewer, mixed.dashboard_id);
    expect(body.results[0]).toMatchObject({
      rows: [],
      sql: null,
      dataset_versions: [],
      error: { code: 'NOT_FOUND' },
    });
    expect(body.results[1]?.rows).toEqual([[4, 16]]);
    for (const rest of ['', '/versions/1']) {
      const told = await viewer.call('GET', `/dashboards/${mixed.dashboard_id}${rest}`);
      expect(told.status).toBe(200);
      expect(JSON.stringify(told.body)).not.toMatch(/secret|marker/);
      expect(JSON.stringify(told.body)).toContain(visits.dataset_id);
    }
    const scientist = await server.colleague('scientist');
    const put = await scientist.call(
      'POST',
      '/dashboards',
      boardOf([sqlTile([secret.dataset_id], 'SELECT 1')]),
    );
    expect(put.status).toBe(400);
  });
});

describe('the record of it', () => {
  it('holds each distinct answer once, with its derivation, and no refresh in anybody’s history', async () => {
    const person = await server.colleague('scientist');
    const tile = sqlTile([sites.dataset_id], 'SELECT avg(beds) FROM sites', { title: 'Mean beds' });
    const board = await makeBoard(person, boardOf([tile]));
    const ids = new Set<string | null>();
    for (let look = 0; look < 5; look++)
      ids.add((await dataOf(person, board.dashboard_id)).body.results[0]?.provenance_id ?? null);
    expect(ids.size).toBe(1);
    const [id = ''] = [...ids].filter((each) => each !== null);
    const history = await person.call<{ items: unknown[] }>('GET', '/query/history');
    expect(history.body.items).toEqual([]);
    const graph = await person.call<ProvenanceGraph>('GET', `/provenance/${id}`);
    expect(graph.body.nodes.find(({ kind }) => kind === 'query')).toMatchObject({
      label: 'Mean beds',
      parameters: { dashboard_id: board.dashboard_id, tile_id: tile.tile_id },
    });
    const stored = await server.platform.db.execute(
      `select count(*)::int as n from queries where dashboard_id = '${board.dashboard_id}'`,
    );
    expect(stored.rows).toEqual([{ n: 1 }]);
    const opened = await admin.call<{ items: unknown[] }>(
      'GET',
      `/audit/events?action=dashboard.opened&object_id=${board.dashboard_id}`,
    );
    expect(opened.body.items).toHaveLength(1);
  });
});
