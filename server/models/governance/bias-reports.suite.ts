import type { BiasReport, ModelFairness, ModelRecord } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../data/data-server.suite.ts';
import { type Governed, GovernedCalls, type Refusal } from './governance.suite.ts';
import { estimatesOf } from './report-estimates.ts';

export function biasReportTests(stage: () => Governed): void {
  const calls = new GovernedCalls(stage);

  describe('a bias report', () => {
    it('has every figure of its fairness report, says what was not tested, and compares before and after', async () => {
      const { scientist } = stage();
      const before = await calls.fairness({ threshold: 0.9 });
      const after = await calls.fairness({ threshold: 0.5 });
      const { status, body } = await scientist.call<ModelRecord>('POST', calls.at('bias-reports'), {
        before_report_id: before.report_id,
        mitigation: 'Another threshold.',
      });
      expect(status).toBe(201);
      const document = body.document as BiasReport;
      expect(document.report).toMatchObject({
        report_id: after.report_id,
        dataset_version_id: after.dataset_version_id,
        verdict: after.report.verdict,
        threshold: 0.5,
      });
      expect(document.by.map(({ criteria }) => criteria)).toEqual(
        after.report.by.map(({ criteria }) => criteria),
      );
      expect(document.by.map(({ columns, crossed }) => [columns, crossed])).toEqual([
        [['site'], false],
        [['sex'], false],
        [['site', 'sex'], true],
      ]);
      expect(document.by.flatMap(({ groups }) => groups.map(({ figures }) => figures))).toEqual(
        after.report.by.flatMap(({ groups }) => groups.map((group) => estimatesOf(group))),
      );
      const parity = (own: ModelFairness) =>
        own.report.by[0]?.criteria.find(({ name }) => name === 'demographic_parity');
      expect(document.mitigation?.changes[0]).toEqual({
        columns: ['site'],
        criterion: 'demographic_parity',
        before: { ...parity(before)?.difference, verdict: parity(before)?.verdict },
        after: { ...parity(after)?.difference, verdict: parity(after)?.verdict },
      });
      expect(document.missing.map(({ missing }) => missing)).toEqual(['conclusion', 'limits']);
      expect(document.untested.every(({ reason }) => reason !== undefined)).toBe(true);
      const text = await (
        await scientist.fetch('GET', `/ml/model-records/${body.record_id}/markdown`)
      ).text();
      expect(text).toContain('Before and after the mitigation');
    });

    it('is refused of other rows or groups, without a report, and to who is not shown the data', async () => {
      const { server, scientist, tested } = stage();
      const newest = await calls.fairness({ protected: ['site'] });
      const make = (person: Person, body: object) =>
        person.call<ModelRecord & Refusal>('POST', calls.at('bias-reports'), body);
      const { body: made } = await make(scientist, {});
      const other = await calls.fairness();
      const unlike = await make(scientist, { before_report_id: newest.report_id });
      expect([unlike.status, unlike.body.error.message]).toEqual([
        422,
        expect.stringContaining('same version of a dataset'),
      ]);
      expect((await make(scientist, { report_id: 'mrp_00000000-0000-7000-8000-000000000000' })).status).toBe(
        404,
      );
      const stranger = await server.stranger();
      expect((await make(stranger, { report_id: other.report_id })).status).toBe(404);
      expect((await stranger.call('GET', `/ml/model-records/${made.record_id}`)).status).toBe(404);
      await server.admin.call('PUT', `/data/datasets/${tested}/access`, {
        sensitivity: 'internal',
        rules: [
          {
            kind: 'mask',
            readers: { which: 'only', roles: ['technician'] },
            column: 'sex',
            mask: { kind: 'hide' },
          },
        ],
      });
      const technician = await server.colleague('technician');
      for (const what of ['', '/markdown', '/pdf'])
        expect((await technician.call('GET', `/ml/model-records/${made.record_id}${what}`)).status).toBe(403);
      const subject = await technician.call(
        'GET',
        `/signatures/subject?kind=model_record&id=${made.record_id}`,
      );
      expect(subject.status).toBe(404);
      expect((await scientist.call('GET', `/ml/model-records/${made.record_id}`)).status).toBe(200);
    });
  });
}
