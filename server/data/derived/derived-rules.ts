import { type DatasetRule, type Sensitivity, sensitivities } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { ruleProblem } from '../datasets/restrictions.ts';

export interface RuledSource {
  sensitivity: Sensitivity;
  rules: readonly DatasetRule[];
  /** Its columns stand in what was made, under their names and unchanged. */
  isKept: boolean;
}

/**
 * Who sees what of a dataset that was made from others, so that nobody sees more of them through it: as sensitive as the
 * most sensitive of them. Rules of a source whose columns are kept go along. Of any other it cannot be told which value
 * came of which column: whom one of its rules is for sees no row.
 */
export function derivedAccess(
  sources: readonly RuledSource[],
  columns: readonly ColumnSchema[],
): { sensitivity: Sensitivity; rules: DatasetRule[] } {
  const [first] = columns;
  const none = (rule: DatasetRule): DatasetRule => ({
    kind: 'rows',
    readers: rule.readers,
    condition: { column: first?.name ?? '', operator: 'among', values: [], attribute: null },
  });
  const rules = sources.flatMap(({ rules: own, isKept }) =>
    own.map((rule) => {
      // A pseudonym is made with a key of the source's own.
      const isPseudonym = rule.kind === 'mask' && rule.mask.kind === 'pseudonym';
      if (!isKept || ruleProblem(rule, columns) !== null) return none(rule);
      return isPseudonym ? { ...rule, mask: { kind: 'hide' as const } } : rule;
    }),
  );
  const distinct = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  const most = Math.max(...sources.map(({ sensitivity }) => sensitivities.indexOf(sensitivity)));
  return { sensitivity: sensitivities[most] ?? 'phi', rules: [...distinct.values()] };
}
