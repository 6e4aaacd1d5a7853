import type { TimeGrain } from '../expression.ts';
import {
  type Adjective,
  comparatives,
  plainComparatives,
  plainSuperlatives,
  positives,
  superlatives,
} from './adjectives.ts';

import type { MeasureFunction, Operator } from './operators.ts';
import { refusals } from './refusals.ts';

const table = new Map<string, { words: string[]; operator: Operator }[]>();

function add(phrases: string, operator: Operator): void {
  const both = phrases
    .split('|')
    .flatMap((phrase) => [phrase, ...(/\p{L} - \p{L}/u.test(phrase) ? [phrase.replaceAll(' - ', ' ')] : [])]);
  for (const phrase of both) {
    const words = phrase.trim().split(' ');
    const first = words[0] as string;
    const list = table.get(first) ?? [];
    list.push({ words, operator });
    table.set(first, list);
  }
}

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
for (const [fn, phrases] of aggregates) add(phrases, { op: 'aggregate', fn });
add('first quartile|lower quartile|25th percentile|1st quartile', {
  op: 'aggregate',
  fn: 'quantile',
  p: 0.25,
});
add('third quartile|upper quartile|75th percentile|3rd quartile', {
  op: 'aggregate',
  fn: 'quantile',
  p: 0.75,
});
add('percentile|percentiles|quantile', { op: 'percentile' });

add('how many', { op: 'count', head: true });
add(
  'number of|numbers of|count of|counts of|count|counts|count the|count up|count the number of|number|the number|total number of|total count of|total number|total count|headcount|tally|how numerous|amount of records',
  {
    op: 'count',
    head: true,
  },
);
add('frequency|frequencies|frequency of|frequencies of|# of|no . of', { op: 'count', head: true });
add(
  'sample size|sample sizes|row count|number of rows|number of records|number of observations|record count|number of entries|number of samples|n',
  {
    op: 'count',
    head: false,
  },
);
add('how much', { op: 'how_much' });
add('how often|how frequently|how common is|how common are', { op: 'how_often' });
add('different|distinct|unique|individual distinct|distinct list of|unique list of', { op: 'distinct' });
add('percentage|percent|percentage of|percent of|% of|%|pct|percentages|in percent|as a percentage', {
  op: 'share',
  percent: true,
});
add(
  'share|proportion|fraction|share of|proportion of|fraction of|proportions|shares|probability|prevalence|proportion of',
  { op: 'share', percent: false },
);
add('rate|rates|incidence', { op: 'rate' });

add(
  'more than|greater than|over|above|exceeding|exceeds|exceed|higher than|larger than|in excess of|>|bigger than|beyond|upwards of|greater|exceeded|strictly greater than|better than',
  {
    op: 'compare',
    cmp: '>',
  },
);
add('less than|fewer than|under|below|lower than|smaller than|<|strictly less than|beneath', {
  op: 'compare',
  cmp: '<',
});
add(
  'at least|no less than|not less than|no fewer than|greater than or equal to|more than or equal to|> =|minimum of|from at least|a minimum of|not below|≥|greater or equal to|not under|equal to or greater than|equal or greater than|not fewer than|not smaller than|not lower than',
  {
    op: 'compare',
    cmp: '>=',
  },
);
add(
  'at most|no more than|not more than|less than or equal to|fewer than or equal to|up to|< =|a maximum of|maximum of|not above|not over|not exceeding|≤|less or equal to|no greater than|not greater than|equal to or less than|equal or less than|not higher than|not larger than',
  {
    op: 'compare',
    cmp: '<=',
  },
);
add('=|equals|equal to|equal|exactly|= =|is equal to|equalling', { op: 'compare', cmp: '=' });
add('! =|< >|not equal to|not equal|different from|unequal to|≠|differs from|is not equal to', {
  op: 'compare',
  cmp: '<>',
});
add('than', { op: 'than' });
add(
  'between|ranging from|in the range|in the range of|within the range|ranging between|anywhere between|in between',
  { op: 'between' },
);

