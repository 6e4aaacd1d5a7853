import type { Expression, Ordering, QueryExpression, Selected } from './expression.ts';

const reserved = new Set(
  (
    'all analyse analyze and anti any array as asc asof asymmetric between both by case cast check collate column constraint ' +
    'create cross current_date default deferrable desc describe distinct do else end except exists false ' +
    'fetch filter for foreign from full glob grant group groups having ilike in initially inner intersect into ' +
    'is isnull join lambda lateral leading left like limit map natural not notnull null offset on only or order ' +
    'outer over overlaps partition percent pivot pivot_longer pivot_wider placing positional primary qualify references returning right ' +
    'row rows sample select semi set show similar some sum summarize symmetric table tablesample then to trailing ' +
    'true try_cast union unique unpivot user using values variadic when where window with date time timestamp ' +
    'interval values position overlay substring ' +
    'coalesce struct list exclude replace rename grouping'
  ).split(' '),
);

/** Quotes a name only where DuckDB would not read it as it stands. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !reserved.has(name.toLowerCase())
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  // A NUL cannot stand in a DuckDB literal; chr(0) is the only way to say it.
  if (text.includes('\0'))
    return text
      .split('\0')
      .map((part) => quoteText(part))
      .join(' || chr(0) || ');
  return `'${text.replaceAll("'", "''")}'`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'NULL';
  return Object.is(value, -0) ? '0' : String(value);
}

interface Scope {
  /** True when more than one table is in sight, so columns are written with their table. */
  qualified: boolean;
}

const precedence = (expression: Expression): number => {
  if (expression.node === 'or') return 1;
  if (expression.node === 'and') return 2;
  if (expression.node === 'not') return 3;
  if (['compare', 'in', 'null', 'match', 'in_query'].includes(expression.node)) return 4;
  if (expression.node === 'arithmetic') return expression.op === '+' || expression.op === '-' ? 5 : 6;
  return 9;
};

function inside(expression: Expression, least: number, scope: Scope): string {
  const text = write(expression, scope);
  return precedence(expression) < least ? `(${text})` : text;
}

function writeAggregate(expression: Extract<Expression, { node: 'aggregate' }>, scope: Scope): string {
  const args = expression.args.map((arg) => write(arg, scope));
  const distinct = expression.distinct ? 'DISTINCT ' : '';
  const filter = expression.where === null ? '' : ` FILTER (WHERE ${write(expression.where, scope)})`;
  switch (expression.fn) {
    case 'count':
      return `count(${args.length === 0 ? '*' : distinct + args.join(', ')})${filter}`;
    case 'sd':
      return `stddev_samp(${distinct}${args.join(', ')})${filter}`;
    case 'variance':
      return `var_samp(${distinct}${args.join(', ')})${filter}`;
    case 'quantile':
      return `quantile_cont(${args.join(', ')}, ${writeNumber(expression.p ?? 0.5)})${filter}`;
    case 'correlation':
      return `corr(${args.join(', ')})${filter}`;
    default:
      return `${expression.fn}(${distinct}${args.join(', ')})${filter}`;
  }
}

const parts = {
  year: 'year',
  quarter_of_year: 'quarter',
  month_of_year: 'month',
  day_of_week: 'isodow',
  hour_of_day: 'hour',
  day_of_month: 'day',
  decade: 'decade',
} as const;

const like = (text: string): string => text.replace(/[\\%_]/g, (found) => `\\${found}`);

function writeMatch(expression: Extract<Expression, { node: 'match' }>, scope: Scope): string {
  const pattern = {
    contains: `%${like(expression.text)}%`,
    starts: `${like(expression.text)}%`,
    ends: `%${like(expression.text)}`,
  }[expression.how];
  const escaped = /[\\%_]/.test(expression.text) ? ` ESCAPE '\\'` : '';
  const not = expression.negated ? 'NOT ' : '';
  return `${inside(expression.value, 5, scope)} ${not}ILIKE ${quoteText(pattern)}${escaped}`;
}

