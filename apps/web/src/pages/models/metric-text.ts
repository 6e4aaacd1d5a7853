import type { MetricNumber } from '@stroma/contracts';
import { formatNumber } from '../../lib/format.ts';

/** A metric as it is read; what is no number is written as it came. */
export const metricText = (value: MetricNumber): string =>
  typeof value === 'number' ? formatNumber(value) : value;
