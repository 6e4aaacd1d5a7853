import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from '@duckdb/node-api';
import type { ColumnType, JsonValue } from '@stroma/kernel';

const columnTypeOf: Partial<Record<DuckDBTypeId, ColumnType>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'integer',
  [DuckDBTypeId.SMALLINT]: 'integer',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'integer',
  [DuckDBTypeId.HUGEINT]: 'integer',
  [DuckDBTypeId.UTINYINT]: 'integer',
  [DuckDBTypeId.USMALLINT]: 'integer',
  [DuckDBTypeId.UINTEGER]: 'integer',
  [DuckDBTypeId.UBIGINT]: 'integer',
  [DuckDBTypeId.UHUGEINT]: 'integer',
  [DuckDBTypeId.BIGNUM]: 'integer',
  [DuckDBTypeId.FLOAT]: 'number',
  [DuckDBTypeId.DOUBLE]: 'number',
  [DuckDBTypeId.DECIMAL]: 'number',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIME]: 'time',
  [DuckDBTypeId.TIME_NS]: 'time',
  [DuckDBTypeId.TIME_TZ]: 'time',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_S]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_MS]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_NS]: 'timestamp',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp',
  [DuckDBTypeId.INTERVAL]: 'interval',
  [DuckDBTypeId.BLOB]: 'binary',
  [DuckDBTypeId.GEOMETRY]: 'binary',
  [DuckDBTypeId.LIST]: 'nested',
  [DuckDBTypeId.ARRAY]: 'nested',
  [DuckDBTypeId.STRUCT]: 'nested',
  [DuckDBTypeId.MAP]: 'nested',
  [DuckDBTypeId.UNION]: 'nested',
  [DuckDBTypeId.VARIANT]: 'nested',
};

/** The user's word for an engine type; what has none of its own (ENUM, UUID, BIT, the type of NULL) is text. */
export const columnTypeOfId = (id: DuckDBTypeId): ColumnType => columnTypeOf[id] ?? 'text';

const microsPerDay = 86_400_000_000n;
const infinite = 9_223_372_036_854_775_807n;
const infiniteDays = 2_147_483_647;
const maxDateMs = 8.64e15;
const maxRemembered = 50_000;

const rememberedDates = new Map<number, string>();

/** `YYYY-MM-DD`, years outside 0-9999 as in ISO 8601's extended form; infinities are null. */
export function isoDate(days: number): string | null {
  const remembered = rememberedDates.get(days);
  if (remembered !== undefined) return remembered;
  const ms = days * 86_400_000;
  if (Math.abs(days) >= infiniteDays || Math.abs(ms) > maxDateMs) return null;
  const text = new Date(ms).toISOString();
  const date = text.slice(0, text.indexOf('T'));
  if (rememberedDates.size >= maxRemembered) rememberedDates.clear();
  rememberedDates.set(days, date);
  return date;
}

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** `HH:MM:SS`, then `.mmm` or `.uuuuuu` only where it is not zero, of microseconds within a day. */
function timeOfDay(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const hour = twoDigits[Math.floor(seconds / 3600)] ?? '24';
  const time = `${hour}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}`;
  const rest = micros - seconds * 1e6;
  if (rest === 0) return time;
  const digits = String(rest).padStart(6, '0');
  return `${time}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}

/** `YYYY-MM-DDTHH:MM:SS`, with a fraction only where it is not zero; infinities are null. */
export function isoTimestamp(micros: bigint): string | null {
  if (micros >= infinite || micros <= -infinite) return null;
  const before = micros % microsPerDay;
  const within = before < 0n ? before + microsPerDay : before;
  const date = isoDate(Number((micros - within) / microsPerDay));
  return date === null ? null : `${date}T${timeOfDay(Number(within))}`;
}

const isoTime = (micros: bigint): string => timeOfDay(Number(micros));

/** ISO 8601 duration, for example `P1Y2M3DT4H5M6.5S`; negative parts carry their own sign. */
function isoDuration(value: DuckDBIntervalValue): string {
  const micros = value.micros;
  const seconds = Number(micros % 60_000_000n) / 1e6;
  const minutes = (micros / 60_000_000n) % 60n;
  const hours = micros / 3_600_000_000n;
  const years = Math.trunc(value.months / 12);
  const part = (amount: number | bigint, unit: string) => (Number(amount) === 0 ? '' : `${amount}${unit}`);
  const date = part(years, 'Y') + part(value.months % 12, 'M') + part(value.days, 'D');
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  return date === '' && time === '' ? 'PT0S' : `P${date}${time === '' ? '' : `T${time}`}`;
}

function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** At most 15 significant digits come back unchanged from a double: those are numbers, the others text. */
function decimal(value: DuckDBDecimalValue): number | string {
  const text = value.toString();
  const digits = text.replace(/^-?0*\.?0*|\./g, '');
  return digits.length <= 15 ? Number(text) : text;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The shortest decimal that gives the same 32-bit float, so that 0.1 does not come out as 0.10000000149011612. */
function float32(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/**
 * A value of the engine as JSON: integers beyond 2^53 and decimals of more than 15 significant digits are
 * strings, NaN and infinities null, dates and times ISO 8601 (a time zone is given in UTC, `Z`), durations ISO
 * 8601, bytes base64, a map with text keys an object and any other a list of `{key, value}`.
 */
export function jsonOf(value: DuckDBValue): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return integer(value);
  if (value instanceof DuckDBDecimalValue) return decimal(value);
  if (value instanceof DuckDBDateValue) return isoDate(value.days);
  if (value instanceof DuckDBTimestampValue) return isoTimestamp(value.micros);
  if (value instanceof DuckDBTimestampTZValue) return withZone(isoTimestamp(value.micros));
  if (value instanceof DuckDBTimestampSecondsValue) return isoTimestamp(scaled(value.seconds, 1_000_000n));
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoTimestamp(scaled(value.millis, 1000n));
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    return value.nanos >= infinite || value.nanos <= -infinite ? null : isoTimestamp(value.nanos / 1000n);
  }
  if (value instanceof DuckDBIntervalValue) return isoDuration(value);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(jsonOf);
  if (value instanceof DuckDBStructValue) return objectOf(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) return mapOf(value);
  if (value instanceof DuckDBUnionValue || value instanceof DuckDBVariantValue) return jsonOf(value.value);
  if ('micros' in value && typeof value.micros === 'bigint') return isoTime(value.micros);
  return String(value);
}

const scaled = (count: bigint, factor: bigint): bigint =>
  count >= infinite || count <= -infinite ? count : count * factor;
const withZone = (text: string | null): string | null => (text === null ? null : `${text}Z`);
const objectOf = (entries: [string, DuckDBValue][]): JsonValue =>
  Object.fromEntries(entries.map(([key, value]) => [key, jsonOf(value)]));

function mapOf(value: DuckDBMapValue): JsonValue {
  if (value.entries.every((entry) => typeof entry.key === 'string')) {
    return objectOf(value.entries.map((entry) => [String(entry.key), entry.value]));
  }
  return value.entries.map((entry) => ({ key: jsonOf(entry.key), value: jsonOf(entry.value) }));
}

/** Writes a cell of a column of one type as JSON text. */
export function cellWriter(id: DuckDBTypeId): (value: DuckDBValue) => string {
  if (id === DuckDBTypeId.FLOAT) return (value) => String(value === null ? null : float32(Number(value)));
  return (value) => {
    if (value === null) return 'null';
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
    if (typeof value === 'number') return Number.isFinite(value) ? String(value === 0 ? 0 : value) : 'null';
    return JSON.stringify(jsonOf(value));
  };
}
