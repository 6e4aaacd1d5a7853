import type { Answer, Dataset, Finding, InsightReport } from '@stroma/contracts';
import { seededRandom } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

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
  server = await startDataServer();
  clinic = await server.admin.dataset('clinic.csv', clinicCsv());
  report = await generate(server.admin, { dataset_id: clinic.dataset_id, measure: 'glucose_mg_dl' });
});
afterAll(() => server?.close());

describe('insights', () => {
  it('find what was put into the data', () => {
    console.log(
      report.findings
        .map(
          ({ kind, title, text, p_adjusted, severity }) =>
            `${kind} [${severity}] ${title} :: ${text} (${p_adjusted})`,
        )
        .join('\n'),
      report.not_found,
      report.execution_ms,
      report.tests,
      report.parameters,
    );
    const [slope] = of('trend', 'pulse');
    expect(slope?.text).toContain('rises');
  });
});
