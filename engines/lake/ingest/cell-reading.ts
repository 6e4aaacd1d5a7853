/** How the numbers of a column are written. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: '' | ',' | '.' | ' ' | "'";
}

export const plainNumbers: NumberFormat = { decimal: '.', thousands: '' };

/** Tried in this order: a column that two of them read is read by the first. */
export const numberFormats: readonly NumberFormat[] = [
  plainNumbers,
  { decimal: '.', thousands: ',' },
  { decimal: ',', thousands: '' },
  { decimal: ',', thousands: '.' },
  { decimal: '.', thousands: ' ' },
  { decimal: ',', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: "'" },
];

const spaces = ' \u00a0\u202f\u2009';
const thousandsClass: Record<NumberFormat['thousands'], string> = {
  '': '',
  ',': ',',
  '.': '[.]',
  ' ': `[${spaces}]`,
  "'": "['\u2019]",
};

/**
 * Regular expression sources that JavaScript and RE2 both read; anchors are left to the caller. Without
 * `leadingZeros` a number of several digits must not start with 0: it would be an identifier.
 */
export function numberPattern(
  format: NumberFormat,
  leadingZeros: boolean,
): { integer: string; number: string } {
  const separator = thousandsClass[format.thousands];
  const first = leadingZeros ? '[0-9]' : '[1-9]';
  const plain = leadingZeros ? '[0-9]+' : '(?:0|[1-9][0-9]*)';
  const whole = separator === '' ? plain : `(?:${first}[0-9]{0,2}(?:${separator}[0-9]{3})+|${plain})`;
  const point = format.decimal === '.' ? '[.]' : ',';
  const sign = '[-+\u2212]?';
  return {
    integer: `${sign}${whole}`,
    number: `${sign}(?:${whole}(?:${point}[0-9]*)?|${point}[0-9]+)(?:[eE][-+]?[0-9]+)?`,
  };
}

/** Characters that thousands separators of this format may be, to be removed before a cast. */
export function thousandsCharacters(format: NumberFormat): string {
  if (format.thousands === ' ') return spaces;
  return format.thousands === "'" ? "'\u2019" : format.thousands;
}

const compiled = numberFormats.map((format) => {
  const { integer, number } = numberPattern(format, true);
  return { format, integer: new RegExp(`^${integer}$`), number: new RegExp(`^${number}$`) };
});
const numberCharacters = new RegExp(
  `^[-+\u2212]?[0-9.,'\u2019${spaces}]*[0-9][0-9.,'\u2019${spaces}]*(?:[eE][-+]?[0-9]+)?$`,
);
const infinite = /^[-+]?inf(inity)?$/i;

export interface NumberReading {
  /** Bit i set: `numberFormats[i]` reads it. */
  formats: number;
  /** Bit i set: it is a whole number under `numberFormats[i]`. */
  integers: number;
  /** More than one digit and the first is 0. */
  leadingZero: boolean;
  digits: number;
}

export function readNumber(text: string): NumberReading | null {
  if (!numberCharacters.test(text)) {
    return infinite.test(text) ? { formats: 255, integers: 0, leadingZero: false, digits: 0 } : null;
  }
  let formats = 0;
  let integers = 0;
  compiled.forEach(({ integer, number }, index) => {
    if (!number.test(text)) return;
    formats |= 1 << index;
    if (integer.test(text)) integers |= 1 << index;
  });
  if (formats === 0) return null;
  const digits = text.replace(/[eE].*$/, '').replace(/[^0-9]/g, '');
  return { formats, integers, leadingZero: /^[-+\u2212]?0[0-9]/.test(text), digits: digits.length };
}

const units = new Set(
  (
    '% ‰ g kg mg ug µg μg ng pg t lb lbs oz mm cm dm m km um µm μm nm pm in ft yd mi ml mL l L dl dL ul uL µl µL ' +
    's sec ms us µs ns min h hr hrs d days wk weeks months y yr yrs years °C °F °K °c K Hz kHz MHz bpm mmHg kPa Pa bar ' +
    'V mV A mA W kW J kJ cal kcal mol mmol µmol umol nmol pmol M mM µM uM nM pM mg/dL mg/dl mmol/L mmol/l g/L g/l g/dL ' +
    'ng/mL ng/ml pg/mL µg/mL ug/mL IU IU/L U/L U/mL kg/m2 kg/m² m2 m² m3 m³ cm2 cm² cm3 cm³ bp kb Mb Da kDa rpm ppm ppb $ € £ ¥'
  ).split(' '),
);

