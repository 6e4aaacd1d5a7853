/**
 * Opening a dashboard of 12 tiles over a dataset of 1M rows, over HTTP: cold (each time with a filter nobody has asked
 * for, so that no cache answers), and again at once (warm). Against the same 12 statements run one by one by the same
 * person, each with the same filter.
 *   node bench/dashboard-open.ts
 */
import { join } from 'node:path';
import type { BoardState, Tile, TileResult } from '@stroma/contracts';
import { writeClinicCsv } from './clinic-csv.ts';
import { median, print, printNoise, quantile, round, timed } from './measure.ts';
import { addDataset, startServer } from './stroma-server.ts';

const bench = 'dashboard-open';
const rounds = 9;
const targetMs = 1000;

type Query = Partial<Extract<Tile['query'], { kind: 'built' }>>;
type Measures = NonNullable<Query['measures']>;

const count: Measures = [{ aggregate: 'count' }];
const of = (
  aggregate: 'mean' | 'median' | 'p90' | 'count_distinct' | 'stddev',
  column: string,
): Measures[number] => ({
  aggregate,
  column,
});

/** What a clinic looks at: each of the twelve reads other columns or puts them together otherwise. */
const asked: [Tile['kind'], Query][] = [
  ['number', { measures: count }],
  ['number', { measures: [of('count_distinct', 'patient_id')] }],
  ['gauge', { measures: [of('mean', 'glucose_mg_dl')] }],
  ['line', { dimensions: [{ column: 'recorded_at', grain: 'day' }], measures: count }],
  [
    'area',
    {
      dimensions: [{ column: 'visit_date', grain: 'month' }],
      measures: [of('mean', 'bmi')],
      split: { column: 'sex' },
    },
  ],
  [
    'bar',
    { dimensions: [{ column: 'site' }], measures: [of('mean', 'glucose_mg_dl'), of('p90', 'glucose_mg_dl')] },
  ],
  ['donut', { dimensions: [{ column: 'smoker' }], measures: count }],
  ['histogram', { dimensions: [{ column: 'age', bins: 30 }], measures: count }],
  [
    'heatmap',
    { dimensions: [{ column: 'site' }, { column: 'sex' }], measures: [of('median', 'heart_rate')] },
  ],
  ['scatter', { dimensions: [{ column: 'bmi' }, { column: 'glucose_mg_dl' }], limit: 2000, sample: true }],
  ['box', { dimensions: [{ column: 'smoker' }], measures: [of('median', 'bmi'), of('stddev', 'bmi')] }],
  ['table', { dimensions: [{ column: 'patient_id' }], measures: count, limit: 100 }],
];

const server = await startServer();
try {
  const csv = join(server.folder, 'visits.csv');
  await writeClinicCsv(csv, 1_000_000, server.folder);
  const { datasetId } = await addDataset(server, csv);
  const tiles = asked.map(([kind, query], at) => ({
    tile_id: `til_00000000-0000-7000-8000-${String(at).padStart(12, '0')}`,
    kind,
    place: { x: (at % 4) * 3, y: Math.floor(at / 4) * 6, w: 3, h: 6 },
    query: { kind: 'built' as const, dataset_id: datasetId, ...query },
  }));
  const { client } = server;
  const { dashboard_id } = await client.dashboards.create({ body: { name: 'Clinic', tiles } });
  const filtered = (least: number): Partial<BoardState> => ({
    filters: [{ column: 'visit_id', op: 'gte', values: [least], dataset_id: null }],
  });
  const open = async (least: number): Promise<TileResult[]> => {
    const { results } = await client.dashboards.data({
      params: { id: dashboard_id },
      body: { state: filtered(least) },
    });
    const failed = results.find(({ error }) => error !== null);
    if (failed !== undefined) throw new Error(failed.error?.message);
    return results;
  };

  const first = await timed(() => open(0));
  const cold: number[] = [];
  const warm: number[] = [];
  const oneByOne: number[] = [];
  for (let turn = 1; turn <= rounds; turn++) {
    let results: TileResult[] = [];
    cold.push(
      await timed(async () => {
        results = await open(turn);
      }),
    );
    if (results.some(({ cached }) => cached)) throw new Error('Expected no cached answer in a cold opening.');
    warm.push(await timed(() => open(turn)));
    oneByOne.push(
      await timed(async () => {
        for (const { sql } of results)
          await client.queries.sql({
            // One blank more: another statement, which no cache knows.
            body: { sql: `${sql} `, dataset_ids: [datasetId] },
          });
      }),
    );
  }
  const figure = (name: string, ours: number, peer: number | null) =>
    print({
      bench,
      figure: name,
      unit: 'ms',
      ours: round(ours, 1),
      peer: peer === null ? null : round(peer, 1),
      peer_name: peer === null ? null : 'the 12 statements one by one over HTTP',
      ratio: peer === null ? null : round(ours / peer),
      target: `<= ${targetMs} ms`,
      ok: ours <= targetMs,
    });
  figure('first opening after the start', first, null);
  figure('cold, median', median(cold), median(oneByOne));
  figure('cold, p95', quantile(cold, 0.95), quantile(oneByOne, 0.95));
  figure('warm, median', median(warm), median(oneByOne));
  figure('warm, p95', quantile(warm, 0.95), quantile(oneByOne, 0.95));
  printNoise(bench, { cold, warm, oneByOne });
} finally {
  await server.stop();
}