add(
  'by|per|for each|for every|across|within each|in each|grouped by|group by|broken down by|break down by|split by|according to|depending on|as a function of|stratified by|separately for|by each|across all|across the|for all|for different|for the different|for each of the|in every|at each|on each|from each|with each|of each|of every|separated by|split up by|breakdown by|organized by|organised by|categorized by|aggregated by|in the different|in different|at different|per each|among the different|between the different|between different|among different|across different|across the different|for the various|for various|among the various|within every|by the|on every|at every|for individual|segmented by|within|versus each|split between|split across|vary by|varies by|vary with|varies with|differ by|differs by|differ between|differs between|differ across|differs across|vary across|varies across|vary between|varies between|changes with|change with|changes by|differ among|differs among|vary among|differ with|depend on|depends on|dependent on|as a breakdown by|disaggregated by|for each individual|for each kind of|for each type of|for every kind of|for every type of|for each sort of|by kind of|by type of|per kind of|per type of|broken out by|breakdown of|given each|under each|under different|over each|over all|over all the|with and without|with or without|with versus without|with vs without|for each combination of|for every combination of|per combination of|by combination of|for all combinations of|by each combination of|for each pair of',
  { op: 'group' },
);
add('each|every|combination of|combinations of', { op: 'each' });
add(
  'sorted by|ordered by|order by|sort by|ranked by|rank by|in order of|arranged by|sorted on|ranked according to|order them by|sort them by|sorted according to|ordered according to|sorted|ordered|ranked|rank|sort|order|listed by|arranged in',
  { op: 'order' },
);
add(
  'descending|desc|in descending order|descending order|from highest to lowest|highest first|from high to low|highest to lowest|largest first|from largest to smallest|decreasing|in decreasing order|from most to least|most to least|starting with the highest|starting from the highest|starting with the largest|high to low|from the highest to the lowest|biggest first|from largest|starting from the top|most first|largest to smallest|from heaviest to lightest|from longest to shortest|from oldest to youngest|oldest first|heaviest first|longest first|newest first|latest first|most recent first|in reverse order',
  {
    op: 'direction',
    descending: true,
  },
);
add(
  'ascending|asc|in ascending order|ascending order|from lowest to highest|lowest first|from low to high|lowest to highest|smallest first|from smallest to largest|increasing|in increasing order|from least to most|alphabetically|in alphabetical order|chronologically|starting with the lowest|low to high|from the lowest to the highest|smallest to largest|from lightest to heaviest|from shortest to longest|from youngest to oldest|youngest first|lightest first|shortest first|oldest to newest|earliest first|in chronological order',
  {
    op: 'direction',
    descending: false,
  },
);
add('top|first', { op: 'top', sign: 1 });
add('bottom', { op: 'top', sign: -1 });
add(
  'most|the most|largest number of|highest number of|greatest number of|maximum number of|biggest number of|highest count of|largest count of|most number of|highest frequency of|maximum count of|highest total number of',
  {
    op: 'most',
    sign: 1,
  },
);
add(
  'least|the least|fewest|the fewest|smallest number of|lowest number of|minimum number of|lowest count of|smallest count of|least number of',
  {
    op: 'most',
    sign: -1,
  },
);
add(
  'common|frequent|popular|prevalent|frequently|commonly|numerous|abundant|represented|often|widespread|usual|frequently occurring|commonly occurring',
  { op: 'common' },
);
add(
  'above average|higher than average|greater than average|above the average|above the mean|more than average|larger than average|bigger than average|above mean|higher than the average|greater than the average|greater than the mean|higher than the mean|over the average|more than the average|longer than average|heavier than average|taller than average|older than average|an above average|exceeding the average|above - average|larger than the average|larger than the mean|longer than the average|bigger than the average',
  { op: 'relative', cmp: '>' },
);
add(
  'below average|lower than average|less than average|below the average|below the mean|smaller than average|below mean|lower than the average|less than the average|less than the mean|lower than the mean|under the average|shorter than average|lighter than average|younger than average|below - average|smaller than the average|smaller than the mean|shorter than the average',
  { op: 'relative', cmp: '<' },
);

