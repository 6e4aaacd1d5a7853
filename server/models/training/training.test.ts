import type { Dataset, ModelVersion, Training } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../../data/data-server.suite.ts';

let server: DataServer;
let scientist: Person;
let flowers: Dataset;

/** Two kinds that length tells apart, and a column that tells nothing. */
const table = (rows: number): string =>
  [
    'kind,length,width,site',
    ...Array.from({ length: rows }, (_, row) => {
      const isRare = row % 2 === 0;
      return `${isRare ? 'rare' : 'common'},${((isRare ? 5 : 7) + ((row * 7) % 11) / 9).toFixed(2)},${(3 + ((row * 5) % 7) / 10).toFixed(2)},${['north', 'south', 'west'][row % 3]}`;
    }),
  ].join('\n');

beforeAll(async () => {
  server = await startDataServer();
  scientist = await server.colleague('scientist');
  flowers = await scientist.dataset('flowers.csv', table(120));
});
afterAll(() => server.close());

describe('training on a dataset', () => {
  it('ends with a registered version that says what it learned and how good it is', async () => {
    const started = await scientist.call<{ job_id: string }>('POST', '/ml/automl/train', {
      dataset_id: flowers.dataset_id,
      target: 'kind',
      time_limit_s: 2,
      preset: 'fast',
      name: 'Flowers',
    });
    expect(started.status).toBe(202);
    await scientist.jobEnd(started.body.job_id);
    const { body: training } = await scientist.call<Training>('GET', `/ml/trainings/${started.body.job_id}`);
    expect(training).toMatchObject({ status: 'succeeded', result: { number: 1 } });
    const { body: version } = await scientist.call<ModelVersion>(
      'GET',
      `/ml/models/${training.result?.model_id}/versions/1`,
    );
    expect(version.metrics.roc_auc).toBeGreaterThan(0.95);
  });
});
