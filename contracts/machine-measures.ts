/** What of a machine runs out. */
export const machineMeasures = ['cpu', 'memory', 'disk'] as const;
export type MachineMeasure = (typeof machineMeasures)[number];

export const alertStatuses = ['active', 'resolved'] as const;
export type AlertStatus = (typeof alertStatuses)[number];
