import { type SQL, sql } from 'drizzle-orm';
import { fail } from '../../platform/failure.ts';
import { runInputs, runMetrics, runParams, runs, runTags } from './experiments.tables.ts';
import { type Condition, type Order, parseFilter, parseOrder } from './search-language.ts';
import { textMatches, wholeMatches } from './search-sql.ts';

const milliseconds = (column: SQL) => sql`floor(extract(epoch from ${column}) * 1000)`;

const texts: Readonly<Record<string, SQL>> = {
  run_id: sql`${runs.id}`,
  run_name: sql`${runs.name}`,
  'run name': sql`${runs.name}`,
  name: sql`${runs.name}`,
  status: sql`upper(${runs.status})`,
  user_id: sql`${runs.createdBy}`,
  experiment_id: sql`${runs.experimentId}`,
  artifact_uri: sql`'mlflow-artifacts:/' || ${runs.experimentId} || '/' || ${runs.id} || '/artifacts'`,
};
const numbers: Readonly<Record<string, SQL>> = {
  start_time: milliseconds(sql`${runs.startedAt}`),
  created: milliseconds(sql`${runs.startedAt}`),
  end_time: milliseconds(sql`${runs.endedAt}`),
  duration: sql`${milliseconds(sql`${runs.endedAt}`)} - ${milliseconds(sql`${runs.startedAt}`)}`,
};
const ofDataset: Readonly<Record<string, SQL>> = {
  name: sql`${runInputs.name}`,
  digest: sql`${runInputs.digest}`,
  context: sql`${runInputs.tags} ->> 'mlflow.data.context'`,
};

const lookUp = {
  param: (key: string) => sql`select value from ${runParams} where run_id = ${runs.id} and key = ${key}`,
  tag: (key: string) => sql`select value from ${runTags} where run_id = ${runs.id} and key = ${key}`,
  metric: (key: string) => sql`select value from ${runMetrics} where run_id = ${runs.id} and key = ${key}`,
};

/** Conditions on runs, of the search language. Throws INVALID_INPUT. */
export const runConditions = (filter: string): SQL[] => parseFilter(filter).map(conditionOf);

function conditionOf(condition: Condition): SQL {
  const { entity, key } = condition;
  switch (entity) {
    case 'metric':
      return wholeMatches(lookUp.metric(key), condition);
    case 'param':
    case 'tag':
      return textMatches(lookUp[entity](key), condition);
    case 'dataset': {
      const column = own(ofDataset, key) ?? unknown(key, Object.keys(ofDataset));
      return sql`exists (select from ${runInputs} where run_id = ${runs.id} and ${textMatches(column, condition)})`;
    }
    case 'attribute': {
      const text = own(texts, key);
      const { value } = condition;
      // Stroma's own words for a status are small.
      const upper =
        key === 'status' && typeof value === 'string'
          ? { ...condition, value: value.toUpperCase() }
          : condition;
      if (text !== undefined) return textMatches(text, upper);
      const number = own(numbers, key) ?? unknown(key, [...Object.keys(texts), ...Object.keys(numbers)]);
      return wholeMatches(number, condition);
    }
  }
}

/** How runs are ordered: what has no value comes last, after what is no number. Throws INVALID_INPUT. */
export const runOrder = (lines: readonly string[]): SQL[] =>
  lines.flatMap((line) => orderOf(parseOrder(line)));

function orderOf({ entity, key, descending }: Order): SQL[] {
  const direction = descending ? sql`desc nulls last` : sql`asc nulls last`;
  switch (entity) {
    case 'metric': {
      const value = lookUp.metric(key);
      return [sql`((${value}) = 'NaN') asc nulls last`, sql`(${value}) ${direction}`];
    }
    case 'param':
    case 'tag':
      return [sql`(${lookUp[entity](key)}) ${direction}`];
    case 'dataset':
      return unknown(key, ['metrics', 'params', 'tags', 'attributes']);
    case 'attribute': {
      const column =
        own(texts, key) ??
        own(numbers, key) ??
        unknown(key, [...Object.keys(texts), ...Object.keys(numbers)]);
      return [sql`${column} ${direction}`];
    }
  }
}

const own = (of: Readonly<Record<string, SQL>>, key: string): SQL | undefined =>
  Object.hasOwn(of, key.toLowerCase()) ? of[key.toLowerCase()] : undefined;

const unknown = (key: string, known: readonly string[]): never =>
  fail('INVALID_INPUT', `Expected one of ${known.join(', ')}, given ${key.slice(0, 60)}.`, {
    field: 'filter',
  });
