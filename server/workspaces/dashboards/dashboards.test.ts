import type {
  Answer,
  BoardComment,
  Dashboard,
  DashboardSummary,
  DashboardVersion,
  Dataset,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';
import { newId } from '../../platform/ids.ts';
import { boardOf, built, dataOf, makeBoard, sqlTile, tileOf } from './dashboards.suite.ts';

let server: DataServer;
let admin: Person;
let scientist: Person;
let viewer: Person;
let plants: Dataset;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  scientist = await server.colleague('scientist');
  viewer = await server.colleague('viewer');
  plants = await admin.dataset('plants.csv', 'species,height\noak,20\noak,30\nfern,1\n');
});
afterAll(() => server.close());

const counting = () =>
  tileOf(built(plants.dataset_id, { measures: [{ aggregate: 'count' }] }), { title: 'Plants' });
const path = (board: Pick<Dashboard, 'dashboard_id'>, rest = '') =>
  `/dashboards/${board.dashboard_id}${rest}`;
const idOf = async (person: Person) =>
  (await person.call<{ user: { user_id: string } }>('GET', '/auth/session')).body.user.user_id;

describe('a dashboard', () => {
  it('is changed by revisions: who is late is told, and every version can come back', async () => {
    const tile = counting();
    const board = await makeBoard(scientist, boardOf([tile], { name: 'Garden' }));
    expect(board).toMatchObject({
      revision: 1,
      may_change: true,
      why_not: null,
      sample: false,
      projects: [],
    });
    const bigger = boardOf([{ ...tile, title: 'All plants' }, counting()], { name: 'Park', refresh_s: 30 });
    const put = (revision: number) => scientist.call<Dashboard>('PUT', path(board), { ...bigger, revision });
    expect((await put(1)).body).toMatchObject({ revision: 2, name: 'Park', refresh_s: 30 });
    expect((await put(1)).status).toBe(409);
    const versions = await scientist.call<{ items: DashboardVersion[] }>('GET', path(board, '/versions'));
    expect(versions.body.items.map(({ revision, note }) => [revision, note])).toEqual([
      [2, 'Added “Plants”; Changed “All plants”; Renamed; Changed the settings'],
      [1, 'Made'],
    ]);
    const first = await scientist.call('GET', path(board, '/versions/1'));
    expect(first.body).toMatchObject({ name: 'Garden', tile_count: 1, document: { name: 'Garden' } });
    const back = await scientist.call<Dashboard>('POST', path(board, '/versions/1/restore'));
    expect(back.body).toMatchObject({ revision: 3, name: 'Garden', tiles: [{ title: 'Plants' }] });
    expect((await scientist.call('GET', path(board, '/versions/9'))).status).toBe(404);
  });

  it('that is deleted is gone from sight until it is restored', async () => {
    const board = await makeBoard(scientist, boardOf([counting()], { name: 'Passing' }));
    expect((await scientist.call('DELETE', path(board))).status).toBe(204);
    expect((await scientist.call('GET', path(board))).status).toBe(404);
    expect((await dataOf(scientist, board.dashboard_id)).status).toBe(404);
    const names = async (query: string) =>
      (await scientist.call<{ items: DashboardSummary[] }>('GET', `/dashboards?${query}`)).body.items.map(
        ({ name }) => name,
      );
    expect(await names('search=passing')).toEqual([]);
    expect(await names('search=passing&deleted=true')).toEqual(['Passing']);
    expect((await scientist.call('POST', path(board, '/restore'))).status).toBe(200);
    expect(await names('search=passing')).toEqual(['Passing']);
  });

  it.each([
    [
      'a tile twice',
      () => {
        const tile = counting();
        return boardOf([tile, tile]);
      },
    ],
    ['a tile past the edge', () => boardOf([{ ...counting(), place: { x: 8, y: 0, w: 6, h: 2 } }])],
    ['a chart without a query', () => boardOf([tileOf(null, { kind: 'bar' })])],
    ['a dataset nobody has', () => boardOf([sqlTile([newId('dataset')], 'SELECT 1')])],
    [
      'a metric nobody has',
      () => boardOf([tileOf(built(plants.dataset_id, { measures: [{ metric_id: newId('metric') }] }))]),
    ],
    [
      'two variables of one name',
      () => {
        const variable = { name: 'a', label: '', type: 'text' as const, value: '', choices: [] };
        return boardOf([], { variables: [variable, variable] });
      },
    ],
  ])('with %s is not taken', async (_what, board) => {
    expect((await scientist.call('POST', '/dashboards', board())).status).toBe(400);
  });

  it('is paged in either order', async () => {
    const everything: string[] = [];
    let cursor = '';
    do {
      const { body } = await admin.call<{ items: DashboardSummary[]; next_cursor: string | null }>(
        'GET',
        `/dashboards?limit=1&sort=name${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      everything.push(...body.items.map(({ name }) => name));
      cursor = body.next_cursor ?? '';
    } while (cursor !== '');
    expect(everything.length).toBeGreaterThan(1);
    expect(everything).toEqual(everything.toSorted());
  });
});

describe('who may do what with it', () => {
  it('viewers open it and change nothing, strangers do not know of it', async () => {
    const board = await makeBoard(scientist, boardOf([counting()]));
    expect((await viewer.call<Dashboard>('GET', path(board))).body).toMatchObject({
      may_change: false,
      why_not: expect.any(String),
    });
    expect((await dataOf(viewer, board.dashboard_id)).body.results[0]?.rows).toEqual([[3]]);
    const { revision } = board;
    for (const [method, rest, body] of [
      ['PUT', '', { ...boardOf([]), revision }],
      ['DELETE', '', undefined],
      ['POST', '/versions/1/restore', undefined],
    ] as const)
      expect((await viewer.call(method, path(board, rest), body)).status).toBe(403);
    const stranger = await server.stranger();
    for (const rest of ['', '/versions', '/comments'])
      expect((await stranger.call('GET', path(board, rest))).status).toBe(404);
    expect((await stranger.call<{ items: unknown[] }>('GET', '/dashboards')).body.items).toEqual([]);
  });

  it('a technician changes their own alone', async () => {
    const technician = await server.colleague('technician');
    const own = await makeBoard(technician, boardOf([counting()]));
    expect((await technician.call('PUT', path(own), { ...boardOf([]), revision: 1 })).status).toBe(200);
    const others = await makeBoard(scientist, boardOf([counting()]));
    expect((await technician.call('PUT', path(others), { ...boardOf([]), revision: 1 })).status).toBe(403);
  });

  it('a guest sees what is shared with them, and of its data what is shared too', async () => {
    const guest = await server.colleague('guest');
    const board = await makeBoard(admin, boardOf([counting()], { name: 'For guests' }));
    expect((await guest.call('GET', path(board))).status).toBe(404);
    const user_id = await idOf(guest);
    const give = (id: string, permission: string) =>
      admin.call('POST', `/access/resources/${id}/grants`, { user_id, permissions: [permission] });
    expect((await give(board.dashboard_id, 'dashboards:read')).status).toBe(201);
    expect(
      (await guest.call<{ items: DashboardSummary[] }>('GET', '/dashboards')).body.items.map(
        ({ name }) => name,
      ),
    ).toEqual(['For guests']);
    expect((await dataOf(guest, board.dashboard_id)).body.results[0]?.error?.code).toBe('NOT_FOUND');
    await give(plants.dataset_id, 'datasets:read');
    expect((await dataOf(guest, board.dashboard_id)).body.results[0]?.rows).toEqual([[3]]);
  });

  it('in a project it is for the members of that project', async () => {
    const board = await makeBoard(admin, boardOf([counting()]));
    const project = await admin.call<{ project_id: string }>('POST', '/access/projects', {
      name: 'Trees',
      members: [{ user_id: await idOf(viewer), role: 'reader' }],
    });
    await admin.call('PUT', `/access/resources/${board.dashboard_id}`, {
      projects: [project.body.project_id],
    });
    expect((await viewer.call<Dashboard>('GET', path(board))).body.projects).toEqual([
      { project_id: project.body.project_id, name: 'Trees' },
    ]);
    expect((await scientist.call('GET', path(board))).status).toBe(404);
    const listed = await scientist.call<{ items: DashboardSummary[] }>('GET', '/dashboards');
    expect(listed.body.items.map(({ dashboard_id }) => dashboard_id)).not.toContain(board.dashboard_id);
  });
});

describe('a question', () => {
  it('becomes a tile in one call: of a new board, and beside what stands on one', async () => {
    const asked = (
      await scientist.sql('SELECT species, count(*) AS n FROM plants GROUP BY 1', [plants.dataset_id])
    ).body as Answer;
    const add = (body: object) =>
      scientist.call<{ dashboard: Dashboard; tile_id: string }>('POST', '/dashboards/from-question', {
        query_id: asked.query_id,
        ...body,
      });
    const made = await add({ name: 'From a question', title: 'Species', kind: 'bar' });
    expect(made.status).toBe(201);
    const { dashboard } = made.body;
    expect(dashboard.tiles).toMatchObject([
      { title: 'Species', kind: 'bar', query: { kind: 'sql', sql: asked.sql, query_id: asked.query_id } },
    ]);
    const second = await add({ dashboard_id: dashboard.dashboard_id });
    expect(second.body.dashboard).toMatchObject({ revision: 2, tiles: [{}, { place: { x: 6, y: 0 } }] });
    const { results } = (await dataOf(scientist, dashboard.dashboard_id)).body;
    expect(results.map(({ rows }) => rows.length)).toEqual([2, 2]);
    // What somebody else asked is theirs.
    const foreign = await admin.call('POST', '/dashboards/from-question', { query_id: asked.query_id });
    expect(foreign.status).toBe(404);
  });
});

describe('comments', () => {
  it('stand on tiles in threads, are their author’s to change, and are settled by anybody', async () => {
    const tile = counting();
    const board = await makeBoard(scientist, boardOf([tile]));
    const say = (person: Person, body: object) =>
      person.call<BoardComment>('POST', path(board, '/comments'), body);
    const user_id = await idOf(scientist);
    const first = await say(viewer, { tile_id: tile.tile_id, text: 'Is this right?', mentions: [user_id] });
    expect(first.body).toMatchObject({ tile_title: 'Plants', mentions: [{ user_id }], thread_id: null });
    const thread_id = first.body.comment_id;
    expect((await say(scientist, { thread_id, text: 'It is.' })).body).toMatchObject({
      tile_id: tile.tile_id,
      thread_id,
    });
    const one = path(board, `/comments/${thread_id}`);
    expect((await scientist.call('PATCH', one, { text: 'No.' })).status).toBe(403);
    expect((await viewer.call<BoardComment>('PATCH', one, { text: 'Is it?' })).body).toMatchObject({
      text: 'Is it?',
      edited_at: expect.any(String),
    });
    const listed = async (state: string) =>
      (
        await viewer.call<{ items: BoardComment[] }>('GET', path(board, `/comments?state=${state}`))
      ).body.items.map(({ text }) => text);
    expect(await listed('open')).toEqual(['Is it?', 'It is.']);
    expect(
      (await scientist.call<BoardComment>('PATCH', one, { resolved: true })).body.resolved_by,
    ).toMatchObject({ user_id });
    expect(await listed('open')).toEqual([]);
    expect(await listed('resolved')).toEqual(['Is it?', 'It is.']);
    expect((await scientist.call('DELETE', one)).status).toBe(403);
    expect((await viewer.call('DELETE', one)).status).toBe(204);
    expect(await listed('all')).toEqual([]);
  });

  it('mention only who may see the board, and what they say lies sealed in the store', async () => {
    const guest = await server.colleague('guest');
    const board = await makeBoard(scientist, boardOf([]));
    const say = (body: object) => scientist.call('POST', path(board, '/comments'), body);
    expect((await say({ text: 'Look', mentions: [await idOf(guest)] })).status).toBe(400);
    expect((await say({ text: 'x', tile_id: newId('tile') })).status).toBe(404);
    await say({ text: 'patient zqx is worse' });
    const { rows } = await server.platform.db.execute(
      `select text, encode(sealed, 'escape') as sealed from dashboard_comments where dashboard_id = '${board.dashboard_id}'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).toBeNull();
    expect(String(rows[0]?.sealed)).not.toContain('zqx');
  });
});

describe('a deleted dashboard', () => {
  it('is disposed of for good after its time, with its versions and comments, but none that shows held data', async () => {
    const [gone, kept] = await Promise.all([
      makeBoard(admin, boardOf([])),
      makeBoard(admin, boardOf([sqlTile([plants.dataset_id], 'SELECT 1')])),
    ]);
    await admin.call('POST', path(gone, '/comments'), { text: 'Farewell' });
    for (const board of [gone, kept]) await admin.call('DELETE', path(board));
    const { db } = server.platform;
    await db.execute(
      `update dashboards set deleted_at = deleted_at - interval '31 days' where id in ('${gone.dashboard_id}', '${kept.dashboard_id}')`,
    );
    await admin.call('POST', '/retention/holds', {
      scope: 'dataset',
      subject_id: plants.dataset_id,
      reason: 'A proceeding.',
    });
    const run = await admin.call<{ job_id: string }>('POST', '/retention/runs');
    expect((await admin.jobEnd(run.body.job_id)).status).toBe('succeeded');
    const left = await db.execute(
      `select (select count(*)::int from dashboards where id = '${gone.dashboard_id}') as gone,
        (select count(*)::int from dashboards where id = '${kept.dashboard_id}') as kept,
        (select count(*)::int from dashboard_versions where dashboard_id = '${gone.dashboard_id}') as versions,
        (select count(*)::int from dashboard_comments where dashboard_id = '${gone.dashboard_id}') as comments`,
    );
    expect(left.rows).toEqual([{ gone: 0, kept: 1, versions: 0, comments: 0 }]);
  });
});
