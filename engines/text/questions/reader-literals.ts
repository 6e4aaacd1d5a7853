import type { Literal } from './expression.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import { splitName } from './tokens.ts';
import { convertUnit, isUnitWord } from './units.ts';
import { linkValues } from './value-links.ts';

export function literalOf(column: IndexedColumn, stored: string): Literal {
  if (column.profile.type === 'boolean')
    return { node: 'boolean', value: ['true', 't', '1', 'yes'].includes(stored.toLowerCase()) };
  if (column.numeric) return { node: 'number', value: Number(stored) };
  return { node: 'text', value: stored };
}

/** Reads a number with its unit at `place`; the value is in the column's own unit. */
export function readNumber(
  state: ReaderState,
  place: number,
  column: IndexedColumn | null,
): { value: number; next: number } | null {
  const atom = state.atoms[place];
  if (
    atom?.kind !== 'number' &&
    !(atom?.kind === 'time' && atom.spec.kind === 'range' && atom.to - atom.from === 1)
  )
    return null;
  let value =
    atom.kind === 'number' ? atom.value : Number((state.tokens[atom.from] as { text: string }).text);
  if (!Number.isFinite(value)) return null;
  let next = place + 1;
  const after = state.atoms[next];
  if (after !== undefined && after.kind !== 'column') {
    const unit = state.textOf(after).toLowerCase();
    if (unit === '%' || isUnitWord(unit)) {
      const converted = convertUnit(value, unit, column?.unit ?? null);
      if (converted === null)
        state.fail(
          `The column "${column?.name ?? ''}" is in ${column?.unit ?? 'another unit'}, not in ${unit}.`,
          [unit],
        );
      if (column !== null && column.unit === null) state.penalty += 0.08;
      value = converted;
      state.mark(next, 'comparison', `unit ${unit}`);
      next += 1;
      const more = state.operatorAt(next);
      if (
        more?.op === 'positive' &&
        ['old', 'tall', 'long', 'wide', 'deep', 'high', 'thick'].includes(
          state.textOf(state.atoms[next] as never).toLowerCase(),
        )
      ) {
        state.mark(next, 'ignored', 'belongs to the unit');
        next += 1;
      }
    }
  }
  return { value, next };
}

/** A stored value of this column that starts at token `from`, longest first. */
function valueOfColumn(
  state: ReaderState,
  place: number,
  column: IndexedColumn,
): { stored: string; next: number } | null {
  const first = state.atoms[place];
  if (first === undefined) return null;
  for (let end = Math.min(state.atoms.length, place + 6); end > place; end -= 1) {
    const last = state.atoms[end - 1];
    if (last === undefined) continue;
    const span = state.tokens.slice(first.from, last.to);
    const key = span
      .filter((token) => token.kind !== 'symbol')
      .map((token) => token.lower)
      .join(' ');
    const quoted = span.length === 1 && span[0]?.kind === 'quoted' ? splitName(span[0].lower).join(' ') : key;
    const stored = column.valueKeys.get(quoted);
    if (stored !== undefined && quoted !== '') {
      const typed = span.map((token) => token.text).join('');
      const exact = stored.find((value) => value === typed);
      // Symbols are not part of a key, so a comparison must not be swallowed by one.
      if (span.some((token) => ['<', '>', '=', ','].includes(token.lower))) continue;
      return { stored: exact ?? (stored[0] as string), next: end };
    }
    const linked = linkValues(state.tokens, first.from, last.to, state.index).filter(
      (link) => link.column === column,
    );
    if (linked.length === 1 && linked[0] !== undefined && !(end - place > 1 && linked[0].typo))
      return { stored: linked[0].value, next: end };
  }
  return null;
}

/** A literal for the column at `place`: a stored value, a number, or yes and no. */
export function readLiteral(
  state: ReaderState,
  place: number,
  column: IndexedColumn,
): { literal: Literal; next: number; shown: string } | null {
  const stored = valueOfColumn(state, place, column);
  if (stored !== null)
    return { literal: literalOf(column, stored.stored), next: stored.next, shown: stored.stored };
  if (column.numeric) {
    const number = readNumber(state, place, column);
    if (number !== null)
      return {
        literal: { node: 'number', value: number.value },
        next: number.next,
        shown: String(number.value),
      };
  }
  const atom = state.atoms[place];
  if (column.yes !== null && atom !== undefined) {
    const word = state.textOf(atom).toLowerCase();
    if (['yes', 'true', 'positive', 'present'].includes(word))
      return { literal: column.yes.yes, next: place + 1, shown: word };
    if (['no', 'false', 'negative', 'absent'].includes(word))
      return { literal: column.yes.no, next: place + 1, shown: word };
  }
  return null;
}

/** More values of the same column, joined by commas, `and` or `or`. */
export function readMoreLiterals(
  state: ReaderState,
  from: number,
  column: IndexedColumn,
): {
  literals: { literal: Literal; place: number; shown: string }[];
  next: number;
  joined: 'or' | 'and' | 'none';
} {
  const literals: { literal: Literal; place: number; shown: string }[] = [];
  let next = from;
  let joined: 'or' | 'and' | 'none' = 'none';
  for (;;) {
    let place = next;
    let seen: 'or' | 'and' | 'none' = 'none';
    for (;;) {
      const operator = state.operatorAt(place);
      if (operator?.op === 'comma') seen = seen === 'none' ? 'and' : seen;
      else if (operator?.op === 'and') seen = 'and';
      else if (operator?.op === 'or') seen = 'or';
      else if (
        !(
          operator?.op === 'skip' &&
          ['the', 'a', 'an'].includes(state.textOf(state.atoms[place] as never).toLowerCase())
        )
      )
        break;
      place += 1;
    }
    if (seen === 'none') return { literals, next, joined };
    const after = state.atoms[place + 1];
    const numberOfOther =
      state.atoms[place]?.kind === 'number' &&
      after?.kind === 'column' &&
      !after.links.some((link) => link.column === column);
    const literal =
      numberOfOther || state.operatorAt(place)?.op === 'compare' ? null : readLiteral(state, place, column);
    if (literal === null) return { literals, next, joined };
    for (let skipped = next; skipped < place; skipped += 1) state.mark(skipped, 'filter', seen);
    literals.push({ literal: literal.literal, place, shown: literal.shown });
    if (joined !== 'or') joined = seen;
    next = literal.next;
  }
}

/** Text to look for inside values; several joined by `or`. */
export function readTexts(state: ReaderState, place: number): { texts: string[]; next: number } | null {
  const texts: string[] = [];
  let next = place;
  for (;;) {
    const atom = state.atoms[next];
    if (atom === undefined) break;
    const text = atom.kind === 'quoted' ? atom.text : state.textOf(atom).replace(/^['"]|['"]$/g, '');
    if (atom.kind === 'operator' && !(text.length === 1 && /\p{L}/u.test(text))) break;
    texts.push(text);
    state.mark(next, 'value', `the text ${text}`, null, text);
    next += 1;
    // "Or last name contains ..." looks for another text in another column.
    const other = state.skipFrom(next + 1);
    const again =
      state.atoms[other]?.kind === 'column' && state.operatorAt(state.skipFrom(other + 1))?.op === 'match';
    if (state.operatorAt(next)?.op === 'or' && !again) next += 1;
    else break;
  }
  return texts.length === 0 ? null : { texts, next };
}
