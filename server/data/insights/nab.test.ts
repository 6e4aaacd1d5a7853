import type { Finding, InsightReport } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { type DataServer, startDataServer } from '../data-server.suite.ts';
import { nabScores } from './nab.suite.ts';

const isThere = sharedData('wearable/nab/combined_windows.json') !== null;

describe('the windows of the Numenta benchmark', () => {
  let server: DataServer;
  beforeAll(async () => {
    server = await startDataServer();
  });
  afterAll(() => server?.close());

  it.skipIf(!isThere)('are met with fewer false calls than by a plain z-score', async () => {
    const scores = await nabScores(async (path): Promise<Finding[]> => {
      const { dataset_id } = await server.admin.datasetFrom(path);
      const { body } = await server.admin.call<{ report: InsightReport }>('POST', '/insights/generate', {
        dataset_id,
      });
      return body.report.findings;
    });
    const of = (name: string) => scores?.series.find((each) => each.name === name);
    // A flat middle of a day is no extreme value: only what knows the day's pattern sees it.
    expect(of('art_daily_flatmiddle.csv')).toMatchObject({ ours: { found: 1 }, plain: { found: 0 } });
    expect(of('art_daily_small_noise.csv')?.ours.calls).toBe(0);
    expect(scores?.ours.precision ?? 0).toBeGreaterThanOrEqual(scores?.plain.precision ?? 1);
  });
});
