import {
  type Adjective,
  comparatives,
  plainComparatives,
  plainSuperlatives,
  positives,
  superlatives,
} from './adjectives.ts';
import { askingPhrases } from './asking-phrases.ts';
import { comparingPhrases } from './comparing-phrases.ts';
import { joiningPhrases } from './joining-phrases.ts';
import { measurePhrases } from './measure-phrases.ts';
import type { Operator } from './operators.ts';
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

for (const [phrases, operator] of [
  ...measurePhrases,
  ...comparingPhrases,
  ...askingPhrases,
  ...joiningPhrases,
])
  add(phrases, operator);

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
