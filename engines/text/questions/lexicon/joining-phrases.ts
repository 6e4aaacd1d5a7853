import type { TimeGrain } from '../expression.ts';
import type { Phrases } from './operators.ts';

const prepositions =
  'of in for from at on among amongst during to into as inside given when if through regarding about amid via'.split(
    ' ',
  );

const grains: [TimeGrain, string][] = [
  ['year', 'year|years|yearly|annual|annually|yr|year by year|year to year|calendar year'],
  ['quarter', 'quarter|quarters|quarterly|calendar quarter'],
  ['month', 'month|months|monthly|month by month|month to month'],
  ['week', 'week|weeks|weekly|week by week|calendar week'],
  ['day', 'day|days|daily|date|dates|day by day|calendar day'],
  ['hour', 'hourly|hour|hours'],
];

/** Little words and verbs between what is asked of and what is asked, arithmetic, and units of time. */
export const joiningPhrases: Phrases = [
  ...prepositions.map((word) => [word, { op: 'prep', word }] as const),
  ['out of', { op: 'prep', word: 'of' }],
  ['in the|within the', { op: 'prep', word: 'in' }],
  ['from the', { op: 'prep', word: 'from' }],
  [
    'considering only|looking at only|limited to|restricted to|only considering|restricting to|only for|only among|in the case of|just for|only in|for only|if we only consider|when considering only|considering|belonging to|in terms of|with respect to|with regard to|corresponding to',
    { op: 'prep', word: 'for' },
  ],
  [
    'who|that|which|whose|where|those who|those that|for which|for whom|in which|that which|such that|of which|of those|of whom|of them',
    { op: 'relative_pronoun' },
  ],
  [
    'with|have|has|had|having|show|shows|showing|possess|possesses|possessing|exhibit|exhibits|using|use|uses|used|got|get|gets|give|gives|gave|live|lives|living|lived|living in|found in|found on|located in|located at|belong|belongs|classified as|labelled|labeled|labelled as|labeled as|categorized as|named|called|coded|coded as|of type|made|made of|were given|was given|scored|getting|lasted|lasting|score|came from|come from|comes from|come|comes|came|growing|grown|grow|inhabit|inhabiting|inhabits|do they have|do they|belonging|enrolled in|enrolled at|treated at|seen at|seen in|sampled|sampled in|sampled from|sampled at|collected|collected in|collected from|collected at|caught|caught in|observed in|observed at|recorded in|recorded at|recorded for|recorded on|made from|held|holds|occurred|occur|occurs|occurring|happened|happen|lay|lays|laying|produce|produces|producing|carry|carries|carrying|reached|reach|reaches|attained|achieved|achieve|originate|originated|originating|turned out|being|fall|falls|fell|falling',
    {
      op: 'have',
    },
  ],
  [
    'receiving|received|receive|receives|given|took|take|takes|taking|assigned|assigned to|treated with|treated by|treated|under treatment with|get treated with|fed|fed with|fed on|who received|diagnosed with|diagnosed as|diagnosed|suffering from|suffer from|suffers from|affected by|affected|infected with|infected|prescribed|prescribe|prescribing|sold|bought|buy|purchased|paid|placed|reported|involving|involve|undergone|underwent|performed|worked on|handled|operated|operated on|laid|ran|born|sprayed with|exposed to|experience|experienced|experiencing',
    { op: 'verb' },
  ],
  [
    'without|with no|without any|have no|has no|had no|having no|lacking any|do not have|does not have|did not have|don not have|not have|not having|that have no|free of|with none',
    { op: 'without' },
  ],
  ['is|are|was|were|be|been|am|being|becomes|become|remained|remain|stay|stayed', { op: 'be' }],
  ['divided by|over the|/', { op: 'arithmetic', sign: '/' }],
  ['times|multiplied by|*|×', { op: 'arithmetic', sign: '*' }],
  ['plus|+|added to', { op: 'arithmetic', sign: '+' }],
  ['minus|-|subtracted by|less the', { op: 'arithmetic', sign: '-' }],
  ['name|names|full name|full names', { op: 'name', id: false }],
  ['id|ids|identifier|identifiers', { op: 'name', id: true }],
  ...grains.map(([grain, phrases]) => [phrases, { op: 'grain', grain }] as const),
  [
    'month of the year|calendar month|months of the year|month of year|calendar months|calendar month of the year',
    { op: 'part', part: 'month_of_year' },
  ],
  ['day of the week|weekday|days of the week|weekdays|day of week', { op: 'part', part: 'day_of_week' }],
  ['hour of the day|hour of day|time of day', { op: 'part', part: 'hour_of_day' }],
  ['day of the month', { op: 'part', part: 'day_of_month' }],
  ['quarter of the year', { op: 'part', part: 'quarter_of_year' }],
  ['decade|decades', { op: 'part', part: 'decade' }],
];
