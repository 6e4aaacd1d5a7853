import type { Measure } from './frame.ts';
import type { MeasureFunction } from './lexicon/operators.ts';
import { ownEntry } from './lexicon/own-entry.ts';
import { columnOperand, measure } from './reader-parts.ts';
import type { Bare, ReaderState } from './reader-state.ts';

/** A measure asked without saying how to take it: amounts are added up, everything else is averaged. */
export function fixDefaults(measures: Measure[]): Measure[] {
  return measures.map((item) =>
    item.fn === 'default' ? { ...item, fn: isAdditive(item) ? 'sum' : 'avg' } : item,
  );
}

export const additive =
  /^(?:count|counts|cases|ncases|ncontrols|sales|revenue|amount|quantity|qty|total|deaths|births|units|visits|passengers)$|(?:_amount|_total|_count|_qty|_quantity)$/i;

function isAdditive(item: Measure): boolean {
  return item.operand?.kind === 'column' && additive.test(item.operand.column.name);
}

const saidFunctions: Record<string, MeasureFunction> = {
  total: 'sum',
  sum: 'sum',
  max: 'max',
  maximum: 'max',
  peak: 'max',
  min: 'min',
  minimum: 'min',
  mean: 'avg',
  average: 'avg',
  median: 'median',
};

/**
 * A column asked for without a function. Where its own name starts with one, as in "total drug amount" or "maximum
 * temperature", that function was asked for.
 */
export function measureOf(state: ReaderState, bare: Bare): Measure {
  const atom = state.atoms[bare.at];
  const first = atom === undefined ? undefined : state.tokens[atom.from];
  return measure(ownEntry(saidFunctions, first?.lower ?? '') ?? 'default', columnOperand(bare.column));
}