function write(expression: Expression, scope: Scope): string {
  switch (expression.node) {
    case 'column':
      return scope.qualified
        ? `${quoteName(expression.table)}.${quoteName(expression.name)}`
        : quoteName(expression.name);
    case 'alias':
      return quoteName(expression.name);
    case 'number':
      return writeNumber(expression.value);
    case 'text':
      return quoteText(expression.value);
    case 'boolean':
      return String(expression.value);
    case 'date':
      return `DATE ${quoteText(expression.value)}`;
    case 'timestamp':
      return `TIMESTAMP ${quoteText(expression.value)}`;
    case 'aggregate':
      return writeAggregate(expression, scope);
    case 'metric':
      // On a line of its own, so that a comment at its end closes nothing.
      return `(\n${expression.sql}\n)`;
    case 'arithmetic': {
      const level = precedence(expression);
      const right = inside(expression.right, level + 1, scope);
      return expression.op === '/'
        ? `${inside(expression.left, level, scope)} / nullif(${write(expression.right, scope)}, 0)`
        : `${inside(expression.left, level, scope)} ${expression.op} ${right}`;
    }
    case 'trunc': {
      const truncated = `date_trunc(${quoteText(expression.grain)}, ${write(expression.value, scope)})`;
      return expression.grain === 'hour' ? truncated : `CAST(${truncated} AS DATE)`;
    }
    case 'part':
      return `date_part(${quoteText(parts[expression.part])}, ${write(expression.value, scope)})`;
    case 'days_between':
      return `date_diff('day', ${write(expression.from, scope)}, ${write(expression.to, scope)})`;
    case 'bin': {
      const value = inside(expression.value, 6, scope);
      const shifted = expression.origin === 0 ? value : `(${value} - ${writeNumber(expression.origin)})`;
      const floor = `floor(${shifted} / ${writeNumber(expression.width)}) * ${writeNumber(expression.width)}`;
      return expression.origin === 0 ? floor : `${floor} + ${writeNumber(expression.origin)}`;
    }
    case 'compare':
      return `${inside(expression.left, 5, scope)} ${expression.op} ${inside(expression.right, 5, scope)}`;
    case 'in': {
      const options = expression.options.map((option) => write(option, scope)).join(', ');
      return `${inside(expression.value, 5, scope)} ${expression.negated ? 'NOT ' : ''}IN (${options})`;
    }
    case 'null':
      return `${inside(expression.value, 5, scope)} IS ${expression.negated ? 'NOT ' : ''}NULL`;
    case 'match':
      return writeMatch(expression, scope);
    case 'and':
      return expression.items.map((item) => inside(item, 3, scope)).join(' AND ');
    case 'or':
      return expression.items.map((item) => inside(item, 2, scope)).join(' OR ');
    case 'not':
      return `NOT (${write(expression.value, scope)})`;
    case 'if': {
      const otherwise = expression.otherwise === null ? '' : ` ELSE ${write(expression.otherwise, scope)}`;
      return `CASE WHEN ${write(expression.when, scope)} THEN ${write(expression.yields, scope)}${otherwise} END`;
    }
    case 'share_of_total':
      return `${inside(expression.value, 7, scope)} / sum(${write(expression.value, scope)}) OVER ()`;
    case 'previous':
      return `lag(${write(expression.value, scope)}) OVER (ORDER BY ${write(expression.order, scope)})`;
    case 'scalar':
      return `(${writeLines(expression.query).join(' ')})`;
    case 'exists':
      return `${expression.negated ? 'NOT ' : ''}EXISTS (${writeLines(expression.query).join(' ')})`;
    case 'in_query': {
      const inner = writeLines(expression.query).join(' ');
      return `${inside(expression.value, 5, scope)} ${expression.negated ? 'NOT ' : ''}IN (${inner})`;
    }
  }
}

function writeSelected(selected: Selected, scope: Scope): string {
  const text = write(selected.expression, scope);
  const bare = selected.expression.node === 'column' && selected.expression.name === selected.alias;
  return bare ? text : `${text} AS ${quoteName(selected.alias)}`;
}

function writeOrdering(ordering: Ordering, scope: Scope): string {
  return `${write(ordering.expression, scope)}${ordering.descending ? ' DESC' : ''} NULLS LAST`;
}

function writeFrom(query: QueryExpression, scope: Scope): string[] {
  const lines: string[] = [];
  if ('table' in query.from) lines.push(`FROM ${quoteName(query.from.table)}`);
  else {
    lines.push('FROM (');
    lines.push(...writeLines(query.from.query).map((line) => `  ${line}`));
    lines.push(`) AS ${quoteName(query.from.name)}`);
  }
  for (const join of query.joins) {
    const kind = join.kind === 'left' ? 'LEFT JOIN' : 'JOIN';
    lines.push(
      `${kind} ${quoteName(join.table)} ON ${write(join.left, scope)} = ${write(join.right, scope)}`,
    );
  }
  return lines;
}

function writeLines(query: QueryExpression): string[] {
  const scope: Scope = { qualified: query.joins.length > 0 };
  const select = query.select.map((item) => writeSelected(item, scope));
  const head = query.distinct ? 'SELECT DISTINCT' : 'SELECT';
  const lines =
    select.join(', ').length <= 88
      ? [`${head} ${select.join(', ')}`]
      : [head, ...select.map((item, index) => `  ${item}${index < select.length - 1 ? ',' : ''}`)];
  lines.push(...writeFrom(query, scope));
  if (query.where !== null) lines.push(...writeConjunction('WHERE', query.where, scope));
  if (query.groupBy.length > 0)
    lines.push(`GROUP BY ${query.groupBy.map((item) => write(item, scope)).join(', ')}`);
  if (query.having !== null) lines.push(...writeConjunction('HAVING', query.having, scope));
  const orderings = query.orderBy.map((item) => writeOrdering(item, scope));
  const first = orderings[0];
  const within = (query.limit?.within ?? []).map((item) => write(item, scope)).join(', ');
  if (query.limit?.withTies === true && first !== undefined)
    lines.push(
      `QUALIFY ${query.limit.nth === true ? 'dense_rank' : 'rank'}() OVER (${within === '' ? '' : `PARTITION BY ${within} `}ORDER BY ${first}) ${query.limit.nth === true ? '=' : '<='} ${writeNumber(query.limit.count)}`,
    );
  if (orderings.length > 0) lines.push(`ORDER BY ${orderings.join(', ')}`);
  if (query.limit !== null && !query.limit.withTies) lines.push(`LIMIT ${writeNumber(query.limit.count)}`);
  return lines;
}

function writeConjunction(keyword: string, condition: Expression, scope: Scope): string[] {
  if (condition.node !== 'and') return [`${keyword} ${write(condition, scope)}`];
  return condition.items.map((item, index) => `${index === 0 ? keyword : '  AND'} ${inside(item, 3, scope)}`);
}

/** One SELECT in DuckDB's dialect, over several lines, without a closing semicolon. */
export function writeDuckdb(query: QueryExpression): string {
  return writeLines(query).join('\n');
}
