import type { Dataset, Finding, InsightReport } from '@stroma/contracts';
import { seededRandom } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { says, startModelServer } from '../../platform/llm/model-server.suite.ts';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';
import { Officer, visits } from '../erasures/erasures.suite.ts';
import { nabScores } from './nab.suite.ts';

const hasBenchmark = sharedData('wearable/nab/combined_windows.json') !== null;

interface Generated {
  report: InsightReport | null;
  job_id: string | null;
}

const days = 420;

/** A clinic's year: a trend, a week's pattern, a jump, a slip of the decimal point, a driver and noise. */
function clinicCsv(): string {
  const random = seededRandom(5);
  const lines = ['visit,seen_on,site,arm,age,glucose_mg_dl,glucose_mmol_l,pulse,temperature_c,noise,secret'];
  for (let day = 0; day < days; day++) {
    const date = new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);
    const week = [0, 1, 2, 3, 2, -4, -4][day % 7] as number;
    for (let each = 0; each < 4; each++) {
      const visit = day * 4 + each + 1;
      const age = 20 + random.whole(60);
      const arm = random.next() < 0.5 ? 'drug' : 'placebo';
      const glucose = 80 + 0.5 * age + (arm === 'drug' ? -6 : 0) + 3 * random.normal();
      const pulse = 60 + 0.02 * day + week + random.normal();
      const temperature = visit === 700 ? 371 : 36.6 + (day >= 250 ? 1 : 0) + 0.2 * random.normal();
      lines.push(
        [
          visit,
          date,
          `site ${random.whole(4)}`,
          arm,
          age,
          glucose.toFixed(2),
          (glucose / 18.016).toFixed(6),
          pulse.toFixed(2),
          temperature.toFixed(2),
          random.normal().toFixed(3),
          `S${visit}`,
        ].join(','),
      );
    }
  }
  return lines.join('\n');
}

function noiseCsv(): string {
  const random = seededRandom(11);
  const lines = ['at,a,b,group'];
  for (let hour = 0; hour < 2000; hour++)
    lines.push(
      [
        new Date(Date.UTC(2024, 0, 1, hour)).toISOString(),
        random.normal().toFixed(5),
        random.normal().toFixed(5),
        'xyz'[random.whole(3)],
      ].join(','),
    );
  return lines.join('\n');
}

const model = await startModelServer();
const writes = (text: string) => says(JSON.stringify({ text }));
let server: DataServer;
let clinic: Dataset;
let report: InsightReport;

const generate = async (who: Person, body: object): Promise<InsightReport> => {
  const { status, body: answer } = await who.call<Generated>('POST', '/insights/generate', body);
  expect(status, JSON.stringify(answer)).toBe(200);
  if (answer.report === null) throw new Error('expected a report');
  return answer.report;
};
const of = (kind: Finding['kind'], column?: string): Finding[] =>
  report.findings.filter(
    (each) => each.kind === kind && (column === undefined || each.columns[0] === column),
  );

beforeAll(async () => {
  model.reactWith(writes('The pulse went up, and one temperature cannot be right.'));
  server = await startDataServer({ STROMA_LLM_URL: model.url, STROMA_LLM_MODEL: 'test-model' });
  clinic = await server.admin.dataset('clinic.csv', clinicCsv());
  report = await generate(server.admin, { dataset_id: clinic.dataset_id, measure: 'glucose_mg_dl' });
});
afterAll(async () => {
  await server?.close();
  await model.close();
});

/** A number as it stands in a text, without its sign. */
const numerals = (text: string) => text.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? [];

