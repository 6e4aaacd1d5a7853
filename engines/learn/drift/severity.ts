/**
 * `none`: no more than chance brings; `slight`: surely there, and small; `moderate` and `severe` by `driftThresholds`.
 */
export const driftSeverities = ['none', 'slight', 'moderate', 'severe'] as const;
export type DriftSeverity = (typeof driftSeverities)[number];

export interface DriftThresholds {
  /** Of all that is called drift, at most this share is expected to be none. */
  false_discovery: number;
  /** Of the stability index less what chance brings. Siddiqi 2006, Credit Risk Scorecards. */
  moderate_psi: number;
  severe_psi: number;
  /** Of the growth of the mean loss, as a share of what it was. */
  moderate_loss: number;
  severe_loss: number;
}

export const driftThresholds: DriftThresholds = {
  false_discovery: 0.05,
  moderate_psi: 0.1,
  severe_psi: 0.25,
  moderate_loss: 0.1,
  severe_loss: 0.25,
};

export const worstSeverity = (all: readonly DriftSeverity[]): DriftSeverity =>
  driftSeverities[Math.max(0, ...all.map((own) => driftSeverities.indexOf(own)))] ?? 'none';

/** `size` beyond each threshold, where it is sure at all. */
export function severityOf(isSure: boolean, size: number, moderate: number, severe: number): DriftSeverity {
  if (!isSure) return 'none';
  if (size >= severe) return 'severe';
  return size >= moderate ? 'moderate' : 'slight';
}
