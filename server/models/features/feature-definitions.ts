import type { Feature, FeaturePreview, FeatureProblem, FeatureViewDefinition } from '@stroma/contracts';
import { featureTypes } from '@stroma/contracts';
import { type ColumnSchema, StromaError } from '@stroma/kernel';
import { quoteIdentifier as q } from '@stroma/lake';
import type { Data, TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { FeatureMeaning } from './features.tables.ts';

export interface InspectedDefinition extends FeaturePreview {
  datasets: TileDataset[];
  /** Null where a problem was found. */
  meaning: FeatureMeaning | null;
}

const shownRows = 20;

/** A statement as it stands between parentheses. */
export const selectText = (sql: string): string => sql.replace(/[\s;]+$/, '');

/** Holds definitions against what their SQL gives, as far as the asker sees it. */
export class FeatureDefinitions {
  readonly #tiles: Data['tiles'];

  constructor(tiles: Data['tiles']) {
    this.#tiles = tiles;
  }

  /** In the order of the ids. Throws NOT_FOUND for one that is not there. */
  async datasets(ctx: Context, ids: readonly string[]): Promise<TileDataset[]> {
    const seen = await this.#tiles.see(ctx, ids);
    return [...new Set(ids)].map(
      (id) => seen.get(id) ?? fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: id }),
    );
  }

  async inspect(ctx: Context, definition: FeatureViewDefinition): Promise<InspectedDefinition> {
    const datasets = await this.datasets(ctx, definition.dataset_ids);
    const sql = selectText(definition.sql);
    const none = { columns: [], rows: [], facts: null, datasets, meaning: null };
    try {
      const { columns, rows } = await this.#tiles.run(ctx, {
        sql: `SELECT * FROM (\n${sql}\n) LIMIT ${shownRows}`,
        datasets,
        maxRows: shownRows,
        about: null,
      });
      const { features, problems } = readColumns(definition, columns);
      const looked = { columns, rows, datasets };
      if (problems.length > 0) return { ...looked, facts: null, problems, meaning: null };
      const facts = await this.#facts(ctx, definition, features, datasets);
      if (facts.tied_rows > 0)
        problems.push({
          field: 'entity.keys',
          message: `${facts.tied_rows} rows share keys and time with another, so that it is not said which of them counts. Aggregate them in the SQL, add a key, or name the column that says from when each could be known.`,
        });
      const { entity, dataset_ids, event_time, available_time, ttl_seconds } = definition;
      const key_types = entity.keys.map((key) => typeOf(columns, key));
      const meaning = { entity, dataset_ids, event_time, available_time, features, ttl_seconds, key_types };
      return { ...looked, facts, problems, meaning: problems.length > 0 ? null : meaning };
    } catch (error) {
      if (!(error instanceof StromaError) || !/^(SQL|QUERY)_/.test(error.code)) throw error;
      return { ...none, problems: [{ field: 'sql', message: withLine(error) }] };
    }
  }

  async #facts(
    ctx: Context,
    { sql, entity, event_time, available_time }: FeatureViewDefinition,
    features: readonly Feature[],
    datasets: readonly TileDataset[],
  ): Promise<NonNullable<FeaturePreview['facts']>> {
    const keys = entity.keys.map(q);
    const moments = [event_time, ...(available_time === null ? [] : [available_time])].map(
      (column) => `CAST(${q(column)} AS TIMESTAMP)`,
    );
    const hasTimes = moments.map((moment) => `coalesce(isfinite(${moment}), false)`).join(' AND ');
    const hasKeys = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
    const [event = ''] = moments;
    const { rows } = await this.#tiles.run(ctx, {
      sql: [
        `WITH v AS MATERIALIZED (\n${selectText(sql)}\n),`,
        `counted AS (SELECT ${keys.map((key, at) => `${key} AS k${at}`).join(', ')}, count(*) AS n FROM v WHERE ${hasKeys} AND ${hasTimes} GROUP BY ${[...keys, ...moments].join(', ')})`,
        `SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT ${keys.map((_, at) => `k${at}`).join(', ')} FROM counted)),`,
        `count_if(NOT (${hasKeys})), count_if(NOT (${hasTimes})), (SELECT coalesce(sum(n), 0)::BIGINT FROM counted WHERE n > 1),`,
        `min(${event}) FILTER (${hasTimes}), max(${event}) FILTER (${hasTimes})`,
        ...features.map(({ name }) => `, count(*) - count(${q(name)})`),
        'FROM v',
      ].join('\n'),
      datasets,
      maxRows: 1,
      about: null,
    });
    const [all, entities, missingKeys, missingTimes, tied, first, last, ...missing] = rows[0] ?? [];
    return {
      rows: Number(all),
      entities: Number(entities),
      missing_keys: Number(missingKeys),
      missing_times: Number(missingTimes),
      tied_rows: Number(tied),
      first_event_at: utc(first),
      last_event_at: utc(last),
      missing: features.map(({ name }, at) => ({ feature: name, rows: Number(missing[at]) })),
    };
  }
}

