import { StromaError } from '@stroma/kernel';
import type { ColumnPlan } from './encoder-options.ts';
import { type FeatureColumn, type FeatureTable, lengthOf, listed, missingOf } from './feature-table.ts';

export function kindOfPlan(plan: ColumnPlan): FeatureColumn['kind'] {
  switch (plan.plan) {
    case 'effect':
      return 'category';
    case 'ignored':
      return plan.kind;
    default:
      return plan.plan;
  }
}

/** Throws INVALID_INPUT with all that is wrong at once. Columns that told nothing in training may be absent. */
export function checkSchema(
  plans: readonly ColumnPlan[],
  table: FeatureTable,
  extra: 'refuse' | 'ignore',
): void {
  const given = new Map(table.columns.map((column) => [column.name, column]));
  const expected = new Set(plans.map(({ name }) => name));
  const missing = plans.filter((plan) => plan.plan !== 'ignored' && !given.has(plan.name));
  const unknown = table.columns.filter(({ name }) => !expected.has(name));
  const otherKind = plans.flatMap((plan) => {
    const column = given.get(plan.name);
    return column === undefined || plan.plan === 'ignored' || fits(plan, column)
      ? []
      : [{ column: plan.name, expected: kindOfPlan(plan), given: column.kind }];
  });
  const faults: string[] = [];
  if (missing.length > 0) faults.push(`missing: ${listed(missing.map(({ name }) => name))}`);
  if (otherKind.length > 0)
    faults.push(
      `of another kind: ${otherKind.map((own) => `"${own.column}" (${own.expected} expected, ${own.given} given)`).join(', ')}`,
    );
  if (unknown.length > 0 && extra === 'refuse')
    faults.push(`not known to it: ${listed(unknown.map(({ name }) => name))}`);
  if (faults.length === 0) return;
  throw new StromaError(
    'INVALID_INPUT',
    `The columns the model was fitted to were expected; ${faults.join('; ')}. Give a table of the same columns.`,
    {
      missing: missing.map(({ name }) => name),
      unknown: unknown.map(({ name }) => name),
      other_kind: otherKind,
    },
  );
}

const fits = (plan: ColumnPlan, column: FeatureColumn): boolean =>
  kindOfPlan(plan) === column.kind || missingOf(column) === lengthOf(column);

/** The table's columns in the order of the plans; what is absent or all missing as missing of the plan's kind. */
export function matched(plans: readonly ColumnPlan[], table: FeatureTable): FeatureColumn[] {
  const given = new Map(table.columns.map((column) => [column.name, column]));
  return plans.map((plan) => {
    const column = given.get(plan.name);
    return column !== undefined && column.kind === kindOfPlan(plan)
      ? column
      : missingColumn(plan, table.rows);
  });
}

/** A column of nothing, of the kind the plan asks for. */
export function missingColumn(plan: ColumnPlan, rows: number): FeatureColumn {
  const kind = kindOfPlan(plan);
  const { name } = plan;
  if (kind === 'category') return { kind, name, codes: new Int32Array(rows).fill(-1), levels: [] };
  if (kind === 'text') return { kind, name, values: Array(rows).fill(null) };
  return { kind, name, values: new Float64Array(rows).fill(Number.NaN) };
}
