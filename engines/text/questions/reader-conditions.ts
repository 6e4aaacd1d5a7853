import { type ColumnLink, linkColumns } from './column-links.ts';
import type { Literal } from './expression.ts';
import { type Condition, type Operand, ReadFailure } from './frame.ts';
import type { Comparison } from './lexicon/phrases.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import { splitName, tokenize } from './tokens.ts';
import { convertUnit, isUnitWord } from './units.ts';
import { linkValues } from './value-links.ts';

export function literalOf(column: IndexedColumn, stored: string): Literal {
  if (column.profile.type === 'boolean')
    return { node: 'boolean', value: ['true', 't', '1', 'yes'].includes(stored.toLowerCase()) };
  if (column.numeric) return { node: 'number', value: Number(stored) };
  return { node: 'text', value: stored };
}

export function addCondition(state: ReaderState, condition: Condition): void {
  state.conditions.push({ condition, place: state.place });
  state.negate = false;
}

const flipped: Record<Comparison, Comparison> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

export function flip(cmp: Comparison): Comparison {
  return flipped[cmp];
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
export function valueOfColumn(
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

function equals(
  state: ReaderState,
  column: IndexedColumn,
  place: number,
  marked: number,
  extra = false,
): number | null {
  const first = readLiteral(state, place, column);
  if (first === null) return null;
  const more = readMoreLiterals(state, first.next, column);
  const negated = state.negate;
  const values = [first.literal, ...more.literals.map((item) => item.literal)];
  markColumn(state, marked, column, 'filter');
  state.mark(
    place,
    'value',
    `${column.name} ${negated ? 'is not' : 'is'} ${first.shown}`,
    column,
    first.shown,
  );
  for (const item of more.literals)
    state.mark(item.place, 'value', `${column.name} is ${item.shown}`, column, item.shown);
  addCondition(state, { kind: 'equals', column, values, negated, joined: more.joined });
  void extra;
  return more.next;
}

export function markColumn(
  state: ReaderState,
  place: number,
  column: IndexedColumn,
  role: 'column' | 'filter' | 'group' | 'order' = 'column',
): void {
  if (place < 0) return;
  const atom = state.atoms[place];
  const others =
    atom?.kind === 'column' ? atom.links.filter((link) => link.column !== column).slice(0, 3) : [];
  const score = atom?.kind === 'column' ? (atom.links.find((link) => link.column === column)?.score ?? 1) : 1;
  state.mark(
    place,
    role,
    `the column ${column.name}`,
    column,
    null,
    Math.min(1, score),
    others.map((link) => ({
      target: `the column ${link.column.name}`,
      column: link.column.name,
      value: null,
    })),
  );
}

const isLinking = (state: ReaderState, place: number): boolean => {
  const operator = state.operatorAt(place);
  // "mean intensity of class 2": what is measured is not what is equal to 2.
  if (state.pending.length > 0 && operator?.op === 'prep') return false;
  return (
    operator !== null &&
    (['skip', 'filler', 'be', 'have'].includes(operator.op) ||
      (operator.op === 'prep' && ['of', 'at', 'in', 'on', 'to', 'as'].includes(operator.word)))
  );
};

export function setCompare(
  state: ReaderState,
  operand: Operand,
  cmp: Comparison,
  value: number | Operand,
): void {
  const negated = state.negate;
  addCondition(state, { kind: 'compare', operand, cmp: negated ? flip(cmp) : cmp, value, negated: false });
}

/** What follows a column and makes it a condition. Returns the place after it, or null. */
export function conditionAfterColumn(
  state: ReaderState,
  column: IndexedColumn,
  place: number,
  start: number,
): number | null {
  let next = start;
  let linked = false;
  const wasNegated = state.negate;
  for (;;) {
    const operator = state.operatorAt(next);
    // `wool A`: a single letter written as it is stored is the value, not the article.
    const letter = state.atoms[next];
    if (
      letter !== undefined &&
      /^[A-Z]$/.test(state.textOf(letter)) &&
      column.values.includes(state.textOf(letter))
    )
      break;
    if (isLinking(state, next)) {
      linked ||= operator?.op !== 'skip' && operator?.op !== 'filler';
      next += 1;
    } else if (operator?.op === 'not') {
      state.negate = true;
      next += 1;
    } else break;
  }
  const operator = state.operatorAt(next);
  const operand: Operand = { kind: 'column', column };
  const finish = (end: number): number => {
    for (let between = start; between < next; between += 1)
      state.mark(between, 'ignored', 'joins the words around it');
    return end;
  };
  if (operator?.op === 'relative' && column.numeric && column.yes === null) {
    markColumn(state, place, column, 'filter');
    state.mark(
      next,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${column.name}`,
    );
    addCondition(state, {
      kind: 'relative',
      column,
      cmp: state.negate ? (operator.cmp === '>' ? '<' : '>') : operator.cmp,
    });
    return finish(next + 1);
  }
  if (
    operator?.op === 'missing' &&
    column.valueKeys.get(state.textOf(state.atoms[next] as never).toLowerCase()) === undefined
  ) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'filter', `${column.name} is missing`, column);
    addCondition(state, { kind: 'null', column, negated: state.negate });
    return finish(next + 1);
  }
  if (operator?.op === 'present' && linked) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'filter', `${column.name} is recorded`, column);
    addCondition(state, { kind: 'null', column, negated: !state.negate });
    return finish(next + 1);
  }
  if (operator?.op === 'match' && column.profile.type === 'text') {
    const texts = readTexts(state, state.skipFrom(next + 1));
    if (texts !== null) {
      markColumn(state, place, column, 'filter');
      state.mark(next, 'comparison', `${operator.how} ${texts.texts.join(' or ')}`, column);
      addCondition(state, {
        kind: 'match',
        column,
        how: operator.how,
        texts: texts.texts,
        negated: state.negate,
      });
      return finish(texts.next);
    }
  }
  const comparison = comparisonAt(state, next, column) ?? spanOfNumbers(state, next, column);
  const ordered = comparison !== null && comparison.cmp !== '=' && comparison.cmp !== '<>';
  if (
    comparison !== null &&
    (ordered || comparison.between !== null) &&
    (!column.numeric || column.yes !== null || (column.identifier && !column.unique))
  ) {
    state.negate = wasNegated;
    return null;
  }
  if (comparison !== null) {
    markColumn(state, place, column, 'filter');
    if (comparison.between !== null) {
      const negated = state.negate;
      addCondition(state, {
        kind: 'between',
        operand,
        low: comparison.between[0],
        high: comparison.between[1],
        negated,
      });
    } else if (comparison.cmp === '=' || comparison.cmp === '<>') {
      if (comparison.cmp === '<>') state.negate = !state.negate;
      const end = comparison.literalAt === null ? null : equals(state, column, comparison.literalAt, place);
      if (end === null) {
        state.negate = wasNegated;
        return null;
      }
      return finish(end);
    } else setCompare(state, operand, comparison.cmp, comparison.value);
    return finish(comparison.next);
  }
  const time = state.atoms[next];
  if (time?.kind === 'time' && (column.temporal || column.year)) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'time', time.spec.label, column);
    addCondition(state, { kind: 'time', column, spec: time.spec, negated: state.negate });
    return finish(next + 1);
  }
  // `species Adelie`, `diet 1`, `sex is female`: the value must come straight after.
  const after = state.atoms[next];
  const ownValue =
    after !== undefined &&
    (after.kind === 'value' ||
      after.kind === 'number' ||
      after.kind === 'quoted' ||
      linked ||
      state.negate ||
      state.operatorAt(next - 1)?.op === 'filler' ||
      after.kind === 'operator' ||
      after.kind === 'unknown' ||
      (after.kind === 'column' && column.profile.type === 'text') ||
      (state.textOf(after) === 'A' && column.values.includes('A')));
  if (ownValue) {
    const numberOfNext = after?.kind === 'number' && !linked && nextIsColumn(state, next + 1, column);
    const grammar =
      !(
        after !== undefined &&
        column.values.includes(state.textOf(after)) &&
        /^[A-Z]$/.test(state.textOf(after))
      ) &&
      after?.kind === 'operator' &&
      !linked &&
      !state.negate &&
      [
        'comma',
        'and',
        'or',
        'prep',
        'group',
        'be',
        'not',
        'have',
        'compare',
        'grain',
        'list',
        'wh',
        'exist',
        'relative_pronoun',
        'without',
      ].includes(after.operator.op);
    const end = numberOfNext || grammar ? null : equals(state, column, next, place);
    if (end !== null) return finish(end);
  }
  state.negate = wasNegated;
  return null;
}

function nextIsColumn(state: ReaderState, place: number, column: IndexedColumn): boolean {
  const atom = state.atoms[place];
  return atom?.kind === 'column' && !atom.links.some((link) => link.column === column);
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
    if (state.operatorAt(next)?.op === 'or') next += 1;
    else break;
  }
  return texts.length === 0 ? null : { texts, next };
}

/** `ages 30 to 40` */
function spanOfNumbers(state: ReaderState, place: number, column: IndexedColumn): Compared | null {
  if (!column.numeric) return null;
  const joint = state.operatorAt(place + 1);
  const joins =
    (joint?.op === 'prep' && joint.word === 'to') || (joint?.op === 'arithmetic' && joint.sign === '-');
  if (state.atoms[place]?.kind !== 'number' || !joins || state.atoms[place + 2]?.kind !== 'number')
    return null;
  const low = readNumber(state, place, column);
  const high = readNumber(state, place + 2, column);
  if (low === null || high === null) return null;
  state.mark(place, 'comparison', `from ${low.value} to ${high.value}`, column);
  return {
    cmp: '=',
    value: 0,
    between: [Math.min(low.value, high.value), Math.max(low.value, high.value)],
    literalAt: null,
    next: high.next,
  };
}

interface Compared {
  cmp: Comparison;
  value: number | Operand;
  between: [number, number] | null;
  literalAt: number | null;
  next: number;
}

/** A comparison with a number or another column at `place`. */
export function comparisonAt(
  state: ReaderState,
  place: number,
  column: IndexedColumn | null,
): Compared | null {
  const operator = state.operatorAt(place);
  if (operator?.op === 'between' || operator?.op === 'prep') {
    if (operator.op === 'prep' && operator.word !== 'from') return null;
    const low = readNumber(state, state.skipFrom(place + 1), column);
    const joint = low === null ? null : state.operatorAt(low.next);
    const joins =
      joint?.op === 'and' ||
      (joint?.op === 'prep' && joint.word === 'to') ||
      (joint?.op === 'arithmetic' && joint.sign === '-');
    if (low === null || !joins) return null;
    const high = readNumber(state, low.next + 1, column);
    if (high === null) return null;
    state.mark(place, 'comparison', `between ${low.value} and ${high.value}`, column);
    state.mark(low.next, 'comparison', 'and');
    return {
      cmp: '=',
      value: 0,
      between: [Math.min(low.value, high.value), Math.max(low.value, high.value)],
      literalAt: null,
      next: high.next,
    };
  }
  const between = state.atoms[place];
  if (
    between?.kind === 'time' &&
    between.spec.kind === 'range' &&
    column?.numeric === true &&
    !column.year &&
    !state.index.columns.some((other) => other.temporal || other.year) &&
    between.spec.years?.from != null &&
    between.spec.years.to !== null &&
    between.to - between.from > 2
  )
    return {
      cmp: '=',
      value: 0,
      between: [between.spec.years.from, between.spec.years.to],
      literalAt: null,
      next: place + 1,
    };
  let cmp: Comparison | null = null;
  let next = place + 1;
  if (operator?.op === 'compare') cmp = operator.cmp;
  else if (operator?.op === 'comparative' && state.operatorAt(place + 1)?.op === 'than') {
    cmp = operator.sign === 1 ? '>' : '<';
    next = place + 2;
  } else if (state.atoms[place]?.kind === 'number') {
    // `5 or more`, `5 or less`, `50 and over`
    const number = readNumber(state, place, column);
    const joint = number === null ? null : state.operatorAt(number.next);
    const word = number === null ? undefined : state.atoms[number.next + 1];
    if (number === null || !(joint?.op === 'or' || joint?.op === 'and') || word === undefined) return null;
    const text = state.textOf(word).toLowerCase();
    const up = [
      'more',
      'over',
      'above',
      'greater',
      'higher',
      'older',
      'later',
      'longer',
      'up',
      'heavier',
      'taller',
    ].includes(text);
    const down = [
      'less',
      'fewer',
      'under',
      'below',
      'lower',
      'younger',
      'shorter',
      'lighter',
      'smaller',
    ].includes(text);
    if (!up && !down) return null;
    state.mark(
      place,
      'comparison',
      up ? `at least ${number.value}` : `at most ${number.value}`,
      column,
      number.value,
    );
    state.mark(number.next, 'comparison', 'or');
    state.mark(number.next + 1, 'comparison', text);
    return {
      cmp: up ? '>=' : '<=',
      value: number.value,
      between: null,
      literalAt: null,
      next: number.next + 2,
    };
  }
  if (cmp === null) return null;
  next = state.skipFrom(next);
  const number = readNumber(state, next, column);
  if (number !== null) {
    state.mark(place, 'comparison', `${cmp} ${number.value}`, column, number.value);
    state.mark(next, 'comparison', String(number.value), column, number.value);
    return { cmp, value: number.value, between: null, literalAt: next, next: number.next };
  }
  const other = state.atoms[next];
  if (other?.kind === 'column' && column !== null) {
    const chosen = pickNumeric(state, other.links);
    if (chosen !== null && chosen !== column) {
      markColumn(state, next, chosen, 'filter');
      state.mark(place, 'comparison', `${cmp} ${chosen.name}`);
      return {
        cmp,
        value: { kind: 'column', column: chosen },
        between: null,
        literalAt: null,
        next: next + 1,
      };
    }
  }
  return cmp === '=' || cmp === '<>' ? { cmp, value: 0, between: null, literalAt: next, next } : null;
}

function pickNumeric(state: ReaderState, links: ColumnLink[]): IndexedColumn | null {
  try {
    return state.choose(links, 'numeric', 'column').column;
  } catch (error) {
    if (error instanceof ReadFailure) return null;
    throw error;
  }
}

/** Columns a describing word speaks of, narrowed by the noun beside it (`longest` + `petal`). */
export function columnOfDimension(
  state: ReaderState,
  dimensions: string[],
  noun: ColumnLink[] | null,
  said: string,
): IndexedColumn {
  for (const dimension of dimensions) {
    const tokens = tokenize(dimension);
    const links = linkColumns(tokens, 0, tokens.length, state.index).filter(
      (link) => (link.column.numeric || link.column.temporal) && link.score >= 0.6,
    );
    const near =
      noun === null ? links : links.filter((link) => noun.some((other) => other.column === link.column));
    if (near.length === 0) continue;
    const best = near[0] as ColumnLink;
    const rivals = near.filter((link) => link !== best && link.score >= best.score - 0.03);
    if (rivals.length === 0) return best.column;
    const mentioned = [best, ...rivals].filter((link) => state.mentioned.has(link.column.table.name));
    if (mentioned.length === 1) return (mentioned[0] as ColumnLink).column;
    const names = [best, ...rivals].slice(0, 4).map((link) => `"${link.column.name}"`);
    throw new ReadFailure(`"${said}" could mean ${names.join(' or ')}; say which.`, [said], true);
  }
  throw new ReadFailure(`No column tells what "${said}" is measured by; name the column.`, [said]);
}
