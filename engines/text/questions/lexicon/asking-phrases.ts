import type { Phrases } from './operators.ts';

/** What joins or denies conditions, what is looked for, and how a question begins. */
export const askingPhrases: Phrases = [
  [
    'not|non|never|neither|nor|cannot|aren|isn|don|doesn|didn|weren|wasn|hasn|haven|fails|failed to|did not|do not|does not|are not|is not|was not|were not|has not|have not|had not|n',
    { op: 'not' },
  ],
  [
    'excluding|except|except for|other than|excl|apart from|outside of|outside|aside from|leaving out|ignoring|besides|but not|not including|not counting|exclude|without counting|omitting',
    { op: 'except' },
  ],
  ['or|either', { op: 'or' }],
  [
    'and|&|plus also|as well as|along with|together with|both|and also|also|and the|but|but also|while|whose also|then',
    { op: 'and' },
  ],
  [',|;', { op: 'comma' }],
  [
    'correlation|correlations|correlated|correlate|correlates|correlation coefficient|pearson correlation|pearson correlation coefficient|association|associated|relationship|relation|related|relate|relates|pearson|linked|how strongly correlated|strength of the relationship|correlation strength|how well correlated',
    { op: 'correlation' },
  ],
  [
    'distribution|distributions|histogram|histograms|distributed|frequency distribution|frequency table|value counts|histogram plot',
    { op: 'distribution' },
  ],
  [
    'over time|through time|trend|trends|time trend|time course|time series|across time|evolution|evolve|evolved|evolves|develop|developed|development|as time passes|with time|over the course of time|through the years|over the years|over the months|progression|timecourse|timeseries|trend over time|evolution over time|changed over time|change over time|changes over time|development over time|trending',
    { op: 'over_time' },
  ],
  [
    'change|changes|changed|growth|increase|decrease|gain|loss|grew|growth rate|difference from previous|year over year|year over year change|year - over - year|year - over - year change|yoy|mom|month over month|month - over - month|month over month change|month - over - month change|yearly change|annual change|monthly change|annual growth|yoy change|mom change|period over period change|absolute change|improvement|increased|decreased|grown|rise|rose|drop|dropped|decline|declined',
    { op: 'change' },
  ],
  [
    'percentage increase|percent increase|percentage change|percent change|% change|% increase|percentage growth|percentage decrease|percent decrease',
    {
      op: 'change',
      percent: true,
    },
  ],
  [
    'difference|differences|gap|differ|how different|how much more|how much less|how much higher|how much lower|how much greater|difference in|how many more',
    { op: 'difference' },
  ],
  [
    'ratio|ratios|how many times higher|how many times larger|how many times greater|how many times as high',
    {
      op: 'ratio',
    },
  ],
  [
    'vs|versus|against|v|compared to|compared with|relative to|as compared to|as opposed to|in comparison to|in comparison with',
    { op: 'versus' },
  ],
  ['scatter plot|scatter|scatterplot|scatter plot of|scatter of', { op: 'pairs' }],
  ['compare|comparison|contrast|comparing|comparison of|compares', { op: 'compare_groups' }],
  [
    'missing|null|nulls|unknown|not recorded|not available|no recorded|without a recorded|without recorded|missing values|missing value|na|nan|empty|blank|not known|unrecorded|not measured|no known|missing data|not reported|undefined|absent values|missing values for|missing values in|null values|not specified|lacking|lack|lacks|unavailable|no',
    { op: 'missing' },
  ],
  [
    'non missing|not missing|recorded|known|available|non - missing|not null|non null|non - null|non missing values|measured|complete|valid|reported|present|not empty|non empty|not blank',
    { op: 'present' },
  ],
  [
    'contains|contain|containing|including the word|includes|including|include|with the word|that mention|mentioning|mentions|mention|containing the word|contains the word|with the text',
    { op: 'match', how: 'contains' },
  ],
  [
    'starts with|start with|starting with|begins with|beginning with|begin with|starts in',
    {
      op: 'match',
      how: 'starts',
    },
  ],
  ['ends with|end with|ending with|ending in|ends in', { op: 'match', how: 'ends' }],
  [
    'are there any|is there any|is there a|is there an|are there|is there|do any|does any|do we have any|do we have|was there any|were there any|did any|has any|have any|was there a|was there|were there|is any|are any|does anyone|is anyone|does the data contain|does the dataset contain|has there been any|have there been any|has there been|do some|are some',
    { op: 'exist' },
  ],
  [
    'which|what|whats|which of the|which one of the|which ones|which one|what kind of|what kinds of|what type of|what types of|which kind of|which type of|what sort of|which types of|which kinds of',
    { op: 'wh', word: 'which' },
  ],
  ['who|whom', { op: 'wh', word: 'who' }],
  ['when', { op: 'wh', word: 'when' }],
  ['where', { op: 'wh', word: 'where' }],
  [
    'list|show|display|give|return|find|get|enumerate|show me|give me|list all|list the|fetch|retrieve|select|print|pull up|plot|draw|chart|graph|visualize|visualise|report|output|identify|provide',
    { op: 'list' },
  ],
];
