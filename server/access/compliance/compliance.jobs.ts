import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { type Compliance, type ReportOrder, reportKind } from './compliance.service.ts';

export function reportJob(compliance: Compliance): JobDefinition<ReportOrder> {
  return {
    kind: reportKind,
    title: ({ standard }) => `Measuring against ${standard}`,
    timeoutSeconds: 3_600,
    retries: 1,
    concurrency: 1,
    async run(order, ctx, job) {
      const { report, keep } = await compliance.make(ctx, order, (fraction, phase) =>
        job.progress(fraction, phase),
      );
      return { result: { report_id: report.report_id, ...report.counts }, commit: keep };
    },
  };
}
