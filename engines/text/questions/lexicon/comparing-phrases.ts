import type { Phrases } from './operators.ts';

/** Bounds, groups and orders. */
export const comparingPhrases: Phrases = [
  [
    'more than|greater than|over|above|exceeding|exceeds|exceed|higher than|larger than|in excess of|>|bigger than|beyond|upwards of|greater|exceeded|strictly greater than|better than',
    {
      op: 'compare',
      cmp: '>',
    },
  ],
  [
    'less than|fewer than|under|below|lower than|smaller than|<|strictly less than|beneath',
    {
      op: 'compare',
      cmp: '<',
    },
  ],
  [
    'at least|no less than|not less than|no fewer than|greater than or equal to|more than or equal to|> =|minimum of|from at least|a minimum of|not below|≥|greater or equal to|not under|equal to or greater than|equal or greater than|not fewer than|not smaller than|not lower than',
    {
      op: 'compare',
      cmp: '>=',
    },
  ],
  [
    'at most|no more than|not more than|less than or equal to|fewer than or equal to|up to|< =|a maximum of|maximum of|not above|not over|not exceeding|≤|less or equal to|no greater than|not greater than|equal to or less than|equal or less than|not higher than|not larger than',
    {
      op: 'compare',
      cmp: '<=',
    },
  ],
  ['=|equals|equal to|equal|exactly|= =|is equal to|equalling', { op: 'compare', cmp: '=' }],
  [
    '! =|< >|not equal to|not equal|different from|unequal to|≠|differs from|is not equal to',
    {
      op: 'compare',
      cmp: '<>',
    },
  ],
  ['than', { op: 'than' }],
  [
    'between|ranging from|in the range|in the range of|within the range|ranging between|anywhere between|in between',
    { op: 'between' },
  ],
  [
    'by|per|for each|for every|across|within each|in each|grouped by|group by|broken down by|break down by|split by|according to|depending on|as a function of|stratified by|separately for|by each|across all|across the|for all|for different|for the different|for each of the|in every|at each|on each|from each|with each|of each|of every|separated by|split up by|breakdown by|organized by|organised by|categorized by|aggregated by|in the different|in different|at different|per each|among the different|between the different|between different|among different|across different|across the different|for the various|for various|among the various|within every|by the|on every|at every|for individual|segmented by|within|versus each|split between|split across|vary by|varies by|vary with|varies with|differ by|differs by|differ between|differs between|differ across|differs across|vary across|varies across|vary between|varies between|changes with|change with|changes by|differ among|differs among|vary among|differ with|depend on|depends on|dependent on|as a breakdown by|disaggregated by|for each individual|for each kind of|for each type of|for every kind of|for every type of|for each sort of|by kind of|by type of|per kind of|per type of|broken out by|breakdown of|given each|under each|under different|over each|over all|over all the|with and without|with or without|with versus without|with vs without|for each combination of|for every combination of|per combination of|by combination of|for all combinations of|by each combination of|for each pair of',
    { op: 'group' },
  ],
  ['each|every|combination of|combinations of', { op: 'each' }],
  [
    'sorted by|ordered by|order by|sort by|ranked by|rank by|in order of|arranged by|sorted on|ranked according to|order them by|sort them by|sorted according to|ordered according to|sorted|ordered|ranked|rank|sort|order|listed by|arranged in',
    { op: 'order' },
  ],
  [
    'descending|desc|in descending order|descending order|from highest to lowest|highest first|from high to low|highest to lowest|largest first|from largest to smallest|decreasing|in decreasing order|from most to least|most to least|starting with the highest|starting from the highest|starting with the largest|high to low|from the highest to the lowest|biggest first|from largest|starting from the top|most first|largest to smallest|from heaviest to lightest|from longest to shortest|from oldest to youngest|oldest first|heaviest first|longest first|newest first|latest first|most recent first|in reverse order',
    {
      op: 'direction',
      descending: true,
    },
  ],
  [
    'ascending|asc|in ascending order|ascending order|from lowest to highest|lowest first|from low to high|lowest to highest|smallest first|from smallest to largest|increasing|in increasing order|from least to most|alphabetically|in alphabetical order|chronologically|starting with the lowest|low to high|from the lowest to the highest|smallest to largest|from lightest to heaviest|from shortest to longest|from youngest to oldest|youngest first|lightest first|shortest first|oldest to newest|earliest first|in chronological order',
    {
      op: 'direction',
      descending: false,
    },
  ],
  ['top|first', { op: 'top', sign: 1 }],
  ['bottom', { op: 'top', sign: -1 }],
  [
    'most|the most|largest number of|highest number of|greatest number of|maximum number of|biggest number of|highest count of|largest count of|most number of|highest frequency of|maximum count of|highest total number of',
    {
      op: 'most',
      sign: 1,
    },
  ],
  [
    'least|the least|fewest|the fewest|smallest number of|lowest number of|minimum number of|lowest count of|smallest count of|least number of',
    {
      op: 'most',
      sign: -1,
    },
  ],
  [
    'common|frequent|popular|prevalent|frequently|commonly|numerous|abundant|represented|often|widespread|usual|frequently occurring|commonly occurring',
    { op: 'common' },
  ],
  [
    'above average|higher than average|greater than average|above the average|above the mean|more than average|larger than average|bigger than average|above mean|higher than the average|greater than the average|greater than the mean|higher than the mean|over the average|more than the average|longer than average|heavier than average|taller than average|older than average|an above average|exceeding the average|above - average|larger than the average|larger than the mean|longer than the average|bigger than the average',
    { op: 'relative', cmp: '>' },
  ],
  [
    'below average|lower than average|less than average|below the average|below the mean|smaller than average|below mean|lower than the average|less than the average|less than the mean|lower than the mean|under the average|shorter than average|lighter than average|younger than average|below - average|smaller than the average|smaller than the mean|shorter than the average',
    { op: 'relative', cmp: '<' },
  ],
];