const affixed =
  /^([$€£¥])?\s?([-+\u2212]?[0-9.,'\u2019]*[0-9][0-9.,'\u2019]*(?:[eE][-+]?[0-9]+)?)\s?([^0-9\s].*)?$/;

/** A number with a unit or currency sign on one side: `3450 g`, `$12.50`, `45%`. Null when there is none. */
export function readAffixedNumber(text: string): { unit: string; prefix: boolean; number: string } | null {
  const match = affixed.exec(text);
  if (!match) return null;
  const [, prefix, number, suffix] = match;
  if ((prefix === undefined) === (suffix === undefined) || number === undefined) return null;
  const unit = (prefix ?? suffix) as string;
  return units.has(unit) ? { unit, prefix: prefix !== undefined, number } : null;
}

const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec';
const fullMonths = 'january|february|march|april|may|june|july|august|september|october|november|december';
const timeTail =
  /^(?:([T ])(\d{1,2}):(\d{2})(?::(\d{2})([.,]\d{1,9})?)?( ?[AaPp]\.?[Mm]\.?)?)?( ?(?:Z|UTC|GMT|[-+]\d{2}(?::?\d{2})?))?$/;
const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?=$|[T ])/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?=$|[ T])/;
const dayMonthName = new RegExp(
  `^(\\d{1,2})([-/ .])(${fullMonths}|${months})([-/ .,] ?)(\\d{4}|\\d{2})(?=$|[ T])`,
  'i',
);
const monthNameDay = new RegExp(
  `^(${fullMonths}|${months})([. -]) ?(\\d{1,2})(, ?| |-)(\\d{4}|\\d{2})(?=$|[ T])`,
  'i',
);
const yearMonthName = new RegExp(`^(\\d{4})([-/ ])(${fullMonths}|${months})\\2(\\d{1,2})(?=$|[ T])`, 'i');
const compact = /^(1[89]|20|21)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

export interface DateReading {
  /**
   * `strptime` format; the two leading parts of a numeric date are `{1}` and `{2}` until the whole column says
   * which is the day. `iso` where the engine's own cast reads it.
   */
  format: string;
  timestamp: boolean;
  zone: boolean;
  /** The numeric parts whose order is open. */
  first: number;
  second: number;
  /** True when a part of one digit has no leading zero. */
  unpadded: boolean;
}

const inRange = (value: number, low: number, high: number) => value >= low && value <= high;
const monthFormat = (name: string) => (name.length > 3 ? '%B' : '%b');
const yearFormat = (year: string) => (year.length === 4 ? '%Y' : '%y');

export function readDate(text: string): DateReading | null {
  if (text.length < 6 || text.length > 40) return null;
  const code = text.charCodeAt(0);
  if (code >= 58 && !inRange(code | 32, 97, 122)) return null;
  let match = yearFirst.exec(text);
  if (match) {
    if (!inRange(Number(match[3]), 1, 12) || !inRange(Number(match[4]), 1, 31)) return null;
    const iso = match[2] === '-';
    return withTail(text.slice(match[0].length), iso ? 'iso' : `%Y${match[2]}%m${match[2]}%d`, 0, 0, false);
  }
  match = yearLast.exec(text);
  if (match) {
    const [whole, first = '', separator, second = '', year = ''] = match;
    const [a, b] = [Number(first), Number(second)];
    if (!inRange(a, 1, 31) || !inRange(b, 1, 31) || (a > 12 && b > 12)) return null;
    const unpadded = first.length === 1 || second.length === 1;
    return withTail(
      text.slice(whole.length),
      `{1}${separator}{2}${separator}${yearFormat(year)}`,
      a,
      b,
      unpadded,
    );
  }
  match = dayMonthName.exec(text);
  if (match) {
    const [whole, day, left, month = '', right, year = ''] = match;
    if (!inRange(Number(day), 1, 31) || month.toLowerCase() === 'sept') return null;
    return withTail(
      text.slice(whole.length),
      `%d${left}${monthFormat(month)}${right}${yearFormat(year)}`,
      0,
      0,
      false,
    );
  }
  match = monthNameDay.exec(text);
  if (match) {
    const [whole, month = '', left, day, right, year = ''] = match;
    if (!inRange(Number(day), 1, 31) || month.toLowerCase() === 'sept') return null;
    const gap = whole.slice(month.length).match(/^[. -] ?/)?.[0] ?? left;
    return withTail(
      text.slice(whole.length),
      `${monthFormat(month)}${gap}%d${right}${yearFormat(year)}`,
      0,
      0,
      false,
    );
  }
  match = yearMonthName.exec(text);
  if (match) {
    const [whole, , separator, month = '', day] = match;
    if (!inRange(Number(day), 1, 31) || month.toLowerCase() === 'sept') return null;
    return withTail(
      text.slice(whole.length),
      `%Y${separator}${monthFormat(month)}${separator}%d`,
      0,
      0,
      false,
    );
  }
  return null;
}

