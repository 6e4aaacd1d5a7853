import type { MeasureFunction, Phrases } from './operators.ts';

const aggregates: [MeasureFunction, string][] = [
  [
    'avg',
    'average|averages|averaged|mean|means|avg|typical|on average|on avg|arithmetic mean|expected value|mean value|average value|in average|typically',
  ],
  [
    'sum',
    'sum|sums|total|totals|sum total|cumulative|altogether|summed|total amount of|total sum|grand total|sum up|add up|in total|total value',
  ],
  ['median', 'median|medians|middle value|median value|50th percentile'],
  ['min', 'minimum|min|minima|smallest value|lowest value|minimum value|minimal'],
  [
    'max',
    'maximum|max|maxima|largest value|highest value|maximum value|greatest value|peak|maximal|biggest value',
  ],
  [
    'sd',
    'standard deviation|standard deviations|sd|std|stddev|stdev|std dev|st dev|std deviation|variability|variation|spread|dispersion|how variable|how spread out',
  ],
  ['variance', 'variance|variances'],
  ['range', 'range|value range|range of values|full range'],
  ['iqr', 'iqr|interquartile range|inter quartile range|inter - quartile range'],
  [
    'quartiles',
    'quartiles|five number summary|five - number summary|summary statistics|summary|summarize|summarise|descriptive statistics|summary stats|describe',
  ],
  ['mode', 'mode|modal|modal value'],
];

/** What is measured of rows: averages, counts, shares. */
export const measurePhrases: Phrases = [
  ...aggregates.map(([fn, phrases]) => [phrases, { op: 'aggregate', fn }] as const),
  [
    'first quartile|lower quartile|25th percentile|1st quartile',
    {
      op: 'aggregate',
      fn: 'quantile',
      p: 0.25,
    },
  ],
  [
    'third quartile|upper quartile|75th percentile|3rd quartile',
    {
      op: 'aggregate',
      fn: 'quantile',
      p: 0.75,
    },
  ],
  ['percentile|percentiles|quantile', { op: 'percentile' }],
  ['how many', { op: 'count', head: true }],
  [
    'number of|numbers of|count of|counts of|count|counts|count the|count up|count the number of|number|the number|total number of|total count of|total number|total count|headcount|tally|how numerous|amount of records',
    {
      op: 'count',
      head: true,
    },
  ],
  ['frequency|frequencies|frequency of|frequencies of|# of|no . of', { op: 'count', head: true }],
  [
    'sample size|sample sizes|row count|number of rows|number of records|number of observations|record count|number of entries|number of samples|n',
    {
      op: 'count',
      head: false,
    },
  ],
  ['how much', { op: 'how_much' }],
  ['how often|how frequently|how common is|how common are', { op: 'how_often' }],
  ['different|distinct|unique|individual distinct|distinct list of|unique list of', { op: 'distinct' }],
  [
    'percentage|percent|percentage of|percent of|% of|%|pct|percentages|in percent|as a percentage',
    {
      op: 'share',
      percent: true,
    },
  ],
  [
    'share|proportion|fraction|share of|proportion of|fraction of|proportions|shares|probability|prevalence|proportion of',
    { op: 'share', percent: false },
  ],
  ['rate|rates|incidence', { op: 'rate' }],
];
