import { synonymQuality } from './lexicon/synonyms.ts';
import type { PreparedTables } from './schema-index.ts';
import { splitName, type Token } from './tokens.ts';
import type { QuestionTable } from './types.ts';
import { rootOf, stemOf } from './word-forms.ts';

/** Verbs and what a table of such happenings may be called. */
const happenings: [string, string][] = [
  [
    'sell sold sells selling buy bought buys buying purchase purchased purchases purchasing',
    'sale purchase order transaction',
  ],
  ['pay paid pays paying', 'payment'],
  ['order ordered orders ordering', 'order'],
  ['prescribe prescribed prescribes prescribing', 'prescription'],
  ['diagnose diagnosed diagnoses diagnosing', 'diagnosis condition'],
  ['admit admitted admits admitting hospitalized hospitalised', 'admission hospitalization stay encounter'],
  ['enroll enrolled enrol enrolling', 'enrollment enrolment'],
  ['visit visited visits visiting', 'visit encounter'],
  ['treat treated treats treating', 'treatment'],
  ['operate operated', 'operation surgery procedure'],
  ['vaccinate vaccinated immunized immunised', 'vaccination immunization'],
  ['refer referred refers', 'referral'],
  ['rent rented rents renting', 'rental'],
  ['book booked books booking', 'booking reservation'],
  ['borrow borrowed borrows', 'loan'],
  ['review reviewed reviews reviewing', 'review'],
  ['transfer transferred transfers', 'transfer transaction'],
  ['ship shipped ships', 'shipment'],
  ['trade traded trades trading', 'trade transaction'],
  ['see saw seen sees spotted sighted observed', 'sighting observation visit encounter'],
  ['measured tested measure measures quantified', 'measurement result test reading expression'],
  ['collected sampled', 'sample collection'],
  ['performed ran', 'run'],
];
const happeningOf = new Map<string, string[]>();
for (const [verbs, nouns] of happenings)
  for (const verb of verbs.split(' ')) happeningOf.set(verb, nouns.split(' '));

const nounEndings = /^(?:e?ment|ion|ation|tion|ition|ing|ings|al|ance|ence|e|ure|sis)?$/;

/** The tables of happenings that a verb tells of: `treated` of treatments, `sold` of sales. */
export function eventTables(token: Token, all: PreparedTables): QuestionTable[] {
  if (token.kind !== 'word' || token.lower.length < 3) return [];
  const nouns = happeningOf.get(token.lower) ?? [];
  const verb = /(?:ed|ing)$/.test(token.lower) && token.lower.length > 5;
  if (nouns.length === 0 && !verb) return [];
  const root = rootOf(token.lower);
  return all.tables.filter((table) => {
    const head = headOf(all, table);
    // `received` of payments_received
    if (verb && (all.tableWords.get(table.name)?.words ?? []).includes(token.lower)) return true;
    // `visits` are the rows themselves, `visited` tells of them.
    if (head === token.stem) return false;
    if (nouns.includes(head)) return true;
    return verb && root.length >= 4 && head.startsWith(root) && nounEndings.test(head.slice(root.length));
  });
}

/** The stem of the word a table's name turns on: `event` of adverse_events. */
export function headOf(all: PreparedTables, table: QuestionTable): string {
  const name = all.tableWords.get(table.name)?.readings.at(0) ?? [];
  const head = name.findLast(
    (word) =>
      !/(?:ed|ing)$|^(?:made|sent|table|data|info|list|log|record|detail|history)s?$/.test(word.lower),
  );
  return (head ?? name.at(-1))?.stem ?? stemOf(table.name.toLowerCase());
}

const lemmas = new Map([
  ...['buy', 'bought', 'buys', 'buying'].map((word) => [word, 'buy'] as const),
  ...['sell', 'sold', 'sells', 'selling'].map((word) => [word, 'sell'] as const),
  ...['deposit', 'deposited', 'deposits'].map((word) => [word, 'deposit'] as const),
  ...['withdrew', 'withdrawn', 'withdraw'].map((word) => [word, 'withdrawal'] as const),
  ...['purchased', 'purchases', 'purchase'].map((word) => [word, 'purchase'] as const),
]);

/** What a kind of happening is stored as, where a table holds several kinds: `buy` for `bought`. */
export const lemmaOf = (token: Token): string | null => lemmas.get(token.lower) ?? null;

/** True for a word of a column that says when the rows of a table came about: `admitted_on` of admissions. */
export function tellsOf(word: string, table: string): boolean {
  const head = stemOf(splitName(table).at(-1) ?? '');
  if ((happeningOf.get(word) ?? []).includes(head)) return true;
  const root = rootOf(word);
  return (
    /ed$/.test(word) && root.length >= 4 && head.startsWith(root) && nounEndings.test(head.slice(root.length))
  );
}

/** What is done with a thing is in the rows that point to it, not in its own. */
export const dealingVerbs = new Set(
  'used seen observed found measured tested needed handled processed examined studied analysed analyzed assigned'.split(
    ' ',
  ),
);

/** Verbs that only tie two nouns together, or say that a row came about. */
export const tyingVerbs = new Set(
  'wrote write writes written published authored saw see sees own owns owned teach teaches taught manage manages managed lead leads led conduct conducts conducted perform performs performed supply supplies supplied make makes made manufacture manufactured contain contains include includes included take takes taken took use uses work works worked create created play plays gave given collected recorded reported done administered supplied offer offers offered reside resides residing'.split(
    ' ',
  ),
);

export interface TableNoun {
  tables: QuestionTable[];
  length: number;
  exact: boolean;
}

/** The tables that the words from `at` on call by name: in full (`adverse events`), by the head, or by a synonym. */
export function tableNounAt(tokens: Token[], at: number, all: PreparedTables): TableNoun | null {
  const token = tokens[at];
  if (token === undefined || token.kind !== 'word' || token.lower.length < 3) return null;
  let best: TableNoun | null = null;
  for (const table of all.tables)
    for (const reading of all.tableWords.get(table.name)?.readings ?? []) {
      const length = reading.length;
      if (
        !reading.every(
          (word, place) => tokens[at + place]?.kind === 'word' && tokens[at + place]?.stem === word.stem,
        )
      )
        continue;
      if (best === null || length > best.length) best = { tables: [table], length, exact: true };
      else if (length === best.length && !best.tables.includes(table)) best.tables.push(table);
    }
  if (best !== null) return best;
  const heads = all.tables.filter((table) => headOf(all, table) === token.stem);
  if (heads.length > 0) return { tables: heads, length: 1, exact: heads.length === 1 };
  const alike = all.tables.filter((table) => synonymQuality(token.stem, headOf(all, table)) >= 0.8);
  return alike.length > 0 ? { tables: alike, length: 1, exact: false } : null;
}