describe('insights', () => {
  it('find what was put into the data', () => {
    const [slope] = of('trend', 'pulse');
    // 0.02 a day, over Sen's interval.
    expect(slope?.numbers.lower).toBeLessThan(0.02 * 30.436875);
    expect(slope?.numbers.upper).toBeGreaterThan(0.02 * 30.436875);
    expect(of('seasonality', 'pulse')[0]?.title).toContain('weekly');
    const [jump] = of('level_change', 'temperature_c');
    expect(jump?.period?.from).toBe('2023-09-08');
    expect(of('level_change')).toHaveLength(1);
    const [slip] = of('odd_values', 'temperature_c');
    expect(slip).toMatchObject({
      value: 371,
      severity: 'critical',
      rows: [{ row: 700, values: { visit: 700 } }],
    });
    expect(of('driver')[0]?.columns).toEqual(['age', 'glucose_mg_dl']);
    expect(of('segment').map(({ columns, title }) => [columns[0], title])).toEqual([
      ['arm', 'glucose_mg_dl is higher where arm is placebo'],
    ]);
    expect(of('redundant_columns')[0]?.columns).toEqual(['glucose_mg_dl', 'glucose_mmol_l']);
    expect(report.findings.flatMap(({ columns }) => columns)).not.toContain('noise');
  });

  it('say every number in their text beside it', () => {
    for (const { text, numbers, columns, period, title, expected } of report.findings) {
      const known = [...Object.values(numbers), expected?.lower, expected?.upper].map((value) =>
        Math.abs(value ?? 0),
      );
      // A recommendation names the finding it follows from.
      const own = report.findings.filter((each) => text.includes(each.title) && each.title !== title);
      let left = text;
      for (const quoted of [...own.map((each) => each.title), ...columns]) left = left.replaceAll(quoted, '');
      left = left
        .replaceAll(/\d{4}-\d\d-\d\d(T[\d:]+)?/g, '')
        .replaceAll('p < 1e-15', '')
        .replaceAll(/robust z|site \d/g, '');
      for (const numeral of numerals(left))
        expect(
          known.some((value) => Math.abs(value - Number(numeral)) <= Math.max(1e-9, Math.abs(value) * 6e-3)),
          `${numeral} of: ${text} ${JSON.stringify(numbers)} ${period?.from}`,
        ).toBe(true);
    }
  });

  it('name a query behind each that runs as it is', async () => {
    for (const { sql, title } of report.findings) {
      const { status, body } = await server.admin.sql(sql, [clinic.dataset_id]);
      expect(status, `${title}\n${sql}\n${JSON.stringify(body).slice(0, 300)}`).toBe(200);
      expect(body.rows.length, sql).toBeGreaterThan(0);
    }
  });

  it('recommend only what follows from a finding, with the action', () => {
    const ids = new Set(report.findings.map(({ finding_id }) => finding_id));
    const todo = of('recommendation');
    expect(todo.length).toBeGreaterThan(3);
    for (const { based_on, action } of todo) {
      expect(action).not.toBeNull();
      expect(based_on.length).toBeGreaterThan(0);
      for (const id of based_on) expect(ids).toContain(id);
    }
  });

  it('are the same bits when generated again, kept once, and lead to where they came from', async () => {
    const again = await generate(server.admin, { dataset_id: clinic.dataset_id, measure: 'glucose_mg_dl' });
    expect(again.findings).toEqual(report.findings);
    expect(again.result_sha256).toBe(report.result_sha256);
    expect(again.content_sha256).toBe(clinic.version.content_sha256);
    const { body: kept } = await server.admin.call<{ items: { insight_id: string }[] }>(
      'GET',
      `/insights?dataset_id=${clinic.dataset_id}`,
    );
    expect(kept.items.map(({ insight_id }) => insight_id)).toEqual([again.insight_id]);
    const { body: read } = await server.admin.call('GET', `/insights/${again.insight_id}`);
    expect(read).toEqual(again);
    const { body: graph } = await server.admin.call<{
      nodes: { id: string; kind: string; seed: number | null }[];
    }>('GET', `/provenance/${again.provenance_id}`);
    expect(graph.nodes.find(({ kind }) => kind === 'insights')).toBeDefined();
    expect(graph.nodes.some(({ id }) => id === clinic.version.version_id)).toBe(true);
  });

  it('run as a job when asked to, with the same result', async () => {
    const { body } = await server.admin.call<Generated>('POST', '/insights/generate', {
      dataset_id: clinic.dataset_id,
      measure: 'glucose_mg_dl',
      background: true,
    });
    const job = await server.admin.jobEnd(body.job_id ?? '');
    expect(job.status, JSON.stringify(job.error)).toBe('succeeded');
    const { body: made } = await server.admin.call<InsightReport>(
      'GET',
      `/insights/${String(job.result?.insight_id)}`,
    );
    expect(made.result_sha256).toBe(report.result_sha256);
  });

  it('find nothing in white noise, and say so', async () => {
    const noise = await server.admin.dataset('noise.csv', noiseCsv());
    const none = await generate(server.admin, { dataset_id: noise.dataset_id });
    expect(none.findings.filter(({ group }) => group !== 'quality').map(({ title }) => title)).toEqual([]);
    expect(none.not_found.join(' ')).toMatch(/No trend: .* beyond what chance explains/);
    expect(none.overview.text).toContain('nothing was found');
  });

  it('look at nothing but what the asker sees, and show a report to nobody who sees less', async () => {
    const analyst = await server.colleague('viewer');
    const mask = {
      kind: 'mask',
      readers: { which: 'all_but', roles: ['admin', 'lab_director'] },
      column: 'temperature_c',
      mask: { kind: 'hide' },
    };
    const set = await server.admin.call('PUT', `/data/datasets/${clinic.dataset_id}/access`, {
      sensitivity: clinic.sensitivity,
      rules: [mask],
    });
    expect(set.status, JSON.stringify(set.body)).toBe(200);
    const seen = await generate(analyst, { dataset_id: clinic.dataset_id, measure: 'glucose_mg_dl' });
    expect(seen.restricted).toBe(true);
    const told = seen.findings.filter(({ columns }) => columns.includes('temperature_c'));
    // That it has no values is all that is left of it.
    expect(told.filter(({ kind }) => kind !== 'quality' && kind !== 'recommendation')).toEqual([]);
    expect(JSON.stringify(seen)).not.toMatch(/\D371(\.0)?\b/);
    const { body: kept } = await server.admin.call<{ items: { insight_id: string }[] }>(
      'GET',
      `/insights?dataset_id=${clinic.dataset_id}`,
    );
    const whole = kept.items[0]?.insight_id ?? '';
    expect((await analyst.call('GET', `/insights/${whole}`)).status).toBe(404);
    expect((await server.admin.call('GET', `/insights/${seen.insight_id}`)).status).toBe(404);
    const stranger = await server.stranger();
    expect((await stranger.call('GET', `/insights/${whole}`)).status).toBe(404);
    expect(
      (await stranger.call('POST', '/insights/generate', { dataset_id: clinic.dataset_id })).status,
    ).toBe(404);
  });

  it('show a language model’s words only with the numbers of the findings', async () => {
    expect(report.overview).toMatchObject({ written_by: 'language_model', note: null });
    const body = { dataset_id: clinic.dataset_id, measure: 'pulse' };
    model.reactWith(writes('The pulse rises by 0.62 a month.'));
    const sound = await generate(server.admin, body);
    expect(sound.overview.text).toBe('The pulse rises by 0.62 a month.');
    model.reactWith(writes('The pulse rises by 1.9 a month.'));
    const invented = await generate(server.admin, body);
    expect(invented.overview).toMatchObject({ written_by: 'template', note: expect.stringContaining('1.9') });
    expect(invented.overview.text).not.toContain('1.9 ');
    expect(invented.result_sha256).toBe(sound.result_sha256);
  });

  it('go when a person is erased whose rows they were made from', async () => {
    const dataset = await server.admin.dataset('visits.csv', visits());
    const { insight_id: id } = await generate(server.admin, { dataset_id: dataset.dataset_id });
    const officer = new Officer(server.admin);
    const request = await officer.request();
    await officer.search(request);
    expect((await officer.plan(request)).derived).toContainEqual({
      kind: 'insights',
      id,
      label: 'findings',
      treatment: 'remove',
      ground: null,
    });
    await officer.erased(request);
    expect((await server.admin.call('GET', `/insights/${id}`)).status).toBe(404);
  });

  it('refuse a measure that is none', async () => {
    const refused = await server.admin.call<{ error: { code: string; message: string } }>(
      'POST',
      '/insights/generate',
      { dataset_id: clinic.dataset_id, measure: 'secret' },
    );
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain('glucose_mg_dl');
  });

  it.skipIf(!hasBenchmark)(
    'meet the windows of the Numenta benchmark with fewer false calls than a plain z-score',
    async () => {
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
    },
  );
});
