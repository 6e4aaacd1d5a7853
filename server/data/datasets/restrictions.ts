import type { ColumnMaskRule, DatasetRule, RowConditionRule, Visibility } from '@stroma/contracts';
import type { ColumnSchema, ColumnType } from '@stroma/kernel';
import type { ColumnMask, Restriction, RowCondition } from '@stroma/lake';

/** What rules compare about the person who asks. */
export interface Reader {
  /** The role and the names it also goes by. */
  roles: readonly string[];
  userId: string;
  sites: readonly string[];
}

export interface Restricted {
  restriction: Restriction;
  visibility: Visibility;
}

/**
 * What rules leave of a dataset for a reader; null when it is everything. Row filters that apply hold together.
 * Of several masks on one column the strictest counts, in the order of `strictness`. `key` (hex) is what
 * pseudonyms are made with.
 */
export function restrictionFor(
  rules: readonly DatasetRule[],
  reader: Reader,
  key: string | null,
): Restricted | null {
  const applying = rules.filter((rule) => isFor(rule, reader));
  if (applying.length === 0) return null;
  const rows = applying.flatMap((rule) =>
    rule.kind === 'rows' ? [rowCondition(rule.condition, reader)] : [],
  );
  const strictest = new Map<string, ColumnMaskRule>();
  for (const rule of applying) {
    if (rule.kind !== 'mask') continue;
    const other = strictest.get(rule.column);
    if (other === undefined || strictness(rule.mask) > strictness(other))
      strictest.set(rule.column, rule.mask);
  }
  const masks = [...strictest].map(([column, mask]) => [column, columnMask(mask, key)] as const);
  return {
    restriction: { rows, masks: Object.fromEntries(masks) },
    visibility: {
      restricted: true,
      row_conditions: rows.map(({ column, operator }) => ({ column, operator })),
      masks: [...strictest].map(([column, mask]) => ({
        column,
        mask,
        reason: `Masked for the role ${reader.roles[0] ?? 'of nobody'}.`,
      })),
    },
  };
}

export const everything: Visibility = { restricted: false, row_conditions: [], masks: [] };

function isFor({ readers }: DatasetRule, { roles }: Reader): boolean {
  const named = readers.roles.some((role) => roles.includes(role));
  return readers.which === 'only' ? named : !named;
}

/** A reader without the attribute adds no value, so that no row is shown by it. */
function rowCondition(
  { column, operator, values, attribute }: RowConditionRule,
  reader: Reader,
): RowCondition {
  if (attribute === null) return { column, operator, values };
  const own = attribute === 'user_id' ? [reader.userId] : reader.sites;
  if (own.length > 0) return { column, operator, values: [...values, ...own] };
  return { column, operator: 'among', values: operator === 'among' ? values : [] };
}

/** Less told is stricter. */
const order: ColumnMaskRule['kind'][] = ['range', 'period', 'end', 'start', 'pseudonym', 'replace', 'hide'];
const strictness = (mask: ColumnMaskRule): number => order.indexOf(mask.kind);

function columnMask(mask: ColumnMaskRule, key: string | null): ColumnMask {
  if (mask.kind !== 'pseudonym') return mask;
  // Without a key a pseudonym could be found by trying values.
  return key === null ? { kind: 'hide' } : { kind: 'pseudonym', key };
}

const textMasks = new Set<ColumnMaskRule['kind']>(['replace', 'pseudonym', 'start', 'end']);

/** The columns as they look under the masks: what becomes text is text. */
export function columnsUnder(columns: readonly ColumnSchema[], { masks }: Restriction): ColumnSchema[] {
  return columns.map((column) => {
    const mask = Object.hasOwn(masks, column.name) ? masks[column.name] : undefined;
    return mask !== undefined && textMasks.has(mask.kind) ? { ...column, type: 'text' as const } : column;
  });
}

const maskTypes: Partial<Record<ColumnMaskRule['kind'], readonly ColumnType[]>> = {
  period: ['date', 'timestamp'],
  range: ['integer', 'number'],
};

/** Why a rule cannot hold for a table with these columns; null when it can. */
export function ruleProblem(rule: DatasetRule, columns: readonly ColumnSchema[]): string | null {
  const name = rule.kind === 'rows' ? rule.condition.column : rule.column;
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return `There is no column "${name.slice(0, 100)}".`;
  if (rule.kind === 'mask') {
    const types = maskTypes[rule.mask.kind];
    return types === undefined || types.includes(column.type)
      ? null
      : `The mask "${rule.mask.kind}" is for ${types.join(' and ')}; "${name}" is ${column.type}.`;
  }
  const { operator, values, attribute } = rule.condition;
  const bounds = values.length + (attribute === null ? 0 : 1);
  if ((operator === 'from' || operator === 'to') && bounds !== 1)
    return `"${operator}" takes one value, got ${bounds}.`;
  const misfit = values.find((value) => value !== null && !fits(value, column.type));
  return misfit === undefined
    ? null
    : `Column "${name}" is ${column.type}; ${JSON.stringify(misfit)} is not.`;
}

function fits(value: string | number | boolean, type: ColumnType): boolean {
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
    case 'timestamp':
      return (
        typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value))
      );
    case 'text':
      return typeof value === 'string';
    default:
      return false;
  }
}
