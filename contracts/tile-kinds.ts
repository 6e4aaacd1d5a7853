export const tileKinds = [
  'line',
  'bar',
  'area',
  'scatter',
  'pie',
  'donut',
  'histogram',
  'box',
  'heatmap',
  'table',
  'number',
  'gauge',
  'map',
  'network',
  'text',
] as const;
export type TileKind = (typeof tileKinds)[number];

export const tileGrains = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute'] as const;
export type TileGrain = (typeof tileGrains)[number];

export const tileAggregates = [
  'count',
  'count_distinct',
  'missing',
  'sum',
  'mean',
  'median',
  'min',
  'max',
  'stddev',
  'p05',
  'p10',
  'p25',
  'p75',
  'p90',
  'p95',
  'p99',
] as const;
export type TileAggregate = (typeof tileAggregates)[number];