add(
  'not|non|never|neither|nor|cannot|aren|isn|don|doesn|didn|weren|wasn|hasn|haven|fails|failed to|did not|do not|does not|are not|is not|was not|were not|has not|have not|had not|n',
  { op: 'not' },
);
add(
  'excluding|except|except for|other than|excl|apart from|outside of|outside|aside from|leaving out|ignoring|besides|but not|not including|not counting|exclude|without counting|omitting',
  { op: 'except' },
);
add('or|either', { op: 'or' });
add(
  'and|&|plus also|as well as|along with|together with|both|and also|also|and the|but|but also|while|whose also|then',
  { op: 'and' },
);
add(',|;', { op: 'comma' });
add(
  'correlation|correlations|correlated|correlate|correlates|correlation coefficient|pearson correlation|pearson correlation coefficient|association|associated|relationship|relation|related|relate|relates|pearson|linked|how strongly correlated|strength of the relationship|correlation strength|how well correlated',
  { op: 'correlation' },
);
add(
  'distribution|distributions|histogram|histograms|distributed|frequency distribution|frequency table|value counts|histogram plot',
  { op: 'distribution' },
);
add(
  'over time|through time|trend|trends|time trend|time course|time series|across time|evolution|evolve|evolved|evolves|develop|developed|development|as time passes|with time|over the course of time|through the years|over the years|over the months|progression|timecourse|timeseries|trend over time|evolution over time|changed over time|change over time|changes over time|development over time|trending',
  { op: 'over_time' },
);
add(
  'change|changes|changed|growth|increase|decrease|gain|loss|grew|growth rate|difference from previous|year over year|year over year change|year - over - year|year - over - year change|yoy|mom|month over month|month - over - month|month over month change|month - over - month change|yearly change|annual change|monthly change|annual growth|yoy change|mom change|period over period change|absolute change|improvement|increased|decreased|grown|rise|rose|drop|dropped|decline|declined',
  { op: 'change' },
);
add(
  'percentage increase|percent increase|percentage change|percent change|% change|% increase|percentage growth|percentage decrease|percent decrease',
  {
    op: 'change',
    percent: true,
  },
);
add(
  'difference|differences|gap|differ|how different|how much more|how much less|how much higher|how much lower|how much greater|difference in|how many more',
  { op: 'difference' },
);
add(
  'ratio|ratios|how many times higher|how many times larger|how many times greater|how many times as high',
  {
    op: 'ratio',
  },
);
add(
  'vs|versus|against|v|compared to|compared with|relative to|as compared to|as opposed to|in comparison to|in comparison with',
  { op: 'versus' },
);
add('scatter plot|scatter|scatterplot|scatter plot of|scatter of', { op: 'pairs' });
add('compare|comparison|contrast|comparing|comparison of|compares', { op: 'compare_groups' });
add(
  'missing|null|nulls|unknown|not recorded|not available|no recorded|without a recorded|without recorded|missing values|missing value|na|nan|empty|blank|not known|unrecorded|not measured|no known|missing data|not reported|undefined|absent values|missing values for|missing values in|null values|not specified|lacking|lack|lacks|unavailable|no',
  { op: 'missing' },
);
add(
  'non missing|not missing|recorded|known|available|non - missing|not null|non null|non - null|non missing values|measured|complete|valid|reported|present|not empty|non empty|not blank',
  { op: 'present' },
);
add(
  'contains|contain|containing|including the word|includes|including|include|with the word|that mention|mentioning|mentions|mention|containing the word|contains the word|with the text',
  { op: 'match', how: 'contains' },
);
add('starts with|start with|starting with|begins with|beginning with|begin with|starts in', {
  op: 'match',
  how: 'starts',
});
add('ends with|end with|ending with|ending in|ends in', { op: 'match', how: 'ends' });
add(
  'are there any|is there any|is there a|is there an|are there|is there|do any|does any|do we have any|do we have|was there any|were there any|did any|has any|have any|was there a|was there|were there|is any|are any|does anyone|is anyone|does the data contain|does the dataset contain|has there been any|have there been any|has there been|do some|are some',
  { op: 'exist' },
);
add(
  'which|what|whats|which of the|which one of the|which ones|which one|what kind of|what kinds of|what type of|what types of|which kind of|which type of|what sort of|which types of|which kinds of',
  { op: 'wh', word: 'which' },
);
add('who|whom', { op: 'wh', word: 'who' });
add('when', { op: 'wh', word: 'when' });
add('where', { op: 'wh', word: 'where' });
add(
  'list|show|display|give|return|find|get|enumerate|show me|give me|list all|list the|fetch|retrieve|select|print|pull up|plot|draw|chart|graph|visualize|visualise|report|output|identify|provide',
  { op: 'list' },
);

for (const word of [
  'of',
  'in',
  'for',
  'from',
  'at',
  'on',
  'among',
  'amongst',
  'during',
  'to',
  'into',
  'as',
  'inside',
  'given',
  'when',
  'if',
  'through',
  'regarding',
  'about',
  'amid',
  'via',
])
  add(word, { op: 'prep', word });