function withTail(
  tail: string,
  base: string,
  first: number,
  second: number,
  unpadded: boolean,
): DateReading | null {
  const match = timeTail.exec(tail);
  if (!match) return null;
  const [, separator, hour, minute, seconds, fraction, half, zone] = match;
  if (hour === undefined)
    return zone === undefined
      ? { format: base, timestamp: false, zone: false, first, second, unpadded }
      : null;
  if (Number(hour) > (half ? 12 : 23) || Number(minute) > 59 || Number(seconds ?? 0) > 59) return null;
  const common = { timestamp: true, zone: zone !== undefined, first, second, unpadded };
  if (base === 'iso' && !half && !fraction?.startsWith(',') && !/GMT|UTC/.test(zone ?? ''))
    return { format: 'iso', ...common };
  const date = base === 'iso' ? '%Y-%m-%d' : base;
  const clock = `${half ? '%I' : '%H'}:%M${seconds === undefined ? '' : ':%S'}${fraction ? `${fraction[0]}%f` : ''}`;
  const halfFormat = half ? (half.startsWith(' ') ? ' %p' : '%p') : '';
  const name = zone?.trim() ?? '';
  const zoneFormat = zone === undefined ? '' : zone.replace(name, /^[-+]/.test(name) ? '%z' : name);
  return { format: `${date}${separator}${clock}${halfFormat}${zoneFormat}`, ...common };
}

export const isCompactDate = (text: string): boolean => compact.test(text);

const clockTime = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d([.]\d{1,9})?)?$/;
const halfDayTime = /^(0?[1-9]|1[0-2]):[0-5]\d(:[0-5]\d)?( ?)[AaPp][Mm]$/;

/** `iso`, or the `strptime` format of a time of day; null when it is none. */
export function readTime(text: string): string | null {
  if (clockTime.test(text)) return 'iso';
  const match = halfDayTime.exec(text);
  return match ? `%I:%M${match[2] ? ':%S' : ''}${match[3]}%p` : null;
}

/** Letter case is ignored. Single letters count as booleans only where both occur: `T` alone may be a nucleotide. */
export const booleanWords: Record<string, boolean> = { true: true, false: false, t: true, f: false };

/** Read as missing in columns of numbers, dates, times and booleans. Compared in lower case. */
export const nullSpellings = [
  'na',
  'n/a',
  'n.a.',
  'n.a',
  '#n/a',
  '#na',
  '<na>',
  'null',
  '(null)',
  '<null>',
  '\\n',
  'nan',
  '-nan',
  'nil',
  'none',
  'missing',
  'unknown',
  'not available',
  '-',
  '--',
  '---',
  '–',
  '—',
  '.',
  '..',
  '...',
  '?',
  '??',
  '*',
  '#value!',
  '#ref!',
  '#div/0!',
  '#null!',
  '#num!',
  '#name?',
  'nat',
  '#n/a n/a',
  '1.#qnan',
  '-1.#ind',
  'n/d',
  'no data',
] as const;

/** Read as missing in text columns too: nobody means anything else by them. */
export const clearNullSpellings = [
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'null',
  '(null)',
  '<null>',
  '\\n',
  'nan',
  '#value!',
  '#ref!',
  '#div/0!',
  '#null!',
  '#num!',
  '#name?',
  '#n/a n/a',
] as const;

/** Read as missing in text columns whose other values all hold a letter or digit: elsewhere they are strands or marks. */
export const markNullSpellings = ['-', '--', '---', '–', '—', '.', '..', '...', '?', '??'] as const;

const anyNull = new Set<string>(nullSpellings);
export const isNullSpelling = (text: string): boolean => anyNull.has(text.toLowerCase());

export type CellKind = 'empty' | 'null' | 'number' | 'boolean' | 'date' | 'time' | 'text';

/** The kind of one cell by itself, for judging layouts. Columns are typed from all their values. */
export function cellKind(cell: string): CellKind {
  const text = cell.trim();
  if (text === '') return 'empty';
  if (isNullSpelling(text)) return 'null';
  if (readNumber(text) || readAffixedNumber(text)) return 'number';
  if (readDate(text)) return 'date';
  if (readTime(text)) return 'time';
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? 'boolean' : 'text';
}
