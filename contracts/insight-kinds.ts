/** Of what a finding is a part, in the order in which they are read. */
export const insightGroups = ['changed', 'odd', 'drives', 'quality', 'todo'] as const;
export type InsightGroup = (typeof insightGroups)[number];

export const insightKinds = [
  'trend',
  'seasonality',
  'level_change',
  'variance_change',
  'odd_values',
  'odd_period',
  'odd_rows',
  'driver',
  'segment',
  'association',
  'redundant_columns',
  'quality',
  'recommendation',
] as const;
export type InsightKind = (typeof insightKinds)[number];