add('out of', { op: 'prep', word: 'of' });
add('in the|within the', { op: 'prep', word: 'in' });
add('from the', { op: 'prep', word: 'from' });
add(
  'considering only|looking at only|limited to|restricted to|only considering|restricting to|only for|only among|in the case of|just for|only in|for only|if we only consider|when considering only|considering|belonging to|in terms of|with respect to|with regard to|corresponding to',
  { op: 'prep', word: 'for' },
);
add(
  'who|that|which|whose|where|those who|those that|for which|for whom|in which|that which|such that|of which|of those|of whom|of them',
  { op: 'relative_pronoun' },
);
add(
  'with|have|has|had|having|show|shows|showing|possess|possesses|possessing|exhibit|exhibits|using|use|uses|used|got|get|gets|give|gives|gave|live|lives|living|lived|living in|found in|found on|located in|located at|belong|belongs|classified as|labelled|labeled|labelled as|labeled as|categorized as|named|called|coded|coded as|of type|made|made of|were given|was given|scored|getting|lasted|lasting|score|came from|come from|comes from|come|comes|came|growing|grown|grow|inhabit|inhabiting|inhabits|do they have|do they|belonging|enrolled in|enrolled at|treated at|seen at|seen in|sampled|sampled in|sampled from|sampled at|collected|collected in|collected from|collected at|caught|caught in|observed in|observed at|recorded in|recorded at|recorded for|recorded on|made from|held|holds|occurred|occur|occurs|occurring|happened|happen|lay|lays|laying|produce|produces|producing|carry|carries|carrying|reached|reach|reaches|attained|achieved|achieve|originate|originated|originating|turned out|being|fall|falls|fell|falling',
  {
    op: 'have',
  },
);
add(
  'receiving|received|receive|receives|given|took|take|takes|taking|assigned|assigned to|treated with|treated by|treated|under treatment with|get treated with|fed|fed with|fed on|who received|diagnosed with|diagnosed as|diagnosed|suffering from|suffer from|suffers from|affected by|affected|infected with|infected|prescribed|prescribe|prescribing|sold|bought|buy|purchased|paid|placed|reported|involving|involve|undergone|underwent|performed|worked on|handled|operated|operated on|laid|ran|born|sprayed with|exposed to|experience|experienced|experiencing',
  { op: 'verb' },
);
add(
  'without|with no|without any|have no|has no|had no|having no|lacking any|do not have|does not have|did not have|don not have|not have|not having|that have no|free of|with none',
  { op: 'without' },
);
add('is|are|was|were|be|been|am|being|becomes|become|remained|remain|stay|stayed', { op: 'be' });
add('divided by|over the|/', { op: 'arithmetic', sign: '/' });
add('times|multiplied by|*|×', { op: 'arithmetic', sign: '*' });
add('plus|+|added to', { op: 'arithmetic', sign: '+' });
add('minus|-|subtracted by|less the', { op: 'arithmetic', sign: '-' });

add('name|names|full name|full names', { op: 'name', id: false });
add('id|ids|identifier|identifiers', { op: 'name', id: true });
const grains: [TimeGrain, string][] = [
  ['year', 'year|years|yearly|annual|annually|yr|year by year|year to year|calendar year'],
  ['quarter', 'quarter|quarters|quarterly|calendar quarter'],
  ['month', 'month|months|monthly|month by month|month to month'],
  ['week', 'week|weeks|weekly|week by week|calendar week'],
  ['day', 'day|days|daily|date|dates|day by day|calendar day'],
  ['hour', 'hourly|hour|hours'],
];
for (const [grain, phrases] of grains) add(phrases, { op: 'grain', grain });
add(
  'month of the year|calendar month|months of the year|month of year|calendar months|calendar month of the year',
  { op: 'part', part: 'month_of_year' },
);
add('day of the week|weekday|days of the week|weekdays|day of week', { op: 'part', part: 'day_of_week' });
add('hour of the day|hour of day|time of day', { op: 'part', part: 'hour_of_day' });
add('day of the month', { op: 'part', part: 'day_of_month' });
add('quarter of the year', { op: 'part', part: 'quarter_of_year' });
add('decade|decades', { op: 'part', part: 'decade' });

for (const [word, { dimensions, sign }] of superlatives) add(word, { op: 'superlative', sign, dimensions });
for (const [word, sign] of plainSuperlatives)
  if (word !== 'top') add(word, { op: 'superlative', sign, dimensions: [] });