const utc = (value: unknown): string | null =>
  typeof value === 'string' ? new Date(`${value}Z`).toISOString() : null;

const typeOf = (columns: readonly ColumnSchema[], name: string) =>
  columns.find((column) => column.name === name)?.type ?? 'text';

/** The statement stands below a line of ours. */
function withLine({ message, details }: StromaError): string {
  const line = details.line;
  return typeof line === 'number' && line > 1 ? `Line ${line - 1}: ${message}` : message;
}

const timeTypes = new Set(['date', 'timestamp']);
const valueTypes: ReadonlySet<string> = new Set(featureTypes);

/** What of a definition does not fit the columns its SQL gives. */
function readColumns(
  { entity, event_time, available_time, features }: FeatureViewDefinition,
  columns: readonly ColumnSchema[],
): { features: Feature[]; problems: FeatureProblem[] } {
  const problems: FeatureProblem[] = [];
  const find = (field: string, name: string): ColumnSchema | undefined => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined) problems.push({ field, message: noColumn(name, columns) });
    return found;
  };
  entity.keys.forEach((key, at) => {
    const found = find(`entity.keys.${at}`, key);
    if (found !== undefined && !valueTypes.has(found.type))
      problems.push({
        field: `entity.keys.${at}`,
        message: `"${key}" is ${found.type}; a key is a single value.`,
      });
    if (entity.keys.indexOf(key) < at)
      problems.push({ field: `entity.keys.${at}`, message: `"${key}" is named twice.` });
  });
  for (const [field, name] of [
    ['event_time', event_time],
    ['available_time', available_time],
  ] as const) {
    if (name === null) continue;
    const found = find(field, name);
    if (found !== undefined && !timeTypes.has(found.type))
      problems.push({
        field,
        message: `"${name}" is ${found.type}; expected a date or a timestamp. Make it one in the SQL, as with CAST(${q(name)} AS TIMESTAMP).`,
      });
  }
  const taken = new Set([...entity.keys, event_time, ...(available_time === null ? [] : [available_time])]);
  const others = columns
    .filter(({ name }) => !taken.has(name))
    .map(({ name }) => ({ name, description: '', unit: null }));
  const named = features.length === 0 ? others : features;
  if (named.length === 0)
    problems.push({
      field: 'sql',
      message: 'Expected at least one column beside keys and times: a feature.',
    });
  const typed = named.flatMap((feature, at): Feature[] => {
    const field = features.length === 0 ? 'sql' : `features.${at}.name`;
    if (taken.has(feature.name)) {
      problems.push({ field, message: `"${feature.name}" is a key, a time or named twice already.` });
      return [];
    }
    taken.add(feature.name);
    const found = find(field, feature.name);
    if (found === undefined) return [];
    if (!valueTypes.has(found.type)) {
      problems.push({
        field,
        message: `"${feature.name}" is ${found.type}; a feature is a single value. Take one out of it in the SQL.`,
      });
      return [];
    }
    return [{ ...feature, type: found.type as Feature['type'] }];
  });
  return { features: typed, problems };
}

function noColumn(name: string, columns: readonly ColumnSchema[]): string {
  const otherwise = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const hint =
    otherwise === undefined
      ? `It gives ${columns
          .slice(0, 12)
          .map((column) => `"${column.name}"`)
          .join(', ')}.`
      : `Did you mean "${otherwise.name}"?`;
  return `The SQL gives no column "${name.slice(0, 100)}". ${hint}`;
}
