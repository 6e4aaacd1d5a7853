import type { ColumnActionDocument, HierarchyDocument, IdentifierFinding } from '@stroma/contracts';
import type { ColumnProfile, ColumnSchema } from '@stroma/kernel';
import {
  type Hierarchy,
  hierarchyOfBins,
  hierarchyOfCsv,
  hierarchyOfDates,
  hierarchyOfPrefixes,
  hierarchyOfRows,
  hierarchyOfSuppression,
  hierarchyOfTree,
  type TreeNode,
} from '@stroma/privacy';
import { fail } from '../../platform/failure.ts';

export interface ColumnPlan {
  column: string;
  action: ColumnActionDocument;
}

export interface Plan {
  columns: readonly ColumnPlan[];
  unlisted: 'remove' | 'keep';
}

/** One action for every column, in the table's order. Throws INVALID_INPUT for what cannot be done with a column. */
export function completePlan({ columns, unlisted }: Plan, schema: readonly ColumnSchema[]): ColumnPlan[] {
  const byName = new Map(schema.map((column) => [column.name, column]));
  const given = new Map<string, ColumnActionDocument>();
  for (const [index, { column, action }] of columns.entries()) {
    const field = `columns.${index}`;
    const found = byName.get(column);
    if (found === undefined)
      fail('INVALID_INPUT', `There is no column "${column.slice(0, 100)}".`, { field });
    if (given.has(column))
      fail('INVALID_INPUT', `Column "${column.slice(0, 100)}" is named twice.`, { field });
    const problem = actionProblem(action, found, byName);
    if (problem !== null) fail('INVALID_INPUT', `Column "${column.slice(0, 100)}": ${problem}`, { field });
    given.set(column, action);
  }
  const plan = schema.map(({ name }) => ({ column: name, action: given.get(name) ?? { kind: unlisted } }));
  if (plan.every(({ action }) => action.kind === 'remove'))
    fail('INVALID_INPUT', 'Expected at least one column to stay; every one is removed.', {
      field: 'columns',
    });
  return plan;
}

function actionProblem(
  action: ColumnActionDocument,
  { type }: ColumnSchema,
  byName: ReadonlyMap<string, ColumnSchema>,
): string | null {
  const isNumber = type === 'integer' || type === 'number';
  const isDate = type === 'date' || type === 'timestamp';
  switch (action.kind) {
    case 'bins':
    case 'top_code':
      return isNumber ? null : `"${action.kind}" is for numbers; it is ${type}.`;
    case 'period':
      return isDate || type === 'text' ? null : `"period" is for dates; it is ${type}.`;
    case 'shift_dates':
      if (!isDate) return `"shift_dates" is for dates; it is ${type}. Read the file again with that type.`;
      return byName.has(action.person_column)
        ? null
        : `There is no column "${action.person_column.slice(0, 100)}" that says whose dates they are.`;
    case 'redact_text':
      return type === 'text' ? null : `"redact_text" is for text; it is ${type}.`;
    case 'hierarchy':
      hierarchyOf(action.hierarchy);
      return null;
    case 'quasi_identifier':
      if (action.hierarchy !== null) hierarchyOf(action.hierarchy);
      return ['binary', 'nested'].includes(type) ? `A ${type} column cannot be a quasi-identifier.` : null;
    default:
      return null;
  }
}

/** Throws INVALID_INPUT when its rows contradict each other. */
export function hierarchyOf(document: HierarchyDocument): Hierarchy {
  switch (document.kind) {
    case 'bins':
      return hierarchyOfBins(document.widths);
    case 'dates':
      return hierarchyOfDates;
    case 'prefixes':
      return hierarchyOfPrefixes(document.length);
    case 'rows':
      return hierarchyOfRows(document.rows);
    case 'csv':
      return hierarchyOfCsv(document.text);
    case 'tree':
      return hierarchyOfTree(document.root as TreeNode);
    case 'all_or_nothing':
      return hierarchyOfSuppression;
  }
}

/**
 * What is done to a column when nobody says otherwise, by what was found in it. Births that would tell an age over 89
 * are one group (45 CFR 164.514(b)(2)(i)(C)).
 */
export function proposedAction(
  { name, type }: ColumnSchema,
  finding: IdentifierFinding | null,
  personColumn: string | null,
  thisYear: number,
): ColumnActionDocument {
  if (finding === null) return { kind: 'keep' };
  const isDate = type === 'date' || type === 'timestamp';
  switch (finding.kind) {
    case 'free_text':
      return { kind: 'redact_text', replacement: 'label', kinds: null };
    case 'medical_record':
    case 'unique_code':
      return { kind: 'pseudonymise', prefix: '' };
    case 'postal_code':
      return { kind: 'zip3' };
    case 'birth_date':
      return isDate || type === 'text'
        ? { kind: 'period', unit: 'year', oldest_year: thisYear - 90 }
        : { kind: 'quasi_identifier', hierarchy: null };
    case 'date':
      if (isDate && personColumn !== null && personColumn !== name)
        return { kind: 'shift_dates', person_column: personColumn, most_days: 365 };
      return { kind: 'period', unit: 'year', oldest_year: null };
    case 'age':
      return { kind: 'top_code', above: 89 };
    case 'demographic':
      return { kind: 'keep' };
    default:
      return { kind: 'remove' };
  }
}

/** The column whose values say which person a row is about: a record number or code, most certain first. */
export function personColumnOf(findings: readonly IdentifierFinding[]): string | null {
  const order = ['medical_record', 'national_id', 'social_security', 'unique_code', 'health_plan'];
  const found = findings
    .filter(({ kind }) => order.includes(kind))
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.confidence - a.confidence);
  return found[0]?.column ?? null;
}

/** Steps for a column that were not given: by its type and spread. */
export function ownHierarchy(
  { name, type }: ColumnSchema,
  profile: ColumnProfile | undefined,
): HierarchyDocument {
  if (type === 'date' || type === 'timestamp') return { kind: 'dates' };
  if (/zip|post(al)?_?code|plz/i.test(name)) return { kind: 'prefixes', length: 5 };
  if (type === 'integer' || type === 'number') return { kind: 'bins', widths: widthsFor(profile) };
  if (
    type === 'text' &&
    (profile?.text_length?.min ?? 0) === profile?.text_length?.max &&
    (profile?.distinct ?? 0) > 20
  )
    return { kind: 'prefixes', length: Math.min(20, profile?.text_length?.max ?? 5) };
  return { kind: 'all_or_nothing' };
}

/** Each about twice the one before, of 1, 2 and 5 times a power of ten, up to half the spread. */
function widthsFor(profile: ColumnProfile | undefined): number[] {
  const spread = Number(profile?.max ?? 100) - Number(profile?.min ?? 0);
  if (!(spread > 0)) return [1];
  const whole = profile?.type === 'integer';
  const widths: number[] = [];
  const least = whole ? 2 : spread / 100;
  for (let power = Math.floor(Math.log10(spread)) + 1; widths.length < 6 && power > -9; power--)
    for (const digit of [5, 2, 1]) {
      const width = Number((digit * 10 ** power).toPrecision(3));
      if (width <= spread / 2 && width >= least && widths.length < 6) widths.push(width);
    }
  return widths.length === 0 ? [Number(spread.toPrecision(2))] : widths.toReversed();
}
