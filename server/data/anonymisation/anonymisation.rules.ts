import type { DatasetRule } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { ruleProblem } from '../datasets/restrictions.ts';
import type { ColumnPlan } from './anonymisation.plan.ts';

const columnOf = (rule: DatasetRule): string => (rule.kind === 'rows' ? rule.condition.column : rule.column);

/**
 * The source's rules for its anonymised copy, so that nobody sees more rows or columns of it than of the source. A
 * row filter whose column is gone or changed can no longer tell the rows apart: whom it was for see none. A mask that no
 * longer fits hides its column. `changed` counts both, and masks whose column is gone.
 */
export function rulesForCopy(
  rules: readonly DatasetRule[],
  plan: readonly ColumnPlan[],
  columns: readonly ColumnSchema[],
): { rules: DatasetRule[]; changed: number } {
  let changed = 0;
  const [first] = columns;
  const carried = rules.flatMap((rule): DatasetRule[] => {
    const name = columnOf(rule);
    const isKept = plan.some(({ column, action }) => column === name && action.kind === 'keep');
    const isThere = columns.some((column) => column.name === name);
    if (rule.kind === 'rows') {
      if (isKept && ruleProblem(rule, columns) === null) return [rule];
      changed += 1;
      const nothing = {
        column: first?.name ?? name,
        operator: 'among' as const,
        values: [],
        attribute: null,
      };
      return [{ ...rule, condition: nothing }];
    }
    if (!isThere) {
      changed += 1;
      return [];
    }
    // A pseudonym is made with a key of the source's own.
    if (isKept && rule.mask.kind !== 'pseudonym' && ruleProblem(rule, columns) === null) return [rule];
    changed += 1;
    return [{ ...rule, mask: { kind: 'hide' } }];
  });
  return { rules: carried, changed };
}

/** A column that a rule of the dataset names and that a new version would not keep as it is; null when there is none. */
export function ruledColumnChanged(
  rules: readonly DatasetRule[],
  plan: readonly ColumnPlan[],
): string | null {
  const named = new Set(rules.map(columnOf));
  return plan.find(({ column, action }) => named.has(column) && action.kind !== 'keep')?.column ?? null;
}
