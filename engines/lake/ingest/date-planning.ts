import { isCompactDate, readDate } from './cell-reading.ts';
import { type ColumnPlan, fitsEnough, type PlanHints, type Proposal } from './column-plan.ts';

/** Dates and points in time in any mix of spellings; the order of day and month is decided on the whole column. */
export function planDate(real: [string, number][], total: number, hints: PlanHints): Proposal | null {
  const formats = new Map<string, number>();
  let fit = 0;
  let timestamps = 0;
  let zones = 0;
  let firstOver = 0;
  let secondOver = 0;
  const firsts = new Set<number>();
  const seconds = new Set<number>();
  let open = 0;
  let unpadded = 0;
  for (const [text, count] of real) {
    const date = readDate(text);
    if (!date) continue;
    fit += count;
    formats.set(date.format, (formats.get(date.format) ?? 0) + count);
    if (date.timestamp) timestamps += count;
    if (date.zone) zones += count;
    if (date.first === 0) continue;
    open += count;
    firsts.add(date.first);
    seconds.add(date.second);
    if (date.first > 12) firstOver += count;
    if (date.second > 12) secondOver += count;
    if (date.unpadded) unpadded += count;
  }
  if (!fitsEnough(fit, total)) return null;
  const order =
    open > 0 ? chooseOrder({ firstOver, secondOver, firsts, seconds, unpadded, open }, hints) : null;
  if (order) {
    const wrong = order.order === 'mdy' ? firstOver : secondOver;
    if (!fitsEnough(fit - wrong, total)) return null;
  }
  const [one, two] = order?.order === 'mdy' ? ['%m', '%d'] : ['%d', '%m'];
  const list = [...formats.keys()]
    .filter((format) => format !== 'iso')
    .map((format) => format.replace('{1}', one as string).replace('{2}', two as string));
  // A four-digit year reads two digits as a year of the first century, so the short form is tried first.
  list.sort((a, b) => Number(b.includes('%y')) - Number(a.includes('%y')) || (a < b ? -1 : 1));
  const kind = timestamps > 0 ? 'timestamp' : 'date';
  const written = [...formats.keys()].map((format) =>
    format === 'iso' ? 'ISO 8601' : format.replace('{1}', one as string).replace('{2}', two as string),
  );
  const mixed =
    written.length > 1
      ? `in ${written.length} spellings (${written.slice(0, 4).join(', ')})`
      : `written as ${written[0]}`;
  return {
    type: kind,
    reader: { kind, iso: formats.has('iso'), formats: list, zone: zones > 0 },
    reason: `All are ${kind === 'date' ? 'dates' : 'points in time'} ${mixed}.${order ? ` ${order.reason}` : ''}`,
    dateOrder: order,
  };
}

/** Eight digits are a date where the name of the column says so, a number elsewhere. */
export const planNamedDate = (real: [string, number][], total: number, hints: PlanHints): Proposal | null =>
  /date|datum|dob|birth|(^|[^a-z])day($|[^a-z])/i.test(hints.name) ? planCompactDate(real, total) : null;

export function planCompactDate(real: [string, number][], total: number): Proposal | null {
  let fit = 0;
  for (const [text, count] of real) if (isCompactDate(text)) fit += count;
  if (!fitsEnough(fit, total)) return null;
  return {
    type: 'date',
    reader: { kind: 'date', iso: false, formats: ['%Y%m%d'], zone: false },
    reason: 'The name speaks of dates and all values are eight digits that are dates.',
  };
}

interface OrderEvidence {
  firstOver: number;
  secondOver: number;
  firsts: Set<number>;
  seconds: Set<number>;
  unpadded: number;
  open: number;
}

function chooseOrder(evidence: OrderEvidence, hints: PlanHints): NonNullable<ColumnPlan['dateOrder']> {
  const { firstOver, secondOver, firsts, seconds } = evidence;
  if (hints.dateOrder === 'dmy' || hints.dateOrder === 'mdy') {
    return {
      order: hints.dateOrder,
      ambiguous: false,
      reason: 'The order of day and month was set by the user.',
    };
  }
  if (firstOver > secondOver) {
    return {
      order: 'dmy',
      ambiguous: false,
      reason: `The day comes first: ${firstOver} values start with a number above 12.`,
    };
  }
  if (secondOver > firstOver) {
    return {
      order: 'mdy',
      ambiguous: false,
      reason: `The month comes first: in ${secondOver} values the second number is above 12.`,
    };
  }
  if (hints.fileDateOrder) {
    return {
      order: hints.fileDateOrder,
      ambiguous: true,
      reason: 'No value tells day from month; another column of the file does.',
    };
  }
  if (firsts.size === 1 && firsts.has(1) && seconds.size > 2) {
    return {
      order: 'dmy',
      ambiguous: true,
      reason: 'The first number is always 1 and the second varies: the first of each month.',
    };
  }
  if (seconds.size === 1 && seconds.has(1) && firsts.size > 2) {
    return {
      order: 'mdy',
      ambiguous: true,
      reason: 'The second number is always 1 and the first varies: the first of each month.',
    };
  }
  if (evidence.unpadded === evidence.open && evidence.open > 3) {
    return {
      order: 'mdy',
      ambiguous: true,
      reason: 'No value tells day from month; without leading zeros the month usually comes first.',
    };
  }
  return {
    order: 'dmy',
    ambiguous: true,
    reason: 'No value tells day from month; the day is taken to come first.',
  };
}
