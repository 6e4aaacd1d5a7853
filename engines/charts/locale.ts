import type { ChartOptions } from './tile.ts';

/** Words that a chart itself says, by language. */
const words = {
  en: {
    missing: 'missing',
    other: 'Other',
    target: 'Target',
    count: 'Count',
    value: 'Value',
    measure: 'Measure',
  },
  de: {
    missing: 'fehlt',
    other: 'Übrige',
    target: 'Ziel',
    count: 'Anzahl',
    value: 'Wert',
    measure: 'Messgröße',
  },
} as const;

export function chartWord(locale: string, word: keyof (typeof words)['en']): string {
  return locale.startsWith('de') ? words.de[word] : words.en[word];
}

/** Separators, months and days of a language, as Vega's config takes them. */
export function vegaLocale(locale: string): Record<string, unknown> {
  const parts = new Intl.NumberFormat(locale, { useGrouping: 'always' }).formatToParts(-1234567.8);
  const part = (type: string, otherwise: string) =>
    parts.find((each) => each.type === type)?.value ?? otherwise;
  const names = (options: Intl.DateTimeFormatOptions, moments: Date[]) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return moments.map((moment) => format.format(moment));
  };
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2024, month, 15)));
  // 7 January 2024 was a Sunday.
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2024, 0, 7 + day)));
  return {
    number: {
      decimal: part('decimal', '.'),
      thousands: part('group', ','),
      grouping: [3],
      currency: ['', ''],
    },
    time: {
      dateTime: '%x, %X',
      date: locale.startsWith('de') ? '%d.%m.%Y' : '%d %b %Y',
      time: '%H:%M:%S',
      periods: ['AM', 'PM'],
      days: names({ weekday: 'long' }, days),
      shortDays: names({ weekday: 'short' }, days),
      months: names({ month: 'long' }, months),
      shortMonths: names({ month: 'short' }, months),
    },
  };
}

type NumberForm = Pick<ChartOptions, 'format' | 'decimals'>;

/** The form of a number as d3 writes it, for axes; undefined leaves it to the axis. */
export function axisFormat({ format, decimals }: NumberForm): string | undefined {
  switch (format) {
    case 'integer':
      return ',.0f';
    case 'decimal':
      return `,.${decimals ?? 2}f`;
    case 'percent':
      return `.${decimals ?? 0}%`;
    case 'compact':
      return '~s';
    case 'scientific':
      return `.${decimals ?? 2}e`;
    case 'auto':
    case undefined:
      return decimals === undefined ? undefined : `,.${decimals}f`;
  }
}

/** A number as it is read in labels; without a form four significant digits, whole numbers whole. */
export function numberText(value: number, locale: string, form: NumberForm = {}): string {
  const { format = 'auto', decimals } = form;
  const written = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options).format(value);
  const places = (otherwise: number) => ({
    minimumFractionDigits: decimals ?? otherwise,
    maximumFractionDigits: decimals ?? otherwise,
  });
  if (format === 'integer') return written({ maximumFractionDigits: 0 });
  if (format === 'decimal') return written(places(2));
  if (format === 'percent') return written({ style: 'percent', ...places(0) });
  if (format === 'compact') return written({ notation: 'compact', maximumSignificantDigits: 3 });
  if (format === 'scientific') return value.toExponential(decimals ?? 2);
  if (decimals !== undefined) return written(places(decimals));
  if (value !== 0 && (Math.abs(value) >= 1e12 || Math.abs(value) < 1e-4)) return value.toExponential(3);
  return Number.isInteger(value) || Math.abs(value) >= 10_000
    ? written({ maximumFractionDigits: 0 })
    : written({ maximumSignificantDigits: 4 });
}
