import type { MetricUse } from '@stroma/contracts';
import type { MetricRow } from './metrics.store.ts';

/** A metric as it is told of wherever it is shown. */
export const metricUse = (metric: MetricRow, column: string): MetricUse => ({
  metric_id: metric.id,
  name: metric.name,
  description: metric.description,
  expression: metric.expression,
  unit: metric.unit,
  approval: metric.approval,
  revision: metric.revision,
  column,
});

/** What an answer says beside its number. */
export const metricWords = ({ name, description, expression, approvedAt }: MetricRow): string =>
  [
    `“${name}” is a governed metric${approvedAt === null ? '' : `, approved on ${approvedAt.toISOString().slice(0, 10)}`}:`,
    description === '' ? '' : `${description.replace(/[.!?]?$/, '.')}`,
    `It is ${expression.replaceAll(/\s+/g, ' ')}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
