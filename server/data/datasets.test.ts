import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../scripts/shared-data.ts';
import { type DataServer, type Person, startDataServer } from './data-server.suite.ts';

let server: DataServer;
let admin: Person;
beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
});
afterAll(() => server.close());

const sleepstudy = sharedData('stats/lme4_sleepstudy.csv');

describe('a file that is sent', () => {
  it('becomes a dataset with a profile', async () => {
    const dataset = await admin.dataset('people.csv', 'name,age\nAda,36\nGrace,85\n');
    expect(dataset).toMatchObject({ name: 'people', table_name: 'people', rows: 2, column_count: 2 });
    const { body } = await admin.ask('average age', [dataset.dataset_id]);
    expect(body.rows).toEqual([[60.5]]);
  });

  it.skipIf(sleepstudy === null)('answers the average reaction by days', async () => {
    const dataset = await admin.datasetFrom(sleepstudy as string);
    const { body } = await admin.ask('average reaction by days', [dataset.dataset_id]);
    expect(body.rows).toHaveLength(10);
    expect(body.rows[0]?.[1]).toBeCloseTo(256.6518, 4);
  });
});
