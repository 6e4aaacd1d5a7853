import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { fail } from '../../platform/failure.ts';
import type { Condition } from './search-language.ts';

const refuse = ({ key, comparator }: Condition, expected: string): never =>
  fail('INVALID_INPUT', `Expected ${expected} for ${key.slice(0, 60)}, given ${comparator.toUpperCase()}.`, {
    field: 'filter',
  });

/** A text held against a condition; where there is none, only IS NULL holds. Throws INVALID_INPUT. */
export function textMatches(column: SQL, condition: Condition): SQL {
  const { comparator, value } = condition;
  if (comparator === 'is null') return sql`(${column}) is null`;
  if (comparator === 'is not null') return sql`(${column}) is not null`;
  if (comparator === 'in' || comparator === 'not in') {
    const list = JSON.stringify(value);
    const among = sql`(${column}) in (select jsonb_array_elements_text(${list}::jsonb))`;
    return comparator === 'in' ? among : sql`not (${among})`;
  }
  if (typeof value !== 'string') return refuse(condition, 'a text in quotes');
  switch (comparator) {
    case '=':
      return sql`(${column}) = ${value}`;
    case '!=':
      return sql`(${column}) <> ${value}`;
    case 'like':
      return sql`(${column}) like ${value.replaceAll('\\', '\\\\')}`;
    case 'ilike':
      return sql`(${column}) ilike ${value.replaceAll('\\', '\\\\')}`;
    default:
      return refuse(condition, '=, !=, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL');
  }
}

const promptTag = 'mlflow.prompt.is_prompt';

/** A tag of a row of the registry. Clients ask for what is no prompt, of which nothing but their absence tells. */
export const registryTag = (tags: SQLWrapper, key: string): SQL =>
  key === promptTag ? sql`coalesce(${tags} ->> ${key}, 'false')` : sql`${tags} ->> ${key}`;

const signs: Readonly<Record<string, SQL>> = {
  '=': sql`=`,
  '!=': sql`<>`,
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
};

/** A number held against a condition; what is no number meets none. Throws INVALID_INPUT. */
export function wholeMatches(column: SQL, condition: Condition): SQL {
  const { comparator, value } = condition;
  const sign = signs[comparator];
  if (sign === undefined || typeof value !== 'number')
    return refuse(condition, '=, !=, >, >=, < or <= and a number');
  return sql`((${column})::float8 ${sign} ${value}::float8 and (${column})::float8 <> 'NaN')`;
}
