import { quoteIdentifier as q } from '@stroma/lake';

/** The rows that are asked about. */
export interface AskedRows {
  table: string;
  timeColumn: string;
}

/** A key of the asked rows with the key of the view it has to equal. */
export interface KeyPair {
  asked: string;
  key: string;
  /** Where their types differ, what they are written as is compared. */
  asText: boolean;
}

export interface JoinedView {
  table: string;
  keys: readonly KeyPair[];
  eventTime: string;
  availableTime: string | null;
  ttlSeconds: number | null;
  /** Columns of the view with the names they get. */
  features: readonly { column: string; as: string }[];
}

const row = q('·row');
const at = q('·at');
const times = { event: q('·event'), known: q('·known'), rank: q('·rank') };
const keyName = (index: number): string => q(`·key ${index}`);
const featureName = (index: number): string => q(`·value ${index}`);

const moment = (column: string): string => `CAST(${q(column)} AS TIMESTAMP)`;
const list = (parts: readonly string[]): string => parts.join(', ');

/**
 * The rows in their order, each with the values of every view that were known at its time. For one row and one view:
 *
 * 1. Rows of the view count whose keys equal those of the row, with event time <= the time of the row and, where the
 *    view has an available time, available time <= it too. A row with a key or time that is missing or infinite never
 *    counts, nor does an asked row with one find any.
 * 2. Of these the one with the latest event time is taken; of equal event times the one available last; of those the
 *    one with the greatest values, compared in the order of the features, a missing value being the least.
 * 3. It is taken whole: a value missing in it is missing in the answer. Where its event time lies more than the time to
 *    live before the time of the row, or nothing counts, every value is missing.
 *
 * Dates stand for their midnight; times are UTC. One pass of windows and one ASOF join a view, no row leaves the engine.
 */
export function pointInTimeSql(asked: AskedRows, views: readonly JoinedView[]): string {
  const parts = [
    `asked AS MATERIALIZED (SELECT row_number() OVER () AS ${row}, * FROM ${q(asked.table)})`,
    ...views.flatMap((view, index) => viewParts(asked, view, index)),
  ];
  const features = views.flatMap((view, index) =>
    view.features.map(({ as }, each) => `${found(index)}.${featureName(each)} AS ${q(as)}`),
  );
  const joins = views.map((_, index) => `LEFT JOIN ${found(index)} ON ${found(index)}.${row} = asked.${row}`);
  return [
    `WITH ${parts.join(',\n')}`,
    `SELECT ${list([`asked.* EXCLUDE (${row})`, ...features])}`,
    `FROM asked ${joins.join(' ')}`,
    `ORDER BY asked.${row}`,
  ].join('\n');
}

const found = (index: number): string => `found_${index}`;

function viewParts(asked: AskedRows, view: JoinedView, index: number): string[] {
  const [askedRows, standing] = [`asked_${index}`, `standing_${index}`];
  const keys = view.keys.map((_, each) => keyName(each));
  const values = view.features.map((_, each) => featureName(each));
  const same = keys.map((key) => `a.${key} = s.${key}`).join(' AND ');
  const isYoung =
    view.ttlSeconds === null
      ? ''
      : ` WHERE epoch_us(a.${at})::HUGEINT - epoch_us(s.${times.event})::HUGEINT <= ${view.ttlSeconds}::HUGEINT * 1000000`;
  return [
    `${askedRows} AS (SELECT ${list([
      row,
      `${moment(asked.timeColumn)} AS ${at}`,
      ...view.keys.map((pair, each) => `${keyValue(pair.asked, pair.asText)} AS ${keyName(each)}`),
    ])} FROM asked WHERE isfinite(${at}) AND ${keys.map((key) => `${key} IS NOT NULL`).join(' AND ')})`,
    `${standing} AS (${standingRows(view, keys, values)})`,
    `${found(index)} AS (SELECT ${list([`a.${row}`, ...values.map((value) => `s.${value}`)])} FROM ${askedRows} a ASOF JOIN ${standing} s ON ${same} AND a.${at} >= s.${times.known}${isYoung})`,
  ];
}

