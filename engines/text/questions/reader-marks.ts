import type { Condition } from './frame.ts';
import type { Comparison } from './lexicon/operators.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

export function addCondition(state: ReaderState, condition: Condition): void {
  state.conditions.push({ condition, place: state.place, joiner: state.joiner === 'or' ? 'or' : 'and' });
  state.negate = false;
  state.joiner = null;
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