for (const [word, { dimensions, sign }] of comparatives) add(word, { op: 'comparative', sign, dimensions });
const heavy = comparatives.get('heavier')?.dimensions ?? [];
add('weighing more|weigh more|weighs more|weighed more', { op: 'comparative', sign: 1, dimensions: heavy });
add('weighing less|weigh less|weighs less|weighed less', { op: 'comparative', sign: -1, dimensions: heavy });
for (const [word, sign] of plainComparatives) add(word, { op: 'comparative', sign, dimensions: [] });
for (const [word, adjective] of positives) addPositive(word, adjective);
add('high', { op: 'positive', sign: 1, dimensions: [] });
add('how high|how large|how big|how great', { op: 'how_adjective', sign: 1, dimensions: [] });

function addPositive(word: string, { dimensions, sign }: Adjective): void {
  add(word, { op: 'positive', sign, dimensions });
  add(`how ${word}`, { op: 'how_adjective', sign, dimensions });
  add(`most ${word}`, { op: 'superlative', sign, dimensions });
  add(`least ${word}`, { op: 'superlative', sign: sign === 1 ? -1 : 1, dimensions });
  add(`more ${word}`, { op: 'comparative', sign, dimensions });
  add(`less ${word}`, { op: 'comparative', sign: sign === 1 ? -1 : 1, dimensions });
}
add('how much do|how much does|how much did|by how much did|by how much does|by how much do|by how much', {
  op: 'how_much',
});

add(
  'type|types|group|groups|level|levels|category|categories|value|values|class|classes|status|kind|kinds|variety|measurement|measurements|reading|readings|score|scores|column|field|variable|code|number|condition|conditions|amounts|amount|type of|region|area|units|unit|the value of|figure|figures|period|periods',
  {
    op: 'filler',
  },
);
add(
  "how does|how do|how did|how has|how have|how are|how is|how was|how were|how strongly|how well|how closely|took part|take part|takes part|participated|participate|participating|involved|were involved|were studied|studied|were included|are included|of any|that we have|the|a|an|please|can|could|would|you|me|tell|i|we|us|want|like|to know|know|see|need|do|does|did|will you|there|it|its|their|they|them|this|these|those|data|dataset|data set|table|file|overall|all|our|my|here|just|only|actually|let|'s|s|?|.|!|:|has been|have been|had been|kindly|exactly how|currently|so|some|any|respectively|be able to|able|help|figure out|find out|work out|calculate|compute|determine|estimate|hi|hello|hey|thanks|thank you|ok|okay|now|also show|present in|contained in|in the data|in the dataset|in the table|in this dataset|in this data|in this table|in our data|in the data set|in this data set|in the file|in this file|in total there|in the study|in this study|enrolled|done|were done|was done|content|in the sample|in the whole dataset|in the entire dataset|in the whole data|in the entire data set|according to the data|based on the data|represented in the data|recorded in the data|recorded in the dataset|in the records|on record|whole|entire|various|respective|given|particular|specific|actual|recorded|measured|observed|that are|which are|who are|that is|that were|who were|(|)|[|]|'|\"|`|combined|really|quickly|question|answer|interested in|i am interested in|information on|look at|looking at|look|set|seen|did we|we have|do we have|you have|counted|per row|of all|of the|exist|exists|existed|found|included|appear|appears|occurrences|listed|say|type a question|breakdown|break down|view|as a chart|as a table|as a bar chart|as a line chart|in a chart|in a table|in a plot|bar chart of|line chart of|a chart of|a plot of|a graph of|plot of|graph of|chart of|bar chart|line chart|line plot|bar plot|box plot of|boxplot of|boxplot|box plot|one|ones|tend to|tend|usually|generally|rounded|around|roughly|approximately|about how|what is|what are|what was|what were|what's|whats the|pls|plz|in the experiment|in this experiment|in the trial|in this trial|of data|of the data|of the dataset",
  {
    op: 'skip',
  },
);

for (const [phrases, reason] of refusals) add(phrases, { op: 'refuse', reason });

for (const list of table.values()) list.sort((a, b) => b.words.length - a.words.length);

/** Every operator phrase that starts at `at`, longest first. */
export function phrasesAt(words: readonly string[], at: number): { length: number; operator: Operator }[] {
  const found: { length: number; operator: Operator }[] = [];
  for (const entry of table.get(words[at] as string) ?? [])
    if (entry.words.every((word, index) => words[at + index] === word))
      found.push({ length: entry.words.length, operator: entry.operator });
  return found;
}

/** True for words that carry meaning of their own in the grammar, so they are never taken for a typo. */
export function isGrammarWord(word: string): boolean {
  return table.has(word) || grammarWords.has(word);
}

const grammarWords = new Set([...table.values()].flatMap((list) => list.flatMap((entry) => entry.words)));
