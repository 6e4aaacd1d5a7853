import type { Atom } from './atoms.ts';
import { type ColumnLink, linkColumns } from './column-links.ts';
import { dealingVerbs, eventTables, lemmaOf, tableNounAt, tyingVerbs } from './event-words.ts';
import { isPlausibleRowNoun } from './lexicon/nouns.ts';
import { earningsColumn, moneyColumn } from './money.ts';
import { referencesOf } from './relations.ts';
import type { PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import type { QuestionTable } from './types.ts';
import type { View } from './views.ts';

/** In a view: its own rows by name or by what happened in them; names of tables out of its reach stand in the way. */
export function nounAtoms(tokens: Token[], at: number, index: PreparedTables, view: View): Atom[] {
  const token = tokens[at] as Token;
  const atoms: Atom[] = [];
  const noun = tableNounAt(tokens, at, view.all);
  const refuse = (to: number, weight: number): Atom => ({
    kind: 'operator',
    operator: {
      op: 'refuse',
      reason: `No key leads from "${view.base.label ?? view.base.name}" to one "${token.text}" for each row; say more plainly what is counted or listed.`,
      foreign: true,
    },
    from: at,
    to,
    weight,
  });
  if (noun !== null) {
    const to = at + noun.length;
    const weight = noun.length * (noun.exact ? 1.06 : 0.8) + (noun.length - 1) * 0.12;
    const reached = noun.tables.filter((table) => view.paths.has(table));
    if (noun.tables.includes(view.base) && (noun.exact || reached.length === 1))
      atoms.push({ kind: 'table', tables: [view.base], exact: noun.exact, from: at, to, weight });
    else if (reached.length === 1) {
      const column = view.keys.get(reached[0] as QuestionTable);
      if (column !== undefined)
        atoms.push({
          kind: 'column',
          links: [{ column, score: noun.exact ? 1 : 0.86, coverage: 1, typo: false }],
          from: at,
          to,
          weight: weight + 0.02,
        });
    } else if (reached.length === 0) atoms.push(refuse(to, weight - 0.02));
  }
  const lemma = lemmaOf(token);
  const stored = lemma === null ? [] : (index.values.get(lemma) ?? []);
  const events = stored.length > 0 || index.values.has(token.lower) ? [] : eventTables(token, view.all);
  if (stored.length > 0)
    atoms.push({
      kind: 'value',
      links: stored.map(({ column, value }) => ({ column, value, score: 0.95, typo: false })),
      from: at,
      to: at + 1,
      weight: 1.1,
    });
  if (events.length > 0) {
    const happened = events.some((table) => view.paths.has(table));
    atoms.push(
      happened
        ? { kind: 'operator', operator: { op: 'have' }, from: at, to: at + 1, weight: 1.06 }
        : refuse(at + 1, 1.06),
    );
    const by = tokens[at + 1];
    const after = tokens[at + 2];
    const grouped =
      by?.lower === 'by' &&
      (['each', 'every'].includes(after?.lower ?? '') ||
        (after !== undefined &&
          linkColumns(tokens, at + 2, at + 3, index).some(
            (link) => link.score >= 0.9 && link.column.entityOf === null,
          )));
    if (
      happened &&
      !grouped &&
      by !== undefined &&
      ['by', 'with', 'to', 'in', 'for', 'from'].includes(by.lower)
    )
      atoms.push({ kind: 'operator', operator: { op: 'have' }, from: at, to: at + 2, weight: 2.3 });
  }
  if (
    /^(?:spent|spend|spends|spending|earned|earn|paid|pay|pays|brought in)$/.test(token.lower) &&
    moneyColumn(index.columns) !== null
  )
    atoms.push({ kind: 'operator', operator: { op: 'have' }, from: at, to: at + 1, weight: 1.07 });
  const earnings = /^(?:revenue|turnover|income|earnings|expenditure|spending)$/.test(token.lower);
  if (earnings && earningsColumn(index) !== null && !index.columnsByWord.has(token.lower))
    atoms.push({
      kind: 'operator',
      operator: { op: 'aggregate', fn: 'sum' },
      from: at,
      to: at + 1,
      weight: 0.95,
    });
  const before = tokens[at - 1]?.lower ?? '';
  const dealt =
    dealingVerbs.has(token.lower) && /^(?:were|was|been|be|are|is|got|never|not|ever)$/.test(before);
  const pointed = referencesOf(view.all).some((item) => item.parent.table === view.base);
  if (dealt && pointed && events.length === 0) atoms.push(refuse(at + 1, 1.05));
  else if (tyingVerbs.has(token.lower) && events.length === 0)
    atoms.push({ kind: 'operator', operator: { op: 'have' }, from: at, to: at + 1, weight: 0.9 });
  const evidence = index.tableWords.get(view.base.name)?.evidence ?? new Set<string>();
  if (noun === null && isPlausibleRowNoun(token.stem, evidence))
    atoms.push({ kind: 'table', tables: [view.base], exact: false, from: at, to: at + 1, weight: 0.7 });
  return atoms;
}

export function nounLength(tokens: Token[], at: number, { view }: PreparedTables): number {
  const noun = view === null ? null : tableNounAt(tokens, at, view.all);
  return noun?.exact === true ? noun.length : 0;
}

/** "Number of samples" counts samples where there is a table of them. */
export function holdsNoun(tokens: Token[], atom: Atom, { view }: PreparedTables): boolean {
  if (view === null || atom.to - atom.from < 2) return false;
  for (let at = atom.from; at < atom.to; at += 1)
    if (tableNounAt(tokens, at, view.all)?.exact === true) return true;
  return false;
}

/** `endangered species` is a column and the noun it describes, unless the column is called so in full. */
export function endsInNoun(
  tokens: Token[],
  at: number,
  to: number,
  link: ColumnLink,
  index: PreparedTables,
): boolean {
  if (index.view === null || to - at < 2) return false;
  const noun = tableNounAt(tokens, to - 1, index.view.all);
  const stem = tokens[to - 1]?.stem;
  return (
    noun?.exact === true &&
    !link.column.readings.some((reading) => reading.some((word) => word.stem === stem))
  );
}