/**
 * The rows that are the newest of all that is known at the moment they become known: from then on such a row stands,
 * until the next one does. The others are never taken at all.
 */
function standingRows(view: JoinedView, keys: readonly string[], values: readonly string[]): string {
  if (view.availableTime === null)
    return `SELECT * FROM (${countingRows(view)}) QUALIFY row_number() OVER (PARTITION BY ${list([
      ...keys,
      times.event,
    ])} ORDER BY ${list(values.map((value) => `${value} DESC NULLS LAST`))}) = 1`;
  const rank = `row_number() OVER (PARTITION BY ${list(keys)} ORDER BY ${list([
    times.event,
    times.known,
    ...values.map((value) => `${value} NULLS FIRST`),
  ])}) AS ${times.rank}`;
  const greatest = `max(${times.rank}) OVER (PARTITION BY ${list(keys)} ORDER BY ${times.known} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  return `SELECT * FROM (SELECT *, ${rank} FROM (${countingRows(view)})) QUALIFY ${times.rank} = ${greatest}`;
}

const keyValue = (column: string, asText: boolean): string =>
  asText ? `CAST(${q(column)} AS VARCHAR)` : q(column);

/** What of a view can count at all, with the moment from which it does. */
function countingRows({
  table,
  keys,
  eventTime,
  availableTime,
  features,
}: Omit<JoinedView, 'ttlSeconds'>): string {
  const event = moment(eventTime);
  const columns = [
    ...keys.map(({ key, asText }, each) => `${keyValue(key, asText)} AS ${keyName(each)}`),
    `${event} AS ${times.event}`,
    `${availableTime === null ? event : `greatest(${event}, ${moment(availableTime)})`} AS ${times.known}`,
    ...features.map(({ column }, each) => `${q(column)} AS ${featureName(each)}`),
  ];
  const counts = [
    ...keys.map(({ key }) => `${q(key)} IS NOT NULL`),
    ...[eventTime, ...(availableTime === null ? [] : [availableTime])].map(
      (column) => `isfinite(${moment(column)})`,
    ),
  ];
  return `SELECT ${list(columns)} FROM ${q(table)} WHERE ${counts.join(' AND ')}`;
}

/**
 * SQL over a materialised view: its entities with the row that counts for each when everything is known, those of the
 * latest events first. Four columns: keys as JSON texts, event time and the time it was known in microseconds since
 * 1970, features as a JSON object, in which a number that is not finite is missing.
 */
export function newestSql(view: Omit<JoinedView, 'ttlSeconds'> & { numbers: ReadonlySet<string> }): string {
  const values = view.features.map((_, each) => featureName(each));
  const keys = view.keys.map((_, each) => keyName(each));
  const latest = [
    `${times.event} DESC`,
    `${times.known} DESC`,
    ...values.map((value) => `${value} DESC NULLS LAST`),
  ];
  const fields = view.features.map(({ column, as }, each) => {
    const value = featureName(each);
    return `${q(as)} := ${view.numbers.has(column) ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value}`;
  });
  return [
    `SELECT to_json([${list(keys.map((key) => `CAST(${key} AS VARCHAR)`))}])::VARCHAR AS entity,`,
    `epoch_us(${times.event}) AS event_us, epoch_us(${times.known}) AS known_us,`,
    `to_json(struct_pack(${list(fields)}))::VARCHAR AS "values"`,
    `FROM (SELECT * FROM (${countingRows(view)}) QUALIFY row_number() OVER (PARTITION BY ${list(keys)} ORDER BY ${list(latest)}) = 1)`,
    `ORDER BY ${times.event} DESC, ${list(keys)}`,
  ].join('\n');
}
