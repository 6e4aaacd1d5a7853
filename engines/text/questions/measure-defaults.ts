import type { Measure } from './frame.ts';

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
