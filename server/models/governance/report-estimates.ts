import type { FairnessReport } from '@stroma/contracts';

export interface Estimate {
  value: number;
  low: number;
  high: number;
}
type Measured = FairnessReport['overall'] | FairnessReport['by'][number]['groups'][number];

const isEstimate = (value: unknown): value is Estimate =>
  typeof value === 'object' && value !== null && 'value' in value && 'low' in value && 'high' in value;

/** Every figure of a group that has an interval, under its name in the report, in the order of the report. */
export function estimatesOf(measured: Measured): { name: string; estimate: Estimate }[] {
  const own = Object.entries(measured).flatMap(([name, value]) =>
    isEstimate(value) ? [{ name, estimate: { ...value } }] : [],
  );
  const residual = 'calibration' in measured ? measured.calibration.mean_residual : null;
  return residual === null ? own : [...own, { name: 'mean_residual', estimate: { ...residual } }];
}

/** Figures the report has no value of, for the group has no row that could tell. */
export const missingFigures = (measured: Measured): string[] => [
  ...Object.entries(measured).flatMap(([name, value]) => (value === null ? [name] : [])),
  ...('calibration' in measured && measured.calibration.mean_residual === null ? ['mean_residual'] : []),
];

/** `sex = female, age = missing`. */
export const groupText = (group: Readonly<Record<string, string | null>>): string =>
  Object.entries(group)
    .map(([column, value]) => `${column} = ${value ?? '∅'}`)
    .join(', ');
