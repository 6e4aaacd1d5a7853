import { type DataType, type Struct, Type, type Vector } from 'apache-arrow';

/** How values of an Arrow type travel: as text, and as SQL that turns the text back into a value. */
export interface ArrowCodec {
  sqlType: string;
  /** SQL over the column of text. */
  expression: (column: string) => string;
  /** Text of the value at `index`, null when it is missing. */
  read: (vector: Vector, index: number) => string | null;
}

const perSecond = [1n, 1000n, 1_000_000n, 1_000_000_000n];

/** The codec of a column type; null for a type with no values to read (unions). */
export function arrowCodec(type: DataType): ArrowCodec | null {
  const cast = (sqlType: string, read: ArrowCodec['read'] = readPlain): ArrowCodec => ({
    sqlType,
    expression: (column) => `CAST(${column} AS ${sqlType})`,
    read,
  });
  const unit = (type as unknown as { unit?: number }).unit ?? 0;
  switch (type.typeId) {
    case Type.Null:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return { sqlType: 'VARCHAR', expression: (column) => column, read: readPlain };
    case Type.Int: {
      const { isSigned, bitWidth } = type as unknown as { isSigned: boolean; bitWidth: number };
      return cast(!isSigned && bitWidth === 64 ? 'UBIGINT' : 'BIGINT');
    }
    case Type.Float:
      return cast((type as unknown as { precision: number }).precision === 2 ? 'DOUBLE' : 'FLOAT', readFloat);
    case Type.Bool:
      return cast('BOOLEAN');
    case Type.Decimal: {
      const { precision, scale } = type as unknown as { precision: number; scale: number };
      const sqlType = precision <= 38 && scale >= 0 ? `DECIMAL(${precision},${scale})` : 'VARCHAR';
      return cast(sqlType, (vector, index) => readDecimal(vector, index, scale));
    }
    case Type.Date:
      return cast('DATE', (vector, index) => {
        const value: unknown = vector.get(index);
        return value === null ? null : isoDate(Number(value));
      });
    case Type.Timestamp: {
      const zone = (type as unknown as { timezone?: string | null }).timezone;
      const sqlType = zone ? 'TIMESTAMPTZ' : unit === 3 ? 'TIMESTAMP_NS' : 'TIMESTAMP';
      return cast(sqlType, (vector, index) =>
        isoTimestamp(rawInteger(vector, index), unit, zone ? '+00' : ''),
      );
    }
    case Type.Time:
      return cast('TIME', (vector, index) => clock(rawInteger(vector, index), unit));
    case Type.Duration:
      return {
        sqlType: 'INTERVAL',
        expression: (column) => `to_microseconds(CAST(${column} AS BIGINT))`,
        read: (vector, index) => {
          const raw = rawInteger(vector, index);
          return raw === null ? null : String((raw * 1_000_000n) / (perSecond[unit] as bigint));
        },
      };
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return {
        sqlType: 'BLOB',
        expression: (column) => `unhex(${column})`,
        read: (vector, index) => {
          const value: Uint8Array | null = vector.get(index);
          return value === null ? null : Buffer.from(value).toString('hex');
        },
      };
    case Type.Dictionary:
      return arrowCodec((type as unknown as { dictionary: DataType }).dictionary);
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList:
    case Type.Struct:
    case Type.Map: {
      const sqlType = nestedType(type);
      return {
        sqlType,
        expression: (column) => `CAST(${column}::JSON AS ${sqlType})`,
        read: (vector, index) => {
          const value: unknown = vector.get(index);
          return value === null ? null : JSON.stringify(value, plainJson);
        },
      };
    }
    default:
      return null;
  }
}

function readPlain(vector: Vector, index: number): string | null {
  const value: unknown = vector.get(index);
  return value === null ? null : String(value);
}

function readFloat(vector: Vector, index: number): string | null {
  const value: number | null = vector.get(index);
  if (value === null || Number.isNaN(value)) return null;
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** The stored integer, where the library would give a rounded number of milliseconds. */
function rawInteger(vector: Vector, index: number): bigint | null {
  let at = index;
  for (const data of vector.data) {
    if (at >= data.length) {
      at -= data.length;
      continue;
    }
    if (!data.getValid(at)) return null;
    return BigInt((data.values as ArrayLike<number | bigint>)[at] as number | bigint);
  }
  return null;
}

function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  const text = year < 1 ? `${String(1 - year).padStart(4, '0')}` : String(year).padStart(4, '0');
  const day = `${text}-${String(date.getUTCMonth() + 1).padStart(2, '0')}-${String(date.getUTCDate()).padStart(2, '0')}`;
  return year < 1 ? `${day} (BC)` : day;
}

function isoTimestamp(raw: bigint | null, unit: number, suffix: string): string | null {
  if (raw === null) return null;
  const scale = perSecond[unit] as bigint;
  const seconds = raw >= 0n ? raw / scale : -((-raw + scale - 1n) / scale);
  const fraction = raw - seconds * scale;
  const day = isoDate(Number(seconds) * 1000);
  return `${day} ${clock(((seconds % 86_400n) + 86_400n) % 86_400n, 0)}${fractionText(fraction, unit)}${suffix}`;
}

function clock(raw: bigint | null, unit: number): string | null {
  if (raw === null) return null;
  const scale = perSecond[unit] as bigint;
  const seconds = Number(raw / scale);
  const pad = (value: number) => String(value).padStart(2, '0');
  const text = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return text + fractionText(raw % scale, unit);
}

const fractionText = (fraction: bigint, unit: number): string =>
  fraction === 0n ? '' : `.${String(fraction).padStart(unit * 3, '0')}`;

function readDecimal(vector: Vector, index: number, scale: number): string | null {
  const value: Uint32Array | null = vector.get(index);
  if (value === null) return null;
  let unscaled = 0n;
  for (let i = value.length - 1; i >= 0; i--) unscaled = (unscaled << 32n) | BigInt(value[i] as number);
  const bits = BigInt(value.length * 32);
  if (unscaled >> (bits - 1n)) unscaled -= 1n << bits;
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return scale > 0 ? `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}` : sign + digits;
}

function nestedType(type: DataType): string {
  if (type.typeId === Type.Struct) {
    const fields = (type as Struct).children.map((field) => {
      const name = field.name.replaceAll('"', '""');
      return `"${name}" ${nestedType(field.type as DataType)}`;
    });
    return `STRUCT(${fields.join(', ')})`;
  }
  const child = (type as unknown as { children?: { type: DataType }[] | null }).children?.[0]?.type;
  if (type.typeId === Type.Map && child) {
    const [key, value] = (child as unknown as { children: { type: DataType }[] }).children;
    return `MAP(${nestedType(key?.type as DataType)}, ${nestedType(value?.type as DataType)})`;
  }
  if (child && type.typeId !== Type.Dictionary) return `${nestedType(child)}[]`;
  const sqlType = arrowCodec(type)?.sqlType ?? 'VARCHAR';
  // Inside lists the library gives milliseconds and bytes; as text they lose nothing more.
  return /^(DATE|TIME|BLOB|INTERVAL|DECIMAL)/.test(sqlType) ? 'VARCHAR' : sqlType;
}

function plainJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
