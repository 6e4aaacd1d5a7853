/** What a number format shows of a date serial. */
export interface DateStyle {
  date: boolean;
  time: boolean;
  /** Hours that count past 24, as `[h]:mm`. */
  elapsed: boolean;
}

/** Formats that Excel does not write into the file: ECMA-376 part 1, 18.8.30, and those of East Asian locales. */
function builtIn(id: number): DateStyle | null {
  if (
    (id >= 14 && id <= 17) ||
    (id >= 27 && id <= 31) ||
    id === 36 ||
    (id >= 50 && id <= 54) ||
    id === 57 ||
    id === 58
  ) {
    return { date: true, time: false, elapsed: false };
  }
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 55 && id <= 56) || id === 45 || id === 47) {
    return { date: false, time: true, elapsed: false };
  }
  if (id === 22) return { date: true, time: true, elapsed: false };
  return id === 46 ? { date: false, time: true, elapsed: true } : null;
}

/** The date style of a number format, null when it shows a plain number. */
export function dateStyle(id: number, code: string | undefined): DateStyle | null {
  if (code === undefined) return builtIn(id);
  const elapsed = /\[(h+|m+|s+)\]/i.test(code);
  const bare = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(h+|m+|s+)\]/gi, '$1')
    .replace(/\[[^\]]*\]/g, '')
    .split(';')[0] as string;
  if (/general/i.test(bare) || /[#0?]/.test(bare.replace(/[.,]0+/g, ''))) return null;
  const time = /[hs]|am\/pm|a\/p/i.test(bare);
  const date = /[yd]/i.test(bare) || (/m/i.test(bare) && !time) || /e/.test(bare);
  return date || time ? { date, time, elapsed } : null;
}

const dayMs = 86_400_000;
const pad = (value: number, width = 2) => String(value).padStart(width, '0');

/**
 * A date serial as ISO text. Excel's 1900 calendar holds a 29 February 1900 that never was (serial 60): serials
 * below it count from one day later. Null for a serial no calendar has.
 */
export function serialText(serial: number, style: DateStyle, date1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return null;
  const totalMs = Math.round(serial * dayMs);
  if (!style.date && (style.elapsed || serial >= 1)) return clockText(totalMs);
  if (!style.date) return clockText(totalMs % dayMs);
  const days = Math.floor(totalMs / dayMs);
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const day = new Date(epoch + days * dayMs);
  const text = `${pad(day.getUTCFullYear(), 4)}-${pad(day.getUTCMonth() + 1)}-${pad(day.getUTCDate())}`;
  const within = totalMs - days * dayMs;
  return style.time || within > 0 ? `${text} ${clockText(within)}` : text;
}

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const fraction = ms % 1000;
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return fraction === 0 ? clock : `${clock}.${pad(fraction, 3)}`;
}
