import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { type InsightsJobInput, insightsKind } from './insights.input.ts';
import type { Insights } from './insights.service.ts';

/** Insights of a table too large to be waited for. */
export function insightsJob(insights: Insights): JobDefinition<InsightsJobInput> {
  return {
    kind: insightsKind,
    title: ({ name }) => `Looking for insights in ${name}`,
    timeoutSeconds: 1800,
    retries: 1,
    concurrency: 1,
    async run(input, ctx, job) {
      const { report, commit } = await insights.make(ctx, input, (fraction, phase) =>
        job.progress(fraction, phase),
      );
      return {
        result: { dataset_id: input.dataset_id, version_id: input.version_id, insight_id: report.insight_id },
        commit,
      };
    },
  };
}
